"""A deadline fires once, most severe first, whoever dies; a broken handler stops its own only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from tereze.chassis.database import Database
from tereze.chassis.firing import _AS_BEFORE, _BY_INDEX, _CLAIM, _PEEK, NO_HANDLER, Firing, retry_parked
from tereze.chassis.handlers import Deadlines
from tereze.chassis.timers import FiredTimer, StaleGeneration, TimerSpec
from tereze.chassis.work import Work
from tereze.local.postgres import Postgres

_MISSED = """
UPDATE timer SET wake_at = now() - make_interval(secs => length(subject)) WHERE subject LIKE 's1%'
"""


class World:
    """Deadlines that write down when they fired, and fail where told to."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.deadlines = Deadlines()
        self.deadlines.fires("clock")(self.record)
        self.broken: set[str] = set()
        self.late: list[timedelta] = []

    async def record(self, timer: FiredTimer, work: Work) -> None:
        await work.raw.execute(
            "INSERT INTO fired (subject, generation) VALUES ($1, $2)", timer.subject, timer.generation
        )
        assert timer.late_by >= timedelta(0)
        self.late.append(timer.late_by)
        if timer.subject in self.broken:
            raise ArithmeticError

    def firing(self, **options: Any) -> Firing:
        return Firing(self.database, self.deadlines, poll_ms=20, **options)

    async def set(self, *subjects: str, due_in: float = 0.0, severity: int = 0, generation: int = 1) -> None:
        async with self.database.work() as work:
            due_at = work.now + timedelta(seconds=due_in)
            await work.timers.set_many([TimerSpec("clock", name, due_at, severity, generation) for name in subjects])

    async def fired(self) -> list[str]:
        async with self.database.work() as work:
            return [row["subject"] for row in await work.raw.fetch("SELECT subject FROM fired ORDER BY place")]

    async def query(self, sql: str) -> Any:
        async with self.database.work() as work:
            return await work.raw.fetchval(sql)

    async def until_fired(self, count: int) -> list[str]:
        async with asyncio.timeout(60):
            while len(found := await self.fired()) < count:  # noqa: ASYNC110 - what changes is in PostgreSQL
                await asyncio.sleep(0.02)
        return found


@pytest.fixture
async def world(database: Database) -> World:
    async with database.work() as work:
        await work.raw.execute(
            "CREATE TABLE fired (place bigint GENERATED ALWAYS AS IDENTITY, subject text, generation int)"
        )
    return World(database)


@asynccontextmanager
async def running(*firings: Firing) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(firing.run()) for firing in firings]
    yield
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(outcome, asyncio.CancelledError)


async def test_a_deadline_fires_at_its_time_and_not_before(world: World) -> None:
    await world.set("soon", due_in=0.3)
    await world.set("later", due_in=3600)
    async with running(world.firing()):
        assert await world.until_fired(1) == ["soon"]
    assert await world.query("SELECT count(*) FROM timer WHERE fired_at < due_at") == 0


async def test_overdue_deadlines_fire_most_severe_first_and_each_once(world: World) -> None:
    await world.set(*(f"low{n}" for n in range(300)), due_in=-7200, severity=3)
    await world.set(*(f"high{n}" for n in range(300)), due_in=-3600, severity=1)
    async with running(world.firing()):
        found = await world.until_fired(600)
    assert [name.rstrip("0123456789") for name in found] == ["high"] * 300 + ["low"] * 300
    assert len(set(found)) == 600
    assert min(world.late) >= timedelta(hours=1)


async def test_two_workers_share_the_work_without_firing_twice(world: World) -> None:
    await world.set(*(f"s{n}" for n in range(1000)), due_in=-1)
    async with running(world.firing(batch=20), world.firing(batch=20)):
        found = await world.until_fired(1000)
    assert len(found) == len(set(found)) == 1000


async def test_cleared_and_replaced_deadlines_do_not_fire(world: World) -> None:
    await world.set("cleared", "moved", "kept", due_in=-1)
    async with world.database.work() as work:
        await work.timers.clear(kind="clock", subject="cleared")
        await work.timers.set(kind="clock", subject="moved", due_at=work.now + timedelta(hours=1))
    async with running(world.firing()):
        assert await world.until_fired(1) == ["kept"]
    assert await world.query("SELECT count(*) FROM timer WHERE fired_at IS NULL") == 1


async def test_setting_the_same_deadline_again_after_it_fired_changes_nothing(world: World) -> None:
    async with world.database.work() as work:
        due_at = work.now
        await work.timers.set(kind="clock", subject="s", due_at=due_at, generation=2)
    async with running(world.firing()):
        await world.until_fired(1)
        async with world.database.work() as work:
            await work.timers.set(kind="clock", subject="s", due_at=due_at, generation=2)
        assert await world.query("SELECT count(*) FROM timer WHERE fired_at IS NULL") == 0
        async with world.database.work() as work:
            await work.timers.set(kind="clock", subject="s", due_at=work.now, generation=3)
        assert await world.until_fired(2) == ["s", "s"]


async def test_a_deadline_of_an_outdated_state_is_refused(world: World) -> None:
    await world.set("s", due_in=60, generation=5)
    with pytest.raises(StaleGeneration):
        await world.set("s", due_in=60, generation=4)


async def test_a_handler_may_set_the_next_one(world: World) -> None:
    async def climb(timer: FiredTimer, work: Work) -> None:
        await work.raw.execute("INSERT INTO fired (subject) VALUES ($1)", f"level {timer.generation}")
        if timer.generation < 4:
            await work.timers.set(
                kind="ladder", subject=timer.subject, due_at=timer.due_at, generation=timer.generation + 1
            )

    world.deadlines.fires("ladder")(climb)
    async with world.database.work() as work:
        await work.timers.set(kind="ladder", subject="s", due_at=work.now)
    async with running(world.firing()):
        assert await world.until_fired(4) == ["level 1", "level 2", "level 3", "level 4"]


async def test_a_broken_handler_stops_its_own_deadline_only_and_can_be_tried_again(world: World) -> None:
    world.broken = {"bad"}
    await world.set("bad", *(f"good{n}" for n in range(50)), due_in=-1)
    async with running(world.firing(tries=1)):
        assert "bad" not in await world.until_fired(50)
        assert (await world.query("SELECT fingerprint FROM timer WHERE subject = 'bad'")).startswith(
            "ArithmeticError in"
        )
        assert await world.query("SELECT count(*) FROM timer WHERE parked_at IS NOT NULL") == 1
        world.broken = set()
        async with world.database.work() as work:
            assert await retry_parked(work, "clock") == 1
        assert "bad" in await world.until_fired(51)


async def test_a_failed_deadline_is_tried_again_by_itself(world: World) -> None:
    world.broken = {"bad"}
    await world.set("bad", due_in=-1)
    assert await world.firing().fire_due() == 1
    assert await world.query("SELECT attempts FROM timer") == 1
    world.broken = set()
    async with running(world.firing()):
        assert await world.until_fired(1) == ["bad"]


async def test_a_kind_nobody_handles_is_parked_with_its_reason(world: World) -> None:
    async with world.database.work() as work:
        await work.timers.set(kind="unheard-of", subject="s", due_at=work.now)
    await world.firing(tries=1).fire_due()
    assert await world.query("SELECT fingerprint FROM timer WHERE parked_at IS NOT NULL") == NO_HANDLER


async def test_the_demo_clock_moves_deadlines(world: World) -> None:
    await world.set("tomorrow", due_in=24 * 3600)
    async with running(world.firing()):
        async with world.database.work() as work:
            await work.raw.execute("UPDATE demo_clock SET ahead = interval '25 hours'")
        assert await world.until_fired(1) == ["tomorrow"]
    assert world.late[0] >= timedelta(minutes=59)


async def test_an_acknowledgement_racing_the_firing_leaves_one_of_the_two(world: World) -> None:
    """Evidence clears the deadline under the same lock the handler takes: never both, never neither."""

    async def breach(timer: FiredTimer, work: Work) -> None:
        await work.lock(timer.subject)
        if await work.raw.fetchval("SELECT NOT EXISTS (SELECT 1 FROM evidence WHERE subject = $1)", timer.subject):
            await work.raw.execute("INSERT INTO breach VALUES ($1)", timer.subject)

    async def acknowledge(subject: str) -> None:
        async with world.database.work() as work:
            await work.lock(subject)
            if not await work.raw.fetchval("SELECT EXISTS (SELECT 1 FROM breach WHERE subject = $1)", subject):
                await work.raw.execute("INSERT INTO evidence VALUES ($1)", subject)
                await work.timers.clear(kind="race", subject=subject)

    world.deadlines.fires("race")(breach)
    subjects = [f"s{n}" for n in range(100)]
    async with world.database.work() as work:
        await work.raw.execute("CREATE TABLE evidence (subject text PRIMARY KEY)")
        await work.raw.execute("CREATE TABLE breach (subject text PRIMARY KEY)")
        soon = work.now + timedelta(milliseconds=50)
        await work.timers.set_many([TimerSpec("race", subject, soon) for subject in subjects])
    async with running(world.firing(batch=10)):
        for subject in subjects:
            await acknowledge(subject)
        async with asyncio.timeout(30):
            while await world.query("SELECT count(*) FROM timer WHERE fired_at IS NULL"):  # noqa: ASYNC110 - in PostgreSQL
                await asyncio.sleep(0.02)
    both = "SELECT count(*) FROM evidence JOIN breach USING (subject)"
    assert await world.query(both) == 0
    assert await world.query("SELECT (SELECT count(*) FROM evidence) + (SELECT count(*) FROM breach)") == 100


async def test_an_outage_of_the_database_is_waited_out(world: World, postgres: Postgres) -> None:
    name = world.database.url.rsplit("/", 1)[1]
    await world.set(*(f"s{n}" for n in range(200)), due_in=-1)
    async with running(world.firing(batch=10)):
        for _ in range(5):
            postgres.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608
            await asyncio.sleep(0)
        found = await world.until_fired(200)
    assert len(set(found)) == 200


async def test_a_million_pending_deadlines_do_not_slow_the_look(database: Database) -> None:
    await _fill(database, 200_000)
    connection = await database.connect(enable_seqscan="off", enable_bitmapscan="off")
    plan = await _plan(connection)
    await connection.close()
    assert "Index" in plan
    assert "Seq Scan on timer" not in plan


async def test_however_many_are_due_a_batch_is_claimed_in_the_order_of_the_index(database: Database) -> None:
    await _fill(database, 200_000)
    async with database.work() as work:  # more have become due than PostgreSQL knows of
        await work.raw.execute(_MISSED)
        await work.raw.execute(_BY_INDEX)
        rows = await work.raw.fetch("EXPLAIN " + _CLAIM.replace("$1", "now()").replace("$2", "200"))
        await work.raw.execute(_AS_BEFORE)
        left = {plan: await work.raw.fetchval(f"SHOW enable_{plan}") for plan in ("seqscan", "hashjoin")}
    plan = "\n".join(row[0] for row in rows)
    assert "Index Scan using timer_pending" in plan
    assert not [other for other in ("Sort", "Seq Scan", "Bitmap", "Hash") if other in plan], plan
    assert left == {"seqscan": "on", "hashjoin": "on"}, "what else the transaction does is planned as ever"


async def _fill(database: Database, count: int) -> None:
    async with database.work() as work:
        await work.raw.execute(
            "INSERT INTO timer (kind, subject, generation, severity, due_at, wake_at)"
            " SELECT 'clock', 's' || n, 1, n % 5, at, at FROM"
            " (SELECT n, now() + make_interval(secs => 3600 + n) AS at FROM generate_series(1, $1::int) AS n) AS made",
            count,
        )
        await work.raw.execute("ANALYZE timer")


async def _plan(connection: asyncpg.Connection) -> str:
    rows = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {_PEEK}")
    return "\n".join(row[0] for row in rows)
