"""Decides the tables of merge, unmerge and split; must never be edited once released."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_UP = (
    "ALTER TABLE person ADD COLUMN kind VARCHAR NOT NULL DEFAULT 'person'",
    "ALTER TABLE person ADD COLUMN state VARCHAR NOT NULL DEFAULT 'live'",
    "ALTER TABLE person ADD COLUMN merged_into VARCHAR REFERENCES person (person_id)",
    "CREATE INDEX person_by_survivor ON person (merged_into)",
    "ALTER TABLE source_record RENAME COLUMN referral_id TO record_id",
    "ALTER TABLE source_record ADD COLUMN source VARCHAR NOT NULL DEFAULT 'referral'",
    "ALTER TABLE source_record ADD COLUMN region_code VARCHAR",
    "ALTER TABLE link RENAME COLUMN referral_id TO record_id",
    "ALTER TABLE link ADD COLUMN how VARCHAR NOT NULL DEFAULT 'auto'",
    "ALTER TABLE link ADD COLUMN weight DOUBLE PRECISION",
    "ALTER TABLE link ADD COLUMN waterfall JSON",
    """
    CREATE TABLE identity_event (
        revision BIGINT GENERATED ALWAYS AS IDENTITY,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        type VARCHAR NOT NULL,
        body JSON NOT NULL,
        by_agency_id VARCHAR,
        by_staff_id VARCHAR,
        reason BYTEA,
        PRIMARY KEY (revision)
    )
    """,
    """
    INSERT INTO identity_event (at, type, body)
    SELECT decided_at, 'Linked', json_build_object(
        'record_id', record_id, 'person_id', person_id, 'new', matched_by IN ('new', 'unresolved'),
        'kind', CASE matched_by WHEN 'unresolved' THEN 'unresolved' ELSE 'person' END)
    FROM link ORDER BY decided_at, record_id
    """,
    "UPDATE person SET kind = 'unresolved' FROM link WHERE link.person_id = person.person_id AND matched_by = 'unresolved'",
    """
    CREATE TABLE merge_act (
        merge_id VARCHAR NOT NULL,
        state VARCHAR NOT NULL,
        survivor_id VARCHAR NOT NULL REFERENCES person (person_id),
        retired_id VARCHAR NOT NULL REFERENCES person (person_id),
        prior JSON,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        asked_by_agency_id VARCHAR NOT NULL,
        asked_by_staff_id VARCHAR NOT NULL,
        confirmed_by_staff_id VARCHAR,
        undone_by_staff_id VARCHAR,
        reason BYTEA NOT NULL,
        undone_reason BYTEA,
        PRIMARY KEY (merge_id)
    )
    """,
    "CREATE INDEX merge_act_by_survivor ON merge_act (survivor_id)",
    "CREATE INDEX merge_act_by_retired ON merge_act (retired_id)",
    """
    CREATE TABLE no_link (
        one VARCHAR NOT NULL REFERENCES person (person_id),
        other VARCHAR NOT NULL REFERENCES person (person_id),
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        by_staff_id VARCHAR,
        PRIMARY KEY (one, other)
    )
    """,
    "CREATE INDEX no_link_by_other ON no_link (other)",
    "ALTER TABLE read_audit ADD COLUMN action VARCHAR NOT NULL DEFAULT 'read_person'",
    "ALTER TABLE read_audit ADD COLUMN records VARCHAR[] NOT NULL DEFAULT '{}'",
    "CREATE INDEX read_audit_by_record ON read_audit USING gin (records)",
    "CREATE TRIGGER identity_event_is_final BEFORE UPDATE OR DELETE ON identity_event FOR EACH ROW EXECUTE FUNCTION refuse_change()",
)
_DOWN = (
    "DROP TABLE no_link",
    "DROP TABLE merge_act",
    "DROP TABLE identity_event",
    "ALTER TABLE read_audit DROP COLUMN records, DROP COLUMN action",
    "ALTER TABLE link DROP COLUMN waterfall, DROP COLUMN weight, DROP COLUMN how",
    "ALTER TABLE link RENAME COLUMN record_id TO referral_id",
    "ALTER TABLE source_record DROP COLUMN region_code, DROP COLUMN source",
    "ALTER TABLE source_record RENAME COLUMN record_id TO referral_id",
    "ALTER TABLE person DROP COLUMN merged_into, DROP COLUMN state, DROP COLUMN kind",
)


def upgrade() -> None:
    """Let persons be merged, divided and restored; what was linked so far becomes the first facts of the index."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Forget merges and the facts; links stay as they are now."""
    for statement in _DOWN:
        op.execute(statement)
