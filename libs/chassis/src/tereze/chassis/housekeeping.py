"""Decides when the chassis forgets what nothing can need any more; must never forget an event that the bus may bring again."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from tereze.chassis.database import Database
from tereze.chassis.work import Work

_AT_MOST = 10_000
_EVERY_SECONDS = 300.0
_TIMERS_KEPT = timedelta(days=90)

_INBOX = """
DELETE FROM inbox WHERE event_id = ANY (ARRAY(SELECT event_id FROM inbox WHERE event_id < $1 ORDER BY event_id LIMIT $2))
"""
_TIMERS = """
DELETE FROM timer WHERE (kind, subject) IN (
    SELECT kind, subject FROM timer WHERE fired_at IS NOT NULL AND fired_at < $1 ORDER BY fired_at LIMIT $2)
"""


def _oldest_id(moment: datetime) -> UUID:
    """Smallest UUIDv7 that can have been minted at that moment."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


async def forget(work: Work, *, inbox_days: int) -> int:
    """Remove a bounded number of outlived rows; returns how many."""
    machine_now: datetime = await work.raw.fetchval("SELECT clock_timestamp()")  # ids follow it, not the demo clock
    before = _oldest_id(machine_now - timedelta(days=inbox_days))
    inbox = await work.raw.execute(_INBOX, before, _AT_MOST)
    timers = await work.raw.execute(_TIMERS, work.now - _TIMERS_KEPT, _AT_MOST)
    return sum(int(outcome.rsplit(" ", 1)[1]) for outcome in (inbox, timers))


async def keep_house(database: Database, *, inbox_days: int) -> None:
    """A worker loop: forget what is outlived until cancelled."""
    while True:
        async with database.work() as work:
            forgotten = await forget(work, inbox_days=inbox_days)
        if forgotten < _AT_MOST:
            await asyncio.sleep(_EVERY_SECONDS)
