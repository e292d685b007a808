"""Decides where the registry keeps to whom a case is open in an emergency; must never be edited once released."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE emergency_access (
        access_id VARCHAR NOT NULL,
        case_id VARCHAR NOT NULL,
        staff_id VARCHAR NOT NULL,
        ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (access_id)
    )
    """,
    "CREATE INDEX emergency_access_by_case ON emergency_access (case_id)",
)


def upgrade() -> None:
    """Create the table."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("emergency_access")
