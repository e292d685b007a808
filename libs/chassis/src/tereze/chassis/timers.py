"""Decides how deadlines are set and cleared inside a transaction; must never fire one (``firing`` does)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

_SET = """
INSERT INTO timer (kind, subject, generation, severity, due_at, wake_at)
SELECT kind, subject, generation, severity, due_at, due_at
FROM unnest($1::text[], $2::text[], $3::int[], $4::smallint[], $5::timestamptz[])
     AS spec (kind, subject, generation, severity, due_at)
ON CONFLICT (kind, subject) DO UPDATE
SET generation = excluded.generation, severity = excluded.severity, due_at = excluded.due_at, wake_at = excluded.due_at,
    fired_at = NULL, attempts = 0, fingerprint = NULL, parked_at = NULL
WHERE timer.generation < excluded.generation
   OR (timer.generation = excluded.generation AND (timer.fired_at IS NULL OR timer.due_at <> excluded.due_at))
"""
_STALE = """
SELECT timer.kind, timer.subject
FROM timer JOIN unnest($1::text[], $2::text[], $3::int[]) AS spec (kind, subject, generation)
     ON timer.kind = spec.kind AND timer.subject = spec.subject
WHERE timer.generation > spec.generation LIMIT 1
"""
# One that is just firing is stepped over: its handler waits for our lock and then sees our evidence. Waiting for it would deadlock.
_CLEAR = """
DELETE FROM timer WHERE (kind, subject) IN (
    SELECT kind, subject FROM timer WHERE kind = $1 AND subject = $2 AND fired_at IS NULL FOR UPDATE SKIP LOCKED)
"""


class StaleGeneration(Exception):
    """A timer of a later generation is already there: whoever sets this one decided on an outdated state."""


@dataclass(frozen=True, slots=True)
class TimerSpec:
    """A deadline to set. ``due_at`` is an instant of domain time; lower ``severity`` fires first."""

    kind: str
    subject: str
    due_at: datetime
    severity: int = 0
    generation: int = 1


@dataclass(frozen=True, slots=True)
class FiredTimer:
    """A deadline that passed. ``late_by`` is how long after ``due_at`` it fired."""

    kind: str
    subject: str
    generation: int
    due_at: datetime
    late_by: timedelta
    severity: int


class Timers:
    """The deadlines a transaction sets and clears. There is one of each kind and subject."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def set(self, *, kind: str, subject: str, due_at: datetime, severity: int = 0, generation: int = 1) -> None:
        """Set one deadline, replacing a pending one of the same kind and subject; see ``set_many``."""
        await self.set_many([TimerSpec(kind, subject, due_at, severity, generation)])

    async def set_many(self, specs: Sequence[TimerSpec]) -> None:
        """Set deadlines. One that already fired with the same generation and due time stays fired. Raises StaleGeneration."""
        if not specs:
            return
        wanted = {(spec.kind, spec.subject): spec for spec in specs}.values()
        kinds, subjects = [spec.kind for spec in wanted], [spec.subject for spec in wanted]
        generations = [spec.generation for spec in wanted]
        outcome = await self._connection.execute(
            _SET, kinds, subjects, generations, [spec.severity for spec in wanted], [spec.due_at for spec in wanted]
        )
        if int(outcome.rsplit(" ", 1)[1]) < len(kinds):
            stale = await self._connection.fetchrow(_STALE, kinds, subjects, generations)
            if stale is not None:
                raise StaleGeneration(f"timer {stale['kind']} of {stale['subject']}")

    async def clear(self, *, kind: str, subject: str) -> None:
        """Remove a pending deadline; one that fired or is firing at this moment, or never was, is left alone."""
        await self._connection.execute(_CLEAR, kind, subject)
