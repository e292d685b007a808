"""Decides the tables of rolls and of the report of every row; must never be edited once released."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_UP = (
    """
    CREATE TABLE roll (
        roll_id VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL,
        region_code VARCHAR,
        staff_id VARCHAR NOT NULL,
        loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        format VARCHAR NOT NULL,
        dry_run BOOLEAN NOT NULL,
        state VARCHAR NOT NULL,
        rows INTEGER NOT NULL,
        sealed BYTEA NOT NULL,
        PRIMARY KEY (roll_id)
    )
    """,
    "CREATE INDEX roll_by_agency ON roll (agency_id, roll_id)",
    """
    CREATE TABLE roll_row (
        roll_id VARCHAR NOT NULL REFERENCES roll (roll_id),
        line INTEGER NOT NULL,
        outcome VARCHAR NOT NULL,
        faults JSON NOT NULL,
        record_id VARCHAR,
        fingerprint BYTEA,
        PRIMARY KEY (roll_id, line)
    )
    """,
    "CREATE INDEX roll_row_by_fingerprint ON roll_row (fingerprint) WHERE record_id IS NOT NULL",
)


def upgrade() -> None:
    """Create both tables."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("roll_row")
    op.drop_table("roll")
