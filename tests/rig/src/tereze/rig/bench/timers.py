"""Decides how late deadlines fire among a million pending ones and how fast missed ones are caught up; must never leave out a late one."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import asyncpg

from tereze.chassis.database import Database
from tereze.chassis.firing import Firing
from tereze.chassis.handlers import Deadlines
from tereze.chassis.ids import new_id
from tereze.chassis.timers import FiredTimer
from tereze.chassis.work import Work
from tereze.rig.bench.ground import attached, lay_ground
from tereze.rig.bench.parts import Parts, fresh_parts, machine, quantile

PER_SECOND = 100
_MOSTLY = 0.9
_SET = """
INSERT INTO timer (kind, subject, generation, severity, due_at, wake_at)
SELECT 'bench', $1 || n, 1, n % 4, at, at
FROM (SELECT n, clock_timestamp() + make_interval(secs => $3::float8 + n * $4::float8) AS at FROM generate_series(1, $2) AS n) AS moments
"""
_BARE = """
WITH due AS (
    SELECT kind, subject FROM timer WHERE fired_at IS NULL AND parked_at IS NULL AND wake_at <= (SELECT tereze_now())
    ORDER BY severity, wake_at LIMIT 200 FOR UPDATE SKIP LOCKED
), fired AS (
    UPDATE timer SET fired_at = clock_timestamp() FROM due
    WHERE timer.kind = due.kind AND timer.subject = due.subject RETURNING timer.subject
)
INSERT INTO outbox (bucket, topic, key, headers, payload) SELECT 0, 'bare', subject, '{}', '\\x00' FROM fired
"""


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Lateness in milliseconds at 100 deadlines a second, catch-up a second with an event each, and a bare SQL loop's catch-up."""
    pending, seconds, missed = (50_000, 5, 5_000) if quick else (1_000_000, 30, 100_000)
    with fresh_parts(kafka=False) as parts:
        return asyncio.run(_all(parts, pending, seconds, missed))


async def _all(parts: Parts, pending: int, seconds: int, missed: int) -> dict[str, Any]:
    database = await lay_ground(parts)
    connection = await database.connect(statement_timeout="0")
    await connection.execute(_SET, "pending-", pending, 86_400.0, 0.01)
    await connection.execute("VACUUM ANALYZE timer")
    idle = await _idle_poll(database)
    late = await _lateness(connection, database, seconds)
    ours = await _catch_up(connection, database, missed)
    bare = await _catch_up_bare(connection, missed)
    await connection.close()
    await database.close()
    return {
        "pending": pending,
        "idle_poll_ms": round(idle, 2),
        "late_p50_ms": round(quantile(late, 0.5), 1),
        "late_p99_ms": round(quantile(late, 0.99), 1),
        "late_max_ms": round(max(late), 1),
        "missed": missed,
        "catch_up_per_second": round(ours),
        "bare_catch_up_per_second": round(bare),
        "ratio": round(ours / bare, 3),
        "machine": machine(),
    }


async def _idle_poll(database: Database) -> float:
    firing = Firing(database, Deadlines())
    await firing.anything_due()
    begun = time.perf_counter()
    for _ in range(200):
        await firing.anything_due()
    return 1000 * (time.perf_counter() - begun) / 200


async def _lateness(connection: asyncpg.Connection, database: Database, seconds: int) -> list[float]:
    late: list[float] = []
    due: list[datetime] = []
    count = seconds * PER_SECOND
    await connection.execute(_SET, "soon-", count, 1.0, 1 / PER_SECOND)

    def note(timer: FiredTimer) -> None:
        late.append(1000 * (datetime.now(UTC) - timer.due_at).total_seconds())
        due.append(timer.due_at)

    await _fire_until(database, note, count)
    if (max(due) - min(due)).total_seconds() < seconds * _MOSTLY:
        raise RuntimeError("the deadlines were not due one after the other: this measured something else")
    return late


async def _catch_up(connection: asyncpg.Connection, database: Database, missed: int) -> float:
    await connection.execute(_SET, "missed-", missed, -86_400.0, 0.001)
    begun = time.perf_counter()
    await _fire_until(database, lambda _: None, missed)
    return missed / (time.perf_counter() - begun)


async def _fire_until(database: Database, note: Any, count: int) -> None:
    """Fire with one event a deadline until ``count`` have fired."""
    deadlines, fired = Deadlines(), 0

    @deadlines.fires("bench")
    async def fire(timer: FiredTimer, work: Work) -> None:
        nonlocal fired
        work.publish(attached(new_id("cas"), 1))
        note(timer)
        fired += 1

    running = asyncio.create_task(Firing(database, deadlines).run())
    while fired < count:
        await asyncio.sleep(0.01)
        if running.done():
            running.result()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def _catch_up_bare(connection: asyncpg.Connection, missed: int) -> float:
    await connection.execute(_SET, "bare-", missed, -86_400.0, 0.001)
    begun, fired = time.perf_counter(), 0
    while fired < missed:
        fired += int((await connection.execute(_BARE)).rsplit(" ", 1)[1])
    return missed / (time.perf_counter() - begun)
