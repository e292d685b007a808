"""Decides that an exclusion holds for units founded after it; must never be edited once released."""

from alembic import op

from tereze.chassis.exclusions import EXCLUSION_DDL_2

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say of each body whether its units are kept out with it."""
    for statement in EXCLUSION_DDL_2:
        op.execute(statement)


def downgrade() -> None:
    """Forget it; units founded later see what they did before."""
    op.drop_column("exclusion", "with_units")
