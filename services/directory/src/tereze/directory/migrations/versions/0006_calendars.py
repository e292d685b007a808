"""Decides that an agency may work by a calendar of its own; must never be edited once released."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE agency ADD COLUMN calendar VARCHAR")


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("agency", "calendar")
