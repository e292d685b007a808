"""A defect is never called an outage, nor the other way round: one parks an event, the other waits."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text

from tereze.chassis.database import Database, DatabaseUnavailable
from tereze.chassis.outage import is_outage, is_rivalry, is_transient
from tereze.chassis.work import Work
from tereze.local.postgres import Postgres

Step = Callable[[Work], Awaitable[object]]


async def failure_of(database: Database, step: Step) -> Exception:
    try:
        async with database.work() as work:
            await step(work)
    except Exception as error:  # noqa: BLE001 - whatever it is, is what we ask for
        return error
    raise AssertionError("nothing failed")


@pytest.mark.parametrize(
    "step",
    [
        lambda work: work.raw.execute("SELECT 1/0"),
        lambda work: work.db.execute(text("SELECT 1/0")),
        lambda work: work.raw.execute("SELECT $1::int", "not a number"),
        lambda work: work.db.execute(text("SELECT CAST(:n AS int)"), {"n": "not a number"}),
        lambda work: work.raw.execute("SELECT nonsense"),
        lambda work: work.raw.execute("INSERT INTO parked_key (topic) VALUES ('x')"),
        lambda work: asyncio.gather(work.raw.execute("SELECT 1"), work.raw.execute("SELECT 1")),
    ],
)
async def test_defects_are_not_transient(database: Database, step: Step) -> None:
    error = await failure_of(database, step)
    assert not is_transient(error), repr(error)


async def test_a_lost_backend_is_an_outage_in_both_drivers(database: Database, postgres: Postgres) -> None:
    async def kill(work: Work) -> None:
        pid = await work.raw.fetchval("SELECT pg_backend_pid()")
        postgres.sql(f"SELECT pg_terminate_backend({pid}, 5000)")

    async def raw(work: Work) -> None:
        await kill(work)
        await work.raw.execute("SELECT 1")

    async def core(work: Work) -> None:
        await kill(work)
        await work.db.execute(text("SELECT 1"))

    for step in (raw, core):
        error = await failure_of(database, step)
        assert isinstance(error, DatabaseUnavailable)
        assert is_outage(error)


async def test_a_lock_that_is_not_to_be_had_is_rivalry(database: Database) -> None:
    async def wait_for_lock(work: Work) -> None:
        await work.raw.execute("SET LOCAL lock_timeout = '50ms'")
        await work.lock("name")

    async with database.work() as holder:
        await holder.lock("name")
        error = await failure_of(database, wait_for_lock)
    assert is_rivalry(error)


async def test_dead_connections_in_the_pool_are_passed_over(database: Database, postgres: Postgres) -> None:
    async def hold(gate: asyncio.Event) -> None:
        async with database.work():
            await gate.wait()

    gate = asyncio.Event()
    holders = [asyncio.create_task(hold(gate)) for _ in range(5)]
    async with database.work() as work:
        name = await work.raw.fetchval("SELECT current_database()")
    gate.set()
    await asyncio.gather(*holders)
    postgres.sql(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608
    async with database.work() as work:
        assert await work.raw.fetchval("SELECT 1") == 1
