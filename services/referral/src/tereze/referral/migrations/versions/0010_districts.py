"""Decides that a referral may say in which district the child is; must never be edited once released."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE referral ADD COLUMN district_code VARCHAR")


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("referral", "district_code")
