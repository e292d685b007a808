"""Decides the tables of districts and who is responsible for what of them; must never be edited once released."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE district (
        code VARCHAR NOT NULL,
        region_code VARCHAR NOT NULL REFERENCES region (code),
        name JSONB NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (code)
    )
    """,
    "CREATE INDEX district_by_region ON district (region_code, code)",
    """
    CREATE TABLE catchment (
        catchment_id VARCHAR NOT NULL,
        district_code VARCHAR NOT NULL REFERENCES district (code),
        kind VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL REFERENCES agency (agency_id),
        streets JSONB NOT NULL,
        active BOOLEAN NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (catchment_id)
    )
    """,
    "CREATE INDEX catchment_by_district ON catchment (district_code, catchment_id)",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them, children first."""
    op.drop_table("catchment")
    op.drop_table("district")
