"""Decides where notifications keeps when an endpoint last failed; must never be edited once released."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An endpoint that fails now is known to have failed since it began to."""
    op.execute("ALTER TABLE subscription ADD COLUMN failed_at TIMESTAMP WITH TIME ZONE")
    op.execute("UPDATE subscription SET failed_at = failing_since")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE subscription DROP COLUMN failed_at")
