"""Decides where the referral service keeps holds, hand-overs, disputes, voids, reviews and regions; must never be edited once released."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ADDED = (
    ("case_file", "under_review", "BOOLEAN NOT NULL DEFAULT false"),
    ("case_file", "also_in", "VARCHAR[] NOT NULL DEFAULT '{}'"),
    ("task", "region_code", "VARCHAR"),
    ("task", "follows_task_id", "VARCHAR"),
    ("task", "hand_over", "BOOLEAN NOT NULL DEFAULT false"),
    ("task", "child_seen", "BOOLEAN NOT NULL DEFAULT false"),
    ("task", "hold_reason", "VARCHAR"),
    ("task", "review_at", "TIMESTAMP WITH TIME ZONE"),
    ("task", "services", "VARCHAR[] NOT NULL DEFAULT '{}'"),
    ("task", "awaits_confirmation", "BOOLEAN NOT NULL DEFAULT false"),
    ("task", "dispute_level", "INTEGER NOT NULL DEFAULT 0"),
    ("task", "void_proposed_by", "VARCHAR"),
    ("task", "void_reason", "VARCHAR"),
    ("clock", "follows_clock_id", "VARCHAR"),
)
_LIVE = "'reported', 'triaged', 'active', 'plan_in_force', 'reopened'"
_OPEN = "'requested', 'received', 'accepted', 'in_progress'"
_INDEXES = (
    ("one_live_case_a_person", "UNIQUE INDEX {name} ON case_file (person_id) WHERE state IN ({live})"),
    (
        "one_open_task_a_service_and_agency",
        "UNIQUE INDEX {name} ON task (case_id, service, agency_id) WHERE state IN ({open})",
    ),
    ("task_by_holder", "INDEX {name} ON task (agency_id, next_due_at, task_id) WHERE state IN ({open})"),
)


def upgrade() -> None:
    """Add the columns; a closing case is live, and a task on hold is open."""
    for table, column, shape in _ADDED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {shape}")
    op.execute(
        "UPDATE task SET region_code = case_file.region_code FROM case_file WHERE case_file.case_id = task.case_id"
    )
    op.execute("UPDATE task SET child_seen = true WHERE task_id IN (SELECT task_id FROM contact)")
    op.execute("ALTER TABLE task ALTER COLUMN region_code SET NOT NULL")
    for table, column, shape in _ADDED:
        if "DEFAULT" in shape:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT")
    _index(f"{_LIVE}, 'closing'", f"{_OPEN}, 'on_hold'")


def downgrade() -> None:
    """Take the columns away."""
    _index(_LIVE, _OPEN)
    for table, column, _ in _ADDED:
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _index(live: str, open_states: str) -> None:
    for name, shape in _INDEXES:
        op.execute(f"DROP INDEX {name}")
        op.execute("CREATE " + shape.format(name=name, live=live, open=open_states))
