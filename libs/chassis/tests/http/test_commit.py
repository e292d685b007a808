"""Decides that a 2xx is sent after the commit and never without one, and that an absent database is said so."""

import asyncio

import httpx
import pytest

from tereze.chassis.http import create_app
from tereze.local.postgres import Postgres

POLICE = "agc_" + "1" * 32


async def count_things(world) -> int:
    async with world.database.work() as work:
        return int(await work.raw.fetchval("SELECT count(*) FROM thing"))


class Watched:
    """The app, with a look into the database at the moment its answer begins."""

    def __init__(self, app, world):
        self.app, self.world, self.seen = app, world, []

    async def __call__(self, scope, receive, send):
        async def watching(message):
            if message["type"] == "http.response.start":
                self.seen.append((message["status"], await count_things(self.world)))
            await send(message)

        await self.app(scope, receive, watching)


async def test_the_effect_is_committed_before_the_answer_begins(world):
    watched = Watched(create_app(world.runtime), world)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(watched), base_url="http://service.test"
    ) as world.client:
        await world.keep("a")
        await world.keep("enough", key="other")
    assert watched.seen == [(201, 1), (409, 1)]


async def test_where_the_commit_fails_nobody_is_told_that_it_worked(world):
    async with world.database.work() as work:
        await work.raw.execute("ALTER TABLE thing ADD UNIQUE (code) DEFERRABLE INITIALLY DEFERRED")
    assert (await world.keep("a", key="one")).status_code == 201
    failed = await world.keep("a", key="two")
    assert (failed.status_code, failed.json()["code"]) == (500, "internal")
    assert await world.things() == ["a"]


async def test_a_slow_sender_holds_no_transaction(world):
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slowly():
        yield b'{"code": '
        asked.set()
        await go_on.wait()
        yield b'"a"}'

    headers = {**world.token(), "Idempotency-Key": "k", "Content-Type": "application/json"}
    sending = asyncio.create_task(world.client.post("/v1/things", content=slowly(), headers=headers))
    await asked.wait()
    async with world.database.work() as work:
        open_ones = await work.raw.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
            " AND pid <> pg_backend_pid()"
        )
    go_on.set()
    assert (await sending).status_code == 201
    assert open_ones == 0


@pytest.fixture
def empty_database(own_postgres: Postgres):
    """This file's databases live on a server that may be stopped."""
    return lambda: own_postgres.create_service("tester", database="tester_1")


async def test_an_absent_database_is_a_503_and_nothing_is_half_done(world, own_postgres):
    assert (await world.keep("a", key="one")).status_code == 201
    own_postgres.kill()
    for answer in (await world.keep("b", key="two"), await world.client.get("/readyz")):
        assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable")
        assert int(answer.headers["retry-after"]) > 0
    assert (await world.client.get("/healthz")).status_code == 200
    own_postgres.start()
    assert (await world.keep("b", key="two")).status_code == 201
    assert (await world.keep("a", key="one")).headers["idempotent-replayed"] == "true"
    assert await world.things() == ["a", "b"]
