"""Decides the referral service's tables of exclusions and disclosures; must never be edited once released."""

from alembic import op

from tereze.chassis.exclusions import EXCLUSION_DDL

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE case_exclusion (
        exclusion_id VARCHAR NOT NULL,
        case_id VARCHAR,
        referral_id VARCHAR,
        basis VARCHAR NOT NULL,
        agency_ids VARCHAR[] NOT NULL,
        staff_ids VARCHAR[] NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        by_agency_id VARCHAR,
        by_staff_id VARCHAR,
        lift_asked_at TIMESTAMP WITH TIME ZONE,
        lift_asked_by VARCHAR,
        lifted_at TIMESTAMP WITH TIME ZONE,
        lifted_by VARCHAR,
        PRIMARY KEY (exclusion_id),
        FOREIGN KEY(case_id) REFERENCES case_file (case_id)
    )
    """,
    "CREATE INDEX case_exclusion_by_case ON case_exclusion (case_id)",
    "CREATE INDEX case_exclusion_by_referral ON case_exclusion (referral_id) WHERE referral_id IS NOT NULL",
    """
    CREATE TABLE disclosure (
        disclosure_id VARCHAR NOT NULL,
        case_id VARCHAR NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        agency_id VARCHAR NOT NULL,
        staff_id VARCHAR NOT NULL,
        door VARCHAR NOT NULL,
        task_id VARCHAR,
        labels VARCHAR[] NOT NULL,
        policy_id VARCHAR NOT NULL,
        PRIMARY KEY (disclosure_id)
    )
    """,
    "CREATE INDEX disclosure_by_case ON disclosure (case_id, disclosure_id)",
    "ALTER TABLE case_event ADD COLUMN policy_id VARCHAR",
)
_FROM_BODIES = (
    """
    INSERT INTO case_exclusion (exclusion_id, case_id, basis, agency_ids, staff_ids, recorded_at)
    SELECT 'exc_' || md5(case_id || agency_id), case_id, 'conflict_of_interest', ARRAY[agency_id], '{}', opened_at
    FROM case_body JOIN case_file USING (case_id) WHERE capacity = 'excluded'
    """,
    """
    INSERT INTO exclusion (case_id, body_id, exclusion_id)
    SELECT case_id, agency_id, 'exc_' || md5(case_id || agency_id) FROM case_body WHERE capacity = 'excluded'
    """,
    "DELETE FROM case_body WHERE capacity = 'excluded'",
)


def upgrade() -> None:
    """Make the tables; whoever was kept out by a word on the case's bodies is kept out by an exclusion."""
    for statement in (*EXCLUSION_DDL, *_TABLES, *_FROM_BODIES):
        op.execute(statement)


def downgrade() -> None:
    """Keep the agencies out as before; persons cannot be."""
    op.execute(
        "INSERT INTO case_body (case_id, agency_id, capacity)"
        " SELECT DISTINCT case_id, body_id, 'excluded' FROM exclusion WHERE body_id LIKE 'agc%'"
    )
    op.execute("ALTER TABLE case_event DROP COLUMN policy_id")
    for table in ("disclosure", "case_exclusion", "exclusion"):
        op.drop_table(table)
