"""Decides that the registry knows whose case ended; must never be edited once released."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of cases known so far none is known to have ended: they go on weighing as open ones."""
    op.execute("ALTER TABLE case_person ADD COLUMN ended BOOLEAN NOT NULL DEFAULT false")


def downgrade() -> None:
    """Forget it; every case weighs as an open one again."""
    op.drop_column("case_person", "ended")
