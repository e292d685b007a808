"""Decides the referral service's first tables: cases, tasks, clocks, referrals, narratives; must never be edited once released."""

from alembic import op

from tereze.chassis.migrate import create_chassis, drop_chassis

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE case_file (
        case_id VARCHAR NOT NULL,
        version INTEGER NOT NULL,
        state VARCHAR NOT NULL,
        region_code VARCHAR NOT NULL,
        protocol_version VARCHAR NOT NULL,
        person_id VARCHAR NOT NULL,
        provisional BOOLEAN NOT NULL,
        risk VARCHAR NOT NULL,
        categories VARCHAR[] NOT NULL,
        opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
        joined_into VARCHAR,
        next_due_at TIMESTAMP WITH TIME ZONE,
        breached BOOLEAN NOT NULL,
        PRIMARY KEY (case_id)
    )
    """,
    "CREATE INDEX case_file_by_urgency ON case_file (next_due_at, case_id)",
    (
        "CREATE UNIQUE INDEX one_live_case_a_person ON case_file (person_id)"
        " WHERE state IN ('reported', 'triaged', 'active', 'plan_in_force', 'reopened')"
    ),
    """
    CREATE TABLE task (
        task_id VARCHAR NOT NULL,
        case_id VARCHAR NOT NULL,
        version INTEGER NOT NULL,
        service VARCHAR NOT NULL,
        step VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL,
        offered_agency_id VARCHAR,
        state VARCHAR NOT NULL,
        risk VARCHAR NOT NULL,
        mandatory BOOLEAN NOT NULL,
        responsible_staff_id VARCHAR,
        outcome VARCHAR,
        hop INTEGER NOT NULL,
        tried VARCHAR[] NOT NULL,
        assigned_at TIMESTAMP WITH TIME ZONE NOT NULL,
        next_due_at TIMESTAMP WITH TIME ZONE,
        breached BOOLEAN NOT NULL,
        PRIMARY KEY (task_id),
        FOREIGN KEY(case_id) REFERENCES case_file (case_id)
    )
    """,
    (
        "CREATE UNIQUE INDEX one_open_task_a_service_and_agency ON task (case_id, service, agency_id)"
        " WHERE state IN ('requested', 'received', 'accepted', 'in_progress')"
    ),
    "CREATE INDEX task_by_case ON task (case_id)",
    (
        "CREATE INDEX task_by_holder ON task (agency_id, next_due_at, task_id)"
        " WHERE state IN ('requested', 'received', 'accepted', 'in_progress')"
    ),
    "CREATE INDEX task_by_offer ON task (offered_agency_id) WHERE offered_agency_id IS NOT NULL",
    """
    CREATE TABLE clock (
        clock_id VARCHAR NOT NULL,
        case_id VARCHAR NOT NULL,
        task_id VARCHAR,
        kind VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL,
        risk VARCHAR NOT NULL,
        started_at TIMESTAMP WITH TIME ZONE NOT NULL,
        due_at TIMESTAMP WITH TIME ZONE NOT NULL,
        state VARCHAR NOT NULL,
        stopped_at TIMESTAMP WITH TIME ZONE,
        position INTEGER NOT NULL,
        reached VARCHAR,
        generation INTEGER NOT NULL,
        PRIMARY KEY (clock_id),
        FOREIGN KEY(case_id) REFERENCES case_file (case_id)
    )
    """,
    "CREATE INDEX clock_by_case ON clock (case_id)",
    """
    CREATE TABLE case_body (
        case_id VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL,
        capacity VARCHAR NOT NULL,
        PRIMARY KEY (case_id, agency_id, capacity),
        FOREIGN KEY(case_id) REFERENCES case_file (case_id)
    )
    """,
    "CREATE INDEX case_body_by_agency ON case_body (agency_id, case_id)",
    """
    CREATE TABLE case_event (
        case_id VARCHAR NOT NULL,
        case_version INTEGER NOT NULL,
        event_id VARCHAR NOT NULL,
        type VARCHAR NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        body JSON NOT NULL,
        PRIMARY KEY (case_id, case_version),
        FOREIGN KEY(case_id) REFERENCES case_file (case_id)
    )
    """,
    """
    CREATE TABLE referral (
        referral_id VARCHAR NOT NULL,
        case_id VARCHAR,
        received_at TIMESTAMP WITH TIME ZONE NOT NULL,
        occurred_at TIMESTAMP WITH TIME ZONE,
        channel VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL,
        region_code VARCHAR NOT NULL,
        risk VARCHAR NOT NULL,
        categories VARCHAR[] NOT NULL,
        sealed_account VARCHAR,
        PRIMARY KEY (referral_id),
        FOREIGN KEY(case_id) REFERENCES case_file (case_id)
    )
    """,
    "CREATE INDEX referral_by_case ON referral (case_id)",
    """
    CREATE TABLE identity (
        referral_id VARCHAR NOT NULL,
        person_id VARCHAR NOT NULL,
        matched_by VARCHAR NOT NULL,
        PRIMARY KEY (referral_id)
    )
    """,
    """
    CREATE TABLE narrative (
        narrative_id VARCHAR NOT NULL,
        case_id VARCHAR NOT NULL,
        kind VARCHAR NOT NULL,
        referral_id VARCHAR,
        task_id VARCHAR,
        by_staff_id VARCHAR,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        sealed BYTEA NOT NULL,
        PRIMARY KEY (narrative_id),
        FOREIGN KEY(case_id) REFERENCES case_file (case_id)
    )
    """,
    "CREATE INDEX narrative_by_case ON narrative (case_id)",
    """
    CREATE TABLE contact (
        task_id VARCHAR NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        place VARCHAR NOT NULL,
        child_seen_alone BOOLEAN NOT NULL,
        by_staff_id VARCHAR NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (task_id, at),
        FOREIGN KEY(task_id) REFERENCES task (task_id)
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
    for table in (
        "contact",
        "narrative",
        "identity",
        "referral",
        "case_event",
        "case_body",
        "clock",
        "task",
        "case_file",
    ):
        op.drop_table(table)
    drop_chassis(op)
