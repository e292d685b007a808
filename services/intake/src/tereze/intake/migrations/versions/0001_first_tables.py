"""Decides intake's first tables: referrals with sealed parts, and what a referrer can follow; must never be edited once released."""

from alembic import op

from tereze.chassis.migrate import create_chassis, drop_chassis

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE referral (
        referral_id VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL,
        received_at TIMESTAMP WITH TIME ZONE NOT NULL,
        occurred_at TIMESTAMP WITH TIME ZONE,
        channel VARCHAR NOT NULL,
        region_code VARCHAR NOT NULL,
        risk VARCHAR NOT NULL,
        categories VARCHAR[] NOT NULL,
        protocol_version VARCHAR NOT NULL,
        answers_due JSONB NOT NULL,
        sealed_particulars TEXT NOT NULL,
        sealed_account TEXT NOT NULL,
        case_id VARCHAR,
        version INTEGER DEFAULT 1 NOT NULL,
        PRIMARY KEY (referral_id)
    )
    """,
    "CREATE INDEX referral_by_agency ON referral (agency_id, referral_id)",
    "CREATE INDEX referral_by_case ON referral (case_id) WHERE case_id IS NOT NULL",
    """
    CREATE TABLE progress_task (
        task_id VARCHAR NOT NULL,
        case_id VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL,
        service VARCHAR NOT NULL,
        state VARCHAR NOT NULL,
        changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (task_id)
    )
    """,
    "CREATE INDEX progress_task_by_case ON progress_task (case_id)",
    """
    CREATE TABLE progress_clock (
        clock_id VARCHAR NOT NULL,
        task_id VARCHAR NOT NULL,
        due_at TIMESTAMP WITH TIME ZONE NOT NULL,
        state VARCHAR NOT NULL,
        PRIMARY KEY (clock_id)
    )
    """,
    "CREATE INDEX progress_clock_by_task ON progress_clock (task_id)",
    """
    CREATE TABLE joined_case (
        case_id VARCHAR NOT NULL,
        into_case_id VARCHAR NOT NULL,
        PRIMARY KEY (case_id)
    )
    """,
)


def upgrade() -> None:
    """Create the tables."""
    create_chassis(op)
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables, children first."""
    for table in ("joined_case", "progress_clock", "progress_task", "referral"):
        op.drop_table(table)
    drop_chassis(op)
