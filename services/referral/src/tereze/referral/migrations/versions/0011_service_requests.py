"""Decides the table of service requests; must never be edited once released."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE service_request (
        request_id VARCHAR NOT NULL,
        case_id VARCHAR NOT NULL,
        version INTEGER NOT NULL,
        state VARCHAR NOT NULL,
        service VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL,
        "row" VARCHAR NOT NULL,
        protocol_version VARCHAR NOT NULL,
        ground VARCHAR,
        decider_agency_id VARCHAR,
        clock_id VARCHAR,
        due_at TIMESTAMP WITH TIME ZONE,
        refusal VARCHAR,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        decided_at TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (request_id),
        FOREIGN KEY(case_id) REFERENCES case_file (case_id)
    )
    """,
    "CREATE INDEX service_request_by_case ON service_request (case_id)",
)


def upgrade() -> None:
    """Create the table."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("service_request")
