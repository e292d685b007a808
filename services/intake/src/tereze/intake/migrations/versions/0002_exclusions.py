"""Decides where intake keeps who must not see a referral, and who sent it; must never be edited once released."""

from alembic import op

from tereze.chassis.exclusions import EXCLUSION_DDL

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and room for the person who reported."""
    for statement in (*EXCLUSION_DDL, "ALTER TABLE referral ADD COLUMN submitted_by VARCHAR"):
        op.execute(statement)


def downgrade() -> None:
    """Forget both."""
    op.execute("ALTER TABLE referral DROP COLUMN submitted_by")
    op.drop_table("exclusion")
