"""What nothing can need any more is forgotten, and only that; news of the outbox reaches other processes."""

import asyncio
import time
from datetime import timedelta
from uuid import UUID

from tereze.chassis.database import Database
from tereze.chassis.housekeeping import forget
from tereze.chassis.ids import event_uuid, new_id
from tereze.chassis.inbox import take
from tereze.chassis.wakeup import CHANNEL, Wakeup


def aged(days: int) -> UUID:
    return UUID(int=(int((time.time() - days * 86_400) * 1000) << 80) + 1)


async def test_old_inbox_rows_go_and_those_the_bus_may_bring_again_stay(database: Database) -> None:
    fresh = event_uuid(new_id("evt"))
    async with database.work() as work:
        await take(work, [aged(60), aged(46), aged(44), fresh])
        await work.raw.execute("UPDATE demo_clock SET ahead = interval '400 days'")
    async with database.work() as work:
        assert await forget(work, inbox_days=45) == 2, "ids follow the machine's clock, not the demo clock"
        assert await take(work, [aged(60), fresh]) != set()
        assert await work.raw.fetchval("SELECT count(*) FROM inbox WHERE event_id = $1", fresh) == 1


async def test_only_deadlines_that_fired_long_ago_are_forgotten(database: Database) -> None:
    async with database.work() as work:
        for name in ("pending", "recent", "old"):
            await work.timers.set(kind="clock", subject=name, due_at=work.now - timedelta(days=200))
        for name, days in (("recent", 1), ("old", 100)):
            fired_at = work.now - timedelta(days=days)
            await work.raw.execute("UPDATE timer SET fired_at = $1 WHERE subject = $2", fired_at, name)
        assert await forget(work, inbox_days=45) == 1
        kept = await work.raw.fetch("SELECT subject FROM timer ORDER BY subject")
    assert [row["subject"] for row in kept] == ["pending", "recent"]


async def test_a_ring_reaches_whoever_listens_in_another_process(database: Database) -> None:
    heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    connection = await database.connect()
    await connection.add_listener(CHANNEL, lambda *told: heard.set_result(str(told[3])))
    wakeup = Wakeup(database)
    carrying = asyncio.create_task(wakeup.run())
    wakeup.answer_here(1, yes=True)
    wakeup.ring(frozenset({1, 2, 3}))
    async with asyncio.timeout(30):
        assert await heard == "2,3", "our own relay hears without PostgreSQL"
    carrying.cancel()
    await asyncio.gather(carrying, return_exceptions=True)
    await connection.close()
