"""Decides how the people of an agency and their duties are found fast; must never be edited once released."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two ways of looking."""
    op.execute("CREATE INDEX task_by_responsible ON task (responsible_staff_id) WHERE responsible_staff_id IS NOT NULL")
    op.execute("CREATE INDEX replica_staff_by_agency ON replica ((record ->> 'agency_id')) WHERE kind = 'staff'")


def downgrade() -> None:
    """Look slowly again."""
    op.drop_index("replica_staff_by_agency")
    op.drop_index("task_by_responsible")
