"""Decides oversight's first tables: the chassis' and one of clocks; must never be edited once released."""

from alembic import op

from tereze.chassis.migrate import create_chassis, drop_chassis

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    create_chassis(op)
    op.execute(
        """
        CREATE TABLE clock (
            clock_id TEXT NOT NULL,
            case_id TEXT NOT NULL,
            case_version INTEGER NOT NULL,
            agency_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            state TEXT NOT NULL,
            started_at TIMESTAMP WITH TIME ZONE NOT NULL,
            due_at TIMESTAMP WITH TIME ZONE NOT NULL,
            breached_at TIMESTAMP WITH TIME ZONE,
            stopped_at TIMESTAMP WITH TIME ZONE,
            escalations INTEGER NOT NULL,
            PRIMARY KEY (clock_id)
        )
        """
    )
    op.execute("CREATE INDEX clock_by_agency ON clock (agency_id, kind, state)")


def downgrade() -> None:
    """Remove them."""
    op.execute("DROP TABLE clock")
    drop_chassis(op)
