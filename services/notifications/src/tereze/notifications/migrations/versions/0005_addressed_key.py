"""Decides under which key notifications keeps whom an event is addressed to; must never be edited once released."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """By event first: one index less to write for each of them, and the other one grows at its end."""
    op.execute("ALTER TABLE addressed DROP CONSTRAINT addressed_pkey, ADD PRIMARY KEY (seq, agency_id)")
    op.execute("DROP INDEX addressed_of_entry")


def downgrade() -> None:
    """By agency first again."""
    op.execute("CREATE INDEX addressed_of_entry ON addressed (seq)")
    op.execute("ALTER TABLE addressed DROP CONSTRAINT addressed_pkey, ADD PRIMARY KEY (agency_id, seq)")
