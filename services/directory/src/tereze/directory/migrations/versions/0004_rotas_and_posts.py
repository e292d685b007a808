"""Decides the tables of who is on duty and which posts there are; must never be edited once released."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE rota (
        agency_id VARCHAR NOT NULL REFERENCES agency (agency_id),
        version INTEGER NOT NULL,
        PRIMARY KEY (agency_id)
    )
    """,
    """
    CREATE TABLE shift (
        shift_id VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL REFERENCES agency (agency_id),
        staff_id VARCHAR NOT NULL REFERENCES staff (staff_id),
        since TIMESTAMP WITH TIME ZONE NOT NULL,
        until TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (shift_id)
    )
    """,
    "CREATE INDEX shift_by_agency ON shift (agency_id, until)",
    """
    CREATE TABLE post (
        post_id VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL REFERENCES agency (agency_id),
        specialism VARCHAR NOT NULL,
        pupils INTEGER,
        staff_id VARCHAR REFERENCES staff (staff_id),
        vacant_since TIMESTAMP WITH TIME ZONE,
        version INTEGER NOT NULL,
        PRIMARY KEY (post_id)
    )
    """,
    "CREATE INDEX post_by_agency ON post (agency_id, post_id)",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them, children first."""
    for table in ("post", "shift", "rota"):
        op.drop_table(table)
