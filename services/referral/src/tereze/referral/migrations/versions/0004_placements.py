"""Decides the tables of centres and placements; must never be edited once released."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE centre (
        centre_id VARCHAR NOT NULL,
        version INTEGER NOT NULL,
        agency_id VARCHAR NOT NULL,
        region_code VARCHAR NOT NULL,
        name JSON NOT NULL,
        profiles VARCHAR[] NOT NULL,
        situations VARCHAR[] NOT NULL,
        youngest INTEGER NOT NULL,
        oldest INTEGER NOT NULL,
        sexes VARCHAR[] NOT NULL,
        capacity INTEGER NOT NULL,
        taken INTEGER NOT NULL,
        latitude FLOAT NOT NULL,
        longitude FLOAT NOT NULL,
        PRIMARY KEY (centre_id),
        CONSTRAINT never_over_capacity CHECK (taken BETWEEN 0 AND capacity)
    )
    """,
    """
    CREATE TABLE placement (
        placement_id VARCHAR NOT NULL,
        case_id VARCHAR NOT NULL,
        version INTEGER NOT NULL,
        state VARCHAR NOT NULL,
        agency_id VARCHAR NOT NULL,
        profile VARCHAR NOT NULL,
        placed_as VARCHAR NOT NULL,
        age INTEGER NOT NULL,
        sex VARCHAR NOT NULL,
        from_region_code VARCHAR NOT NULL,
        requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
        since TIMESTAMP WITH TIME ZONE NOT NULL,
        centre_id VARCHAR,
        centre_agency_id VARCHAR,
        holds INTEGER NOT NULL,
        held_until TIMESTAMP WITH TIME ZONE,
        legal_basis VARCHAR,
        decision_id VARCHAR,
        term_ends_on DATE,
        admitted_at TIMESTAMP WITH TIME ZONE,
        ended_at TIMESTAMP WITH TIME ZONE,
        end_reason VARCHAR,
        PRIMARY KEY (placement_id),
        FOREIGN KEY(case_id) REFERENCES case_file (case_id),
        FOREIGN KEY(centre_id) REFERENCES centre (centre_id)
    )
    """,
    "CREATE INDEX placement_by_case ON placement (case_id)",
    "CREATE INDEX placement_in_line ON placement (since) WHERE state = 'waiting'",
    "CREATE INDEX placement_by_asker ON placement (agency_id, placement_id)",
    "CREATE INDEX placement_by_centre ON placement (centre_agency_id, placement_id)",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables, children first."""
    op.drop_table("placement")
    op.drop_table("centre")
