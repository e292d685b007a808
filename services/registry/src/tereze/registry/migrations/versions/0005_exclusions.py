"""Decides where the registry keeps who must not touch which case; must never be edited once released."""

from alembic import op

from tereze.chassis.exclusions import EXCLUSION_DDL

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    for statement in EXCLUSION_DDL:
        op.execute(statement)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("exclusion")
