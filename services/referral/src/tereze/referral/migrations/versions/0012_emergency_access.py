"""Decides the table of emergency accesses; must never be edited once released."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE emergency_access (
        access_id VARCHAR NOT NULL,
        case_id VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL,
        staff_id VARCHAR NOT NULL,
        reason VARCHAR NOT NULL,
        opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
        verdict VARCHAR,
        reviewed_at TIMESTAMP WITH TIME ZONE,
        reviewed_by_agency_id VARCHAR,
        reviewed_by_staff_id VARCHAR,
        reason_narrative_id VARCHAR,
        review_narrative_id VARCHAR,
        PRIMARY KEY (access_id),
        FOREIGN KEY(case_id) REFERENCES case_file (case_id)
    )
    """,
    "CREATE INDEX emergency_access_by_case ON emergency_access (case_id)",
    "CREATE INDEX emergency_access_by_agency ON emergency_access (agency_id, access_id)",
)


def upgrade() -> None:
    """Create the table."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("emergency_access")
