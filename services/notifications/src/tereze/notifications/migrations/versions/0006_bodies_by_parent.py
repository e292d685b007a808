"""Decides that what is below a body is found by an index; must never be edited once released."""

from alembic import op

from tereze.chassis.schema import CHASSIS_2

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    for statement in CHASSIS_2:
        op.execute(statement)


def downgrade() -> None:
    """Drop it."""
    op.drop_index("replica_by_parent")
