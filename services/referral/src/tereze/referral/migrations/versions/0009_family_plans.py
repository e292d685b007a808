"""Decides the table of family plans; must never be edited once released."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE family_plan (
        plan_id VARCHAR NOT NULL,
        case_id VARCHAR NOT NULL,
        edition INTEGER NOT NULL,
        version INTEGER NOT NULL,
        state VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL,
        goals VARCHAR[] NOT NULL,
        services JSON NOT NULL,
        bodies VARCHAR[] NOT NULL,
        visits INTEGER NOT NULL,
        drafted_at TIMESTAMP WITH TIME ZONE NOT NULL,
        in_force_at TIMESTAMP WITH TIME ZONE,
        ended_at TIMESTAMP WITH TIME ZONE,
        end_reason VARCHAR,
        PRIMARY KEY (plan_id),
        FOREIGN KEY(case_id) REFERENCES case_file (case_id)
    )
    """,
    "CREATE INDEX family_plan_by_case ON family_plan (case_id)",
    "CREATE INDEX family_plan_by_body ON family_plan USING gin (bodies)",
)


def upgrade() -> None:
    """Create the table."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("family_plan")
