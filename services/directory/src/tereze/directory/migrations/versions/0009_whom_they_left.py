"""Decides that it is kept for whom somebody acted before they were moved; must never be edited once released."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the columns. Who was moved before this is not known."""
    op.execute("ALTER TABLE staff ADD COLUMN left_agency_id VARCHAR, ADD COLUMN left_at TIMESTAMPTZ")


def downgrade() -> None:
    """Drop them."""
    op.execute("ALTER TABLE staff DROP COLUMN left_agency_id, DROP COLUMN left_at")
