"""Decides the tables of identity reviews and of folded descriptions; must never be edited once released."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_UP = (
    """
    CREATE TABLE description (
        record_id VARCHAR NOT NULL REFERENCES source_record (record_id),
        folding SMALLINT NOT NULL,
        sealed BYTEA NOT NULL,
        PRIMARY KEY (record_id)
    )
    """,
    """
    CREATE TABLE identity_review (
        review_id VARCHAR NOT NULL,
        person_id VARCHAR NOT NULL REFERENCES person (person_id),
        candidate_id VARCHAR NOT NULL REFERENCES person (person_id),
        region_code VARCHAR,
        opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
        due_at TIMESTAMP WITH TIME ZONE NOT NULL,
        agency_id VARCHAR,
        record_id VARCHAR,
        version INTEGER NOT NULL,
        state VARCHAR NOT NULL,
        level VARCHAR,
        outcome VARCHAR,
        decided_at TIMESTAMP WITH TIME ZONE,
        decided_by_staff_id VARCHAR,
        merge_id VARCHAR,
        weight DOUBLE PRECISION,
        waterfall JSON,
        PRIMARY KEY (review_id)
    )
    """,
    (
        "CREATE UNIQUE INDEX one_open_review_a_pair ON identity_review"
        " (least(person_id, candidate_id), greatest(person_id, candidate_id)) WHERE state <> 'decided'"
    ),
    "CREATE INDEX identity_review_by_candidate ON identity_review (candidate_id)",
    "CREATE INDEX identity_review_by_desk ON identity_review (agency_id, due_at, review_id)",
)


def upgrade() -> None:
    """Create both tables."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("identity_review")
    op.drop_table("description")
