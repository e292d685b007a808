"""Decides the directory's first tables: regions, agencies, staff, official series; must never be edited once released."""

from alembic import op

from tereze.chassis.migrate import create_chassis, drop_chassis

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE region (
        code VARCHAR NOT NULL,
        kind VARCHAR NOT NULL,
        name JSONB NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (code)
    )
    """,
    """
    CREATE TABLE agency (
        agency_id VARCHAR NOT NULL,
        slug VARCHAR NOT NULL,
        kind VARCHAR NOT NULL,
        region_code VARCHAR REFERENCES region (code),
        parent_agency_id VARCHAR,
        name JSONB NOT NULL,
        active BOOLEAN NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (agency_id),
        UNIQUE (slug)
    )
    """,
    "CREATE INDEX agency_by_kind ON agency (kind, region_code, agency_id)",
    """
    CREATE TABLE staff (
        staff_id VARCHAR NOT NULL,
        subject VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL REFERENCES agency (agency_id),
        roles JSONB NOT NULL,
        display_name VARCHAR NOT NULL,
        active BOOLEAN NOT NULL,
        version INTEGER NOT NULL,
        suspended_at TIMESTAMP WITH TIME ZONE,
        suspended_by VARCHAR,
        PRIMARY KEY (staff_id),
        UNIQUE (subject)
    )
    """,
    "CREATE INDEX staff_by_agency ON staff (agency_id, staff_id)",
    """
    CREATE TABLE official_series (
        name VARCHAR NOT NULL,
        document JSONB NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (name)
    )
    """,
)


def upgrade() -> None:
    """Create the tables."""
    create_chassis(op)
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables, children first."""
    for table in ("official_series", "staff", "agency", "region"):
        op.drop_table(table)
    drop_chassis(op)
