"""Decides where it is kept of which exclusion another is a copy; must never be edited once released."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; copies that were made before it stand by themselves."""
    op.execute("ALTER TABLE case_exclusion ADD COLUMN shared_from VARCHAR")


def downgrade() -> None:
    """Drop the column."""
    op.execute("ALTER TABLE case_exclusion DROP COLUMN shared_from")
