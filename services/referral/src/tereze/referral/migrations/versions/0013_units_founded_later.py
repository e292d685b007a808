"""Decides that an exclusion holds for units founded after it; must never be edited once released."""

from alembic import op

from tereze.chassis.exclusions import EXCLUSION_DDL_2

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_AS_KEPT = """
UPDATE case_exclusion AS kept SET with_units = found.bodies
FROM (SELECT exclusion_id, array_agg(body_id) AS bodies FROM exclusion WHERE with_units GROUP BY exclusion_id) AS found
WHERE found.exclusion_id = kept.exclusion_id
"""


def upgrade() -> None:
    """Say of each body whether its units are kept out with it."""
    for statement in EXCLUSION_DDL_2:
        op.execute(statement)
    op.execute("ALTER TABLE case_exclusion ADD COLUMN with_units VARCHAR[] DEFAULT '{}' NOT NULL")
    op.execute(_AS_KEPT)


def downgrade() -> None:
    """Forget it; units founded later see what they did before."""
    op.drop_column("exclusion", "with_units")
    op.drop_column("case_exclusion", "with_units")
