"""Decides that a record may be described by two versions of the folding tables at once; must never be edited once released."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A register is folded anew beside what the release in use still reads."""
    op.drop_constraint("description_pkey", "description")
    op.create_primary_key("description_pkey", "description", ["folding", "record_id"])


def downgrade() -> None:
    """One description a record again: the newest."""
    op.execute("DELETE FROM description WHERE EXISTS (SELECT FROM description AS newer"
               " WHERE newer.record_id = description.record_id AND newer.folding > description.folding)")  # fmt: skip
    op.drop_constraint("description_pkey", "description")
    op.create_primary_key("description_pkey", "description", ["record_id"])
