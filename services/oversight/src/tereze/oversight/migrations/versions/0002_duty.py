"""Decides the table of operators' duties; must never be edited once released."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create it."""
    op.execute(
        """
        CREATE TABLE duty (
            duty_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            state TEXT NOT NULL,
            service TEXT NOT NULL,
            waiting TEXT NOT NULL,
            topic TEXT,
            agency_id TEXT,
            reason TEXT NOT NULL,
            count INTEGER NOT NULL,
            since TIMESTAMP WITH TIME ZONE NOT NULL,
            due_at TIMESTAMP WITH TIME ZONE,
            breached BOOLEAN NOT NULL,
            escalations INTEGER NOT NULL,
            answer TEXT,
            answered_by TEXT,
            answered_at TIMESTAMP WITH TIME ZONE,
            version INTEGER NOT NULL,
            PRIMARY KEY (duty_id)
        )
        """
    )
    op.execute("CREATE INDEX duty_unsettled ON duty (since, duty_id) WHERE state <> 'settled'")


def downgrade() -> None:
    """Remove it."""
    op.execute("DROP TABLE duty")
