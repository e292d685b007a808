"""Decides the tables of investigations of staff; must never be edited once released."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE investigation (
        investigation_id VARCHAR NOT NULL,
        staff_id VARCHAR NOT NULL REFERENCES staff (staff_id),
        kind VARCHAR NOT NULL,
        opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
        opened_by VARCHAR,
        exclusion_id VARCHAR,
        interviewed_at TIMESTAMP WITH TIME ZONE,
        account_at TIMESTAMP WITH TIME ZONE,
        concluded_at TIMESTAMP WITH TIME ZONE,
        outcome VARCHAR,
        mentor_staff_id VARCHAR,
        version INTEGER NOT NULL,
        PRIMARY KEY (investigation_id)
    )
    """,
    "CREATE INDEX investigation_by_staff ON investigation (staff_id, investigation_id)",
    """
    CREATE TABLE investigation_text (
        text_id INTEGER GENERATED ALWAYS AS IDENTITY,
        investigation_id VARCHAR NOT NULL REFERENCES investigation (investigation_id),
        kind VARCHAR NOT NULL,
        sealed BYTEA NOT NULL,
        PRIMARY KEY (text_id)
    )
    """,
    "CREATE INDEX investigation_text_by_investigation ON investigation_text (investigation_id, text_id)",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them, children first."""
    op.drop_table("investigation_text")
    op.drop_table("investigation")
