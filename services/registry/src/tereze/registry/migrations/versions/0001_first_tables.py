"""Decides the registry's first tables: persons, sealed source records, links, blind keys, reads; must never be edited once released."""

from alembic import op

from tereze.chassis.migrate import create_chassis, drop_chassis

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE person (
        person_id VARCHAR NOT NULL,
        first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (person_id)
    )
    """,
    """
    CREATE TABLE source_record (
        referral_id VARCHAR NOT NULL,
        key_subject VARCHAR NOT NULL,
        received_at TIMESTAMP WITH TIME ZONE NOT NULL,
        agency_id VARCHAR NOT NULL,
        flags VARCHAR[] NOT NULL,
        sealed BYTEA NOT NULL,
        PRIMARY KEY (referral_id)
    )
    """,
    """
    CREATE TABLE link (
        referral_id VARCHAR NOT NULL REFERENCES source_record (referral_id),
        person_id VARCHAR NOT NULL REFERENCES person (person_id),
        matched_by VARCHAR NOT NULL,
        model VARCHAR NOT NULL,
        decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (referral_id)
    )
    """,
    "CREATE INDEX link_by_person ON link (person_id)",
    """
    CREATE TABLE match_key (
        key BYTEA NOT NULL,
        person_id VARCHAR NOT NULL REFERENCES person (person_id),
        kind VARCHAR NOT NULL,
        folding SMALLINT NOT NULL,
        PRIMARY KEY (key, person_id)
    )
    """,
    "CREATE INDEX match_key_by_person ON match_key (person_id)",
    """
    CREATE TABLE read_audit (
        read_id VARCHAR NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        agency_id VARCHAR NOT NULL,
        staff_id VARCHAR NOT NULL,
        person_id VARCHAR NOT NULL,
        outcome VARCHAR NOT NULL,
        policy_id VARCHAR NOT NULL,
        PRIMARY KEY (read_id)
    )
    """,
    "CREATE INDEX read_audit_by_person ON read_audit (person_id, at)",
    """
    CREATE TABLE case_person (
        case_id VARCHAR NOT NULL,
        person_id VARCHAR,
        joined_into VARCHAR,
        PRIMARY KEY (case_id)
    )
    """,
    "CREATE INDEX case_person_by_person ON case_person (person_id)",
    """
    CREATE TABLE accepted_duty (
        task_id VARCHAR NOT NULL,
        case_id VARCHAR NOT NULL,
        agency_id VARCHAR,
        changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (task_id)
    )
    """,
    "CREATE INDEX accepted_duty_by_case ON accepted_duty (case_id)",
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% rows are never changed', TG_TABLE_NAME;
    END $$
    """,
)
_UNCHANGEABLE = ("source_record", "read_audit")


def upgrade() -> None:
    """Create the tables; what was written about a child, and who read it, cannot be changed afterwards."""
    create_chassis(op)
    for statement in _TABLES:
        op.execute(statement)
    for table in _UNCHANGEABLE:
        op.execute(
            f"CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    """Drop the tables, children first."""
    for table in ("accepted_duty", "case_person", "read_audit", "match_key", "link", "source_record", "person"):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change()")
    drop_chassis(op)
