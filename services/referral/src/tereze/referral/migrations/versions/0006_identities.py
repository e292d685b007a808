"""Decides where the revision of an identity is kept; must never be edited once released."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of two news about one referral's child the later one counts."""
    op.execute("ALTER TABLE identity ADD COLUMN revision BIGINT NOT NULL DEFAULT 0")


def downgrade() -> None:
    """Forget which news was later."""
    op.execute("ALTER TABLE identity DROP COLUMN revision")
