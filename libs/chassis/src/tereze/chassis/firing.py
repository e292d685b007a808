"""Decides when a due deadline fires and what happens to one whose handler is broken; must never fire one twice or step over one."""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import asyncpg
import structlog

from tereze.chassis import signals
from tereze.chassis.database import Database
from tereze.chassis.handlers import Deadlines
from tereze.chassis.incoming import fingerprint
from tereze.chassis.outage import is_rivalry, is_transient
from tereze.chassis.pace import Pace
from tereze.chassis.timers import FiredTimer
from tereze.chassis.tracing import firing_span
from tereze.chassis.work import Work

log = structlog.get_logger(__name__)

BATCH = 200
_LONGEST_PAUSE = 10.0
_RETRY_AFTER = (timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2))
NO_HANDLER = "no handler for this kind"

_PENDING = "fired_at IS NULL AND parked_at IS NULL"
_PEEK = f"""
SELECT 1 FROM timer WHERE {_PENDING} AND wake_at <= (SELECT tereze_now()) ORDER BY severity, wake_at LIMIT 1
"""  # noqa: S608 - our own words
_CLAIM = f"""
WITH due AS (
    SELECT kind, subject FROM timer WHERE {_PENDING} AND wake_at <= $1
    ORDER BY severity, wake_at LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE timer SET fired_at = $1 FROM due
WHERE timer.kind = due.kind AND timer.subject = due.subject
RETURNING timer.kind, timer.subject, generation, due_at, severity, attempts
"""  # noqa: S608 - our own words
_OTHER_PLANS = ("seqscan", "bitmapscan", "hashjoin", "mergejoin")
# Walked in the index's order a claim costs what it takes; other plans look at all that is due, or at all there is, for every batch.
_BY_INDEX = ";".join(f"SET LOCAL enable_{plan} = off" for plan in _OTHER_PLANS)
_AS_BEFORE = ";".join(f"SET LOCAL enable_{plan} TO DEFAULT" for plan in _OTHER_PLANS)
_FAILED = """
UPDATE timer
SET fired_at = NULL, attempts = attempts + 1, fingerprint = $3, wake_at = $4, parked_at = $5
WHERE kind = $1 AND subject = $2
"""
_RETRY_PARKED = """
UPDATE timer SET parked_at = NULL, attempts = 0, wake_at = due_at WHERE parked_at IS NOT NULL AND kind = $1
"""


async def retry_parked(work: Work, kind: str) -> int:
    """After a repair: let the parked deadlines of one kind fire; returns how many."""
    return int((await work.raw.execute(_RETRY_PARKED, kind)).rsplit(" ", 1)[1])


class Firing:
    """Fires due deadlines of one service, the most severe first. Any number of processes may run it beside each other."""

    def __init__(
        self, database: Database, deadlines: Deadlines, *, poll_ms: int = 100, batch: int = BATCH, tries: int = 5
    ) -> None:
        self._database, self._deadlines = database, deadlines
        self._poll, self._pace, self._tries = poll_ms / 1000, Pace(batch), tries
        self._watch: asyncpg.Connection | None = None

    async def run(self) -> None:
        """Fire until cancelled. An outage of the database is waited out."""
        try:
            await self._keep_firing()
        finally:
            self._drop_watch()

    async def _keep_firing(self) -> None:
        pause = self._poll
        while True:
            began = time.monotonic()
            try:
                while await self.anything_due():
                    if await self.fire_due() == 0:
                        break  # what is due is in another process's hands
                pause = self._poll
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("deadlines wait", reason=type(error).__name__)
                pause = min(pause * 2, _LONGEST_PAUSE)
                self._drop_watch()
            spread = pause * random.uniform(0.8, 1.0)  # noqa: S311 - keeps processes from polling in step
            await asyncio.sleep(max(0.0, spread - (time.monotonic() - began)))

    async def anything_due(self) -> bool:
        """One cheap look without a transaction."""
        if self._watch is None or self._watch.is_closed():
            self._watch = await self._database.connect(enable_seqscan="off", enable_bitmapscan="off")
        return await self._watch.fetchval(_PEEK) is not None

    async def fire_due(self) -> int:
        """Fire one batch of what is due; returns how many were claimed. Raises transient failures: nothing fired then."""
        try:
            return await self._fire_together(self._pace.size)
        except Exception as error:
            if is_rivalry(error):
                return await self._fire_together(1)
            if is_transient(error):
                raise
        return await self._fire_carefully()

    def _drop_watch(self) -> None:
        if self._watch is not None:
            with suppress(Exception):
                self._watch.terminate()
            self._watch = None

    async def _fire_together(self, at_most: int) -> int:
        """All in one go: what nearly always works."""
        began = time.monotonic()
        async with self._database.work() as work:
            claimed = await self._claim(work, at_most)
            for timer, _attempts in claimed:
                await self._fire(timer, work)
        self._pace.took(len(claimed), time.monotonic() - began)
        return len(claimed)

    async def _fire_carefully(self) -> int:
        """With a savepoint each: a broken handler stops its own deadline only."""
        async with self._database.work() as work:
            claimed = await self._claim(work, self._pace.size)
            for timer, attempts in claimed:
                try:
                    async with work.attempt():
                        await self._fire(timer, work)
                except Exception as error:
                    if is_transient(error):
                        raise
                    await self._set_aside(work, timer, attempts + 1, error)
        return len(claimed)

    async def _claim(self, work: Work, at_most: int) -> Sequence[tuple[FiredTimer, int]]:
        await work.raw.execute(_BY_INDEX)
        rows = await work.raw.fetch(_CLAIM, work.now, at_most)
        await work.raw.execute(_AS_BEFORE)
        claimed = [(_fired(row, work.now), row["attempts"]) for row in rows]
        return sorted(claimed, key=lambda pair: (pair[0].severity, pair[0].due_at))

    async def _fire(self, timer: FiredTimer, work: Work) -> None:
        handler = self._deadlines.of(timer.kind)
        if handler is None:
            raise LookupError(NO_HANDLER)
        with firing_span(timer.kind, int(timer.late_by.total_seconds() * 1000)):
            await handler(timer, work)
        signals.timers_fired.labels(timer.kind).inc()

    async def _set_aside(self, work: Work, timer: FiredTimer, attempts: int, error: Exception) -> None:
        """Try it again later, or park it where people see it."""
        parked = attempts >= self._tries
        why = NO_HANDLER if self._deadlines.of(timer.kind) is None else fingerprint(error)
        wake_at = work.now + _RETRY_AFTER[min(attempts, len(_RETRY_AFTER)) - 1]
        await work.raw.execute(_FAILED, timer.kind, timer.subject, why, wake_at, work.now if parked else None)
        if parked:
            log.error("deadline parked", kind=timer.kind, fingerprint=why, attempts=attempts)


def _fired(row: asyncpg.Record, now: datetime) -> FiredTimer:
    return FiredTimer(
        row["kind"], row["subject"], row["generation"], row["due_at"], now - row["due_at"], row["severity"]
    )
