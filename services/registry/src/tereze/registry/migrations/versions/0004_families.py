"""Decides the tables of expected children, families, adoptions and acts of two people; must never be edited once released."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_UP = (
    """
    CREATE TABLE expected_child (
        person_id VARCHAR NOT NULL REFERENCES person (person_id),
        mother_id VARCHAR NOT NULL REFERENCES person (person_id),
        due BYTEA NOT NULL,
        born_at TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (person_id)
    )
    """,
    "CREATE INDEX expected_child_by_mother ON expected_child (mother_id)",
    """
    CREATE TABLE family_edge (
        edge_id VARCHAR NOT NULL,
        person_id VARCHAR NOT NULL REFERENCES person (person_id),
        relative_id VARCHAR NOT NULL REFERENCES person (person_id),
        kinship VARCHAR NOT NULL,
        legal_status VARCHAR NOT NULL,
        since DATE,
        until DATE,
        record_id VARCHAR,
        agency_id VARCHAR NOT NULL,
        staff_id VARCHAR,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (edge_id)
    )
    """,
    "CREATE INDEX family_edge_by_person ON family_edge (person_id)",
    "CREATE INDEX family_edge_by_relative ON family_edge (relative_id)",
    """
    CREATE TABLE family_entry (
        entry_id VARCHAR NOT NULL,
        revision INTEGER NOT NULL,
        person_id VARCHAR NOT NULL REFERENCES person (person_id),
        section VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL,
        staff_id VARCHAR NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        sealed BYTEA NOT NULL,
        PRIMARY KEY (entry_id, revision)
    )
    """,
    "CREATE INDEX family_entry_by_person ON family_entry (person_id)",
    """
    CREATE TABLE adoption_seal (
        seal_id VARCHAR NOT NULL,
        former_key BYTEA NOT NULL,
        adopted_key BYTEA NOT NULL,
        sealed BYTEA NOT NULL,
        PRIMARY KEY (seal_id)
    )
    """,
    "CREATE INDEX adoption_seal_by_former ON adoption_seal (former_key)",
    "CREATE INDEX adoption_seal_by_adopted ON adoption_seal (adopted_key)",
    """
    CREATE TABLE identifier_end (
        key BYTEA NOT NULL,
        person_id VARCHAR NOT NULL REFERENCES person (person_id),
        ended_on DATE NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        by_staff_id VARCHAR NOT NULL,
        reason BYTEA NOT NULL,
        PRIMARY KEY (key, person_id)
    )
    """,
    """
    CREATE TABLE two_person_act (
        act_id VARCHAR NOT NULL,
        kind VARCHAR NOT NULL,
        person_id VARCHAR NOT NULL REFERENCES person (person_id),
        state VARCHAR NOT NULL,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        asked_by_agency_id VARCHAR NOT NULL,
        asked_by_staff_id VARCHAR NOT NULL,
        confirmed_at TIMESTAMP WITH TIME ZONE,
        confirmed_by_staff_id VARCHAR,
        reason BYTEA NOT NULL,
        PRIMARY KEY (act_id)
    )
    """,
    (
        "CREATE TRIGGER family_entry_is_final BEFORE UPDATE OR DELETE ON family_entry"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    ),
)
_TABLES = (
    "two_person_act", "identifier_end", "adoption_seal", "family_entry", "family_edge", "expected_child",
)  # fmt: skip


def upgrade() -> None:
    """Create the tables; what an agency entered about a family is never changed, only followed by another wording."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    for table in _TABLES:
        op.drop_table(table)
