"""Decides the table of the commission's sittings; must never be edited once released."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE sitting (
        sitting_id VARCHAR NOT NULL,
        case_id VARCHAR NOT NULL,
        version INTEGER NOT NULL,
        state VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL,
        because VARCHAR NOT NULL,
        urgent BOOLEAN NOT NULL,
        rows VARCHAR[] NOT NULL,
        convened_at TIMESTAMP WITH TIME ZONE NOT NULL,
        sits_at TIMESTAMP WITH TIME ZONE NOT NULL,
        quorum INTEGER NOT NULL,
        members JSON NOT NULL,
        invited VARCHAR[] NOT NULL,
        adjourned INTEGER NOT NULL,
        held_at TIMESTAMP WITH TIME ZONE,
        task_ids VARCHAR[] NOT NULL,
        PRIMARY KEY (sitting_id),
        FOREIGN KEY(case_id) REFERENCES case_file (case_id)
    )
    """,
    "CREATE INDEX sitting_by_case ON sitting (case_id)",
    "CREATE INDEX sitting_by_invited ON sitting USING gin (invited)",
)


def upgrade() -> None:
    """Create the table."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("sitting")
