"""Decides oversight's table of gaps in the rules; must never be edited once released."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """
        CREATE TABLE service_gap (
            person_id TEXT NOT NULL,
            service TEXT NOT NULL,
            protocol_version TEXT NOT NULL,
            found_at TIMESTAMP WITH TIME ZONE NOT NULL,
            PRIMARY KEY (person_id, service, protocol_version)
        )
        """
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("service_gap")
