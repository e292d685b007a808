"""Decides where the referral service keeps protocol versions, rows and circumstances; must never be edited once released."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ADDED = (
    ("case_file", "occurred_at", "TIMESTAMP WITH TIME ZONE"),
    ("case_file", "circumstances", "VARCHAR[] NOT NULL DEFAULT '{}'"),
    ("task", "protocol_version", "VARCHAR"),
    ("clock", "protocol_version", "VARCHAR"),
    ("clock", "row", "VARCHAR"),
    ("referral", "circumstances", "VARCHAR[] NOT NULL DEFAULT '{}'"),
)


def upgrade() -> None:
    """Add the columns. What was started before says its version by its case."""
    for table, column, shape in _ADDED:
        op.execute(f'ALTER TABLE {table} ADD COLUMN "{column}" {shape}')
    for table in ("task", "clock"):
        op.execute(
            f"UPDATE {table} SET protocol_version = case_file.protocol_version "  # noqa: S608 - names are ours
            f"FROM case_file WHERE case_file.case_id = {table}.case_id"
        )


def downgrade() -> None:
    """Take the columns away."""
    for table, column, _ in _ADDED:
        op.execute(f'ALTER TABLE {table} DROP COLUMN "{column}"')
