"""Decides where notifications keeps who must not hear of a case, and what was shown to whom; must never be edited once released."""

from alembic import op

from tereze.chassis.exclusions import EXCLUSION_DDL

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_DISCLOSURE = (
    """
    CREATE TABLE disclosure (
        disclosure_id TEXT NOT NULL,
        case_id TEXT NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        agency_id TEXT NOT NULL,
        staff_id TEXT NOT NULL,
        door TEXT NOT NULL,
        labels TEXT[] NOT NULL,
        policy_id TEXT NOT NULL,
        PRIMARY KEY (disclosure_id)
    )
    """,
    "CREATE INDEX disclosure_of_case ON disclosure (case_id, at, disclosure_id)",
)
_FROM_PARTICIPANTS = (
    """
    INSERT INTO exclusion (case_id, body_id, exclusion_id)
    SELECT case_id, agency_id, 'exc_' || md5(case_id || agency_id) FROM participant
    WHERE capacity = 'excluded' AND until IS NULL
    """,
    "DELETE FROM participant WHERE capacity = 'excluded'",
)


def upgrade() -> None:
    """Make the tables; whoever was kept out as a participant is kept out by an exclusion."""
    for statement in (*EXCLUSION_DDL, *_DISCLOSURE, *_FROM_PARTICIPANTS):
        op.execute(statement)


def downgrade() -> None:
    """Keep the agencies out as before; persons cannot be."""
    op.execute(
        "INSERT INTO participant (case_id, agency_id, capacity, place, since)"
        " SELECT DISTINCT case_id, body_id, 'excluded', '', now() FROM exclusion WHERE body_id LIKE 'agc%'"
    )
    op.drop_table("disclosure")
    op.drop_table("exclusion")
