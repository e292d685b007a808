"""Decides the tables of who is fit to act: attestations, their rules, acts on staff; must never be edited once released."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE staff ADD COLUMN suspended_because VARCHAR",
    "UPDATE staff SET suspended_because = 'ordered' WHERE suspended_at IS NOT NULL",
    "ALTER TABLE staff ADD COLUMN fit_from TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE staff ADD COLUMN fit_until TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE staff ADD COLUMN unmet JSONB NOT NULL DEFAULT '[]'::jsonb",
    """
    CREATE TABLE attestation_rules (
        name VARCHAR NOT NULL,
        document JSONB NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (name)
    )
    """,
    """
    CREATE TABLE attestation (
        attestation_id VARCHAR NOT NULL,
        staff_id VARCHAR NOT NULL REFERENCES staff (staff_id),
        kind VARCHAR NOT NULL,
        edition VARCHAR,
        discipline VARCHAR,
        grade INTEGER,
        evidence VARCHAR NOT NULL,
        valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
        valid_until TIMESTAMP WITH TIME ZONE NOT NULL,
        recorded_by VARCHAR,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        revoked_at TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (attestation_id)
    )
    """,
    "CREATE INDEX attestation_by_staff ON attestation (staff_id, attestation_id)",
    """
    CREATE TABLE act (
        act_id INTEGER GENERATED ALWAYS AS IDENTITY,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        what VARCHAR NOT NULL,
        subject_id VARCHAR NOT NULL,
        by_staff_id VARCHAR,
        policy_id VARCHAR,
        PRIMARY KEY (act_id)
    )
    """,
    "CREATE INDEX act_by_subject ON act (subject_id, act_id)",
)


def upgrade() -> None:
    """Add them."""
    for statement in _CHANGES:
        op.execute(statement)


def downgrade() -> None:
    """Take them away again."""
    for table in ("act", "attestation", "attestation_rules"):
        op.drop_table(table)
    for column in ("unmet", "fit_until", "fit_from", "suspended_because"):
        op.drop_column("staff", column)
