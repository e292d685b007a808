"""Decides that the directory knows which bodies and staff people entered or amended; must never be edited once released."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = ("agency", "staff")


def upgrade() -> None:
    """Add the instants; whatever is there came with a pack."""
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ADD COLUMN entered_at TIMESTAMP WITH TIME ZONE")


def downgrade() -> None:
    """Take them away again."""
    for table in _TABLES:
        op.drop_column(table, "entered_at")
