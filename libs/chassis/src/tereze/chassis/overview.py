"""Decides what a worker tells operators about waiting things, read from the database; must never change any of them."""

import asyncio
from dataclasses import dataclass

from tereze.chassis import signals
from tereze.chassis.database import Database
from tereze.chassis.work import Work

_EVERY_SECONDS = 5.0
_OUTBOX = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(oldest)), 0)::float8
FROM generate_series(0, $1::int - 1) AS each(bucket)
LEFT JOIN outbox_cursor AS cursor ON cursor.bucket = each.bucket
CROSS JOIN LATERAL (
    SELECT min(created_at) AS oldest FROM outbox
    WHERE outbox.bucket = each.bucket AND xid >= pg_snapshot_xmin(coalesce(cursor.done, '1:1:'))
      AND NOT pg_visible_in_snapshot(xid, coalesce(cursor.done, '1:1:'))
      AND NOT (cursor.doing IS NOT NULL AND pg_visible_in_snapshot(xid, cursor.doing) AND position <= cursor.position)
) AS waiting
"""
_TIMERS = """
SELECT coalesce(extract(epoch FROM $1 - min(due_at)), 0)::float8 FROM timer
WHERE fired_at IS NULL AND parked_at IS NULL AND wake_at <= $1
"""
_PARKED_TIMERS = "SELECT count(*) FROM timer WHERE parked_at IS NOT NULL"
_PARKED_KEYS = """
SELECT count(*) AS keys, coalesce(extract(epoch FROM clock_timestamp() - min(parked_at)), 0)::float8 AS oldest FROM parked_key
"""


@dataclass(frozen=True, slots=True)
class Overview:
    """What waits in one service's database. Ages in seconds; 0 where nothing waits."""

    outbox_oldest: float
    timers_overdue: float
    timers_parked: int
    keys_parked: int
    keys_parked_oldest: float


async def look_over(work: Work, buckets: int) -> Overview:
    """Read the figures."""
    parked = await work.raw.fetchrow(_PARKED_KEYS)
    return Overview(
        outbox_oldest=max(0.0, await work.raw.fetchval(_OUTBOX, buckets)),
        timers_overdue=max(0.0, await work.raw.fetchval(_TIMERS, work.now)),
        timers_parked=await work.raw.fetchval(_PARKED_TIMERS),
        keys_parked=parked["keys"],
        keys_parked_oldest=parked["oldest"],
    )


async def keep_telling(database: Database, buckets: int) -> None:
    """A worker loop: set the gauges every few seconds until cancelled."""
    while True:
        async with database.work() as work:
            seen = await look_over(work, buckets)
        signals.outbox_oldest_seconds.set(seen.outbox_oldest)
        signals.timers_overdue_seconds.set(seen.timers_overdue)
        signals.timers_parked.set(seen.timers_parked)
        signals.parked_keys.set(seen.keys_parked)
        signals.parked_oldest_seconds.set(seen.keys_parked_oldest)
        await asyncio.sleep(_EVERY_SECONDS)
