"""Broker and database are killed under load: nothing lost, nothing doubled, no key out of order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from fastapi import APIRouter
from sqlalchemy import MetaData

from tereze.chassis.broker import create_topics
from tereze.chassis.database import DatabaseUnavailable
from tereze.chassis.handlers import Deadlines, Handlers
from tereze.chassis.runtime import Runtime, Service
from tereze.chassis.schema import CHASSIS
from tereze.chassis.settings import ServiceSettings
from tereze.chassis.timers import FiredTimer
from tereze.chassis.topics import TopicSpec
from tereze.chassis.work import Work
from tereze.chassis.worker import run_worker
from tereze.contracts.events import Envelope
from tereze.local.kafka import Kafka
from tereze.local.postgres import Postgres

KEYS = 8
TABLES = (
    "CREATE TABLE head (key text PRIMARY KEY, number int NOT NULL)",
    "CREATE TABLE effect (place bigint GENERATED ALWAYS AS IDENTITY, key text, number int)",
    "CREATE TABLE rung (subject text, generation int)",
)


class World:
    """Facts numbered per key by the database itself, each with a deadline; a handler and a deadline write down what they saw."""

    def __init__(self, runtime: Runtime, counted: type[Any]) -> None:
        self.runtime, self.counted = runtime, counted
        self.loading = True

    async def load(self, key: str) -> None:
        while self.loading:
            try:
                async with self.runtime.database.work() as work:
                    await work.lock(key)
                    number = await work.raw.fetchval(
                        "INSERT INTO head VALUES ($1, 1) ON CONFLICT (key) DO UPDATE SET number = head.number + 1 RETURNING number",
                        key,
                    )
                    work.publish(self.counted(key_id=key, number=number))
                    await work.timers.set(kind="clock", subject=f"{key} {number}", due_at=work.now)
            except DatabaseUnavailable:
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.005)

    async def count(self, sql: str) -> int:
        while True:
            try:
                async with self.runtime.database.work() as work:
                    return int(await work.raw.fetchval(sql) or 0)
            except DatabaseUnavailable:
                await asyncio.sleep(0.05)

    async def until_at_least(self, sql: str, count: int) -> None:
        async with asyncio.timeout(90):
            while await self.count(sql) < count:  # noqa: ASYNC110 - what changes is in PostgreSQL
                await asyncio.sleep(0.05)


def build(counted: type[Any]) -> Service:
    handlers, deadlines = Handlers(), Deadlines()

    @handlers.on(counted)
    async def note(event: Any, work: Work, _envelope: Envelope) -> None:
        await work.raw.execute("INSERT INTO effect (key, number) VALUES ($1, $2)", event.key_id, event.number)

    @deadlines.fires("clock")
    async def ring(timer: FiredTimer, work: Work) -> None:
        await work.raw.execute("INSERT INTO rung VALUES ($1, $2)", timer.subject, timer.generation)

    return Service("intake", MetaData(), APIRouter(), handlers, deadlines, uses_directory=False)


@pytest.fixture
async def world(own_kafka: Kafka, own_postgres: Postgres, keys_dir: Path, counted: type[Any]) -> AsyncIterator[World]:
    url = own_postgres.create_service("intake")
    connection = await asyncpg.connect(url)
    for statement in (*CHASSIS, *TABLES):
        await connection.execute(statement)
    await connection.close()
    await create_topics(own_kafka.bootstrap, [TopicSpec(counted.topic, 3, 1)])
    settings = ServiceSettings(
        mode="demo", database_url=url, kafka=own_kafka.bootstrap, issuer="http://x", keys_dir=keys_dir, pack=Path()
    )
    runtime = Runtime.assemble(settings, build(counted))
    yield World(runtime, counted)
    await runtime.close()


@asynccontextmanager
async def under_load(world: World) -> AsyncIterator[None]:
    worker = asyncio.create_task(run_worker(world.runtime))
    loads = [asyncio.create_task(world.load(f"k{n}")) for n in range(KEYS)]
    yield
    world.loading = False
    await asyncio.gather(*loads)
    expected = await world.count("SELECT sum(number) FROM head")
    await world.until_at_least("SELECT count(*) FROM effect", expected)
    await world.until_at_least("SELECT count(*) FROM rung", expected)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)


@pytest.mark.slow
async def test_killed_brokers_and_databases_lose_double_and_reorder_nothing(
    world: World, own_kafka: Kafka, own_postgres: Postgres
) -> None:
    async with under_load(world):
        await world.until_at_least("SELECT count(*) FROM effect", 50)
        for _ in range(2):
            own_kafka.kill()
            await world.until_at_least(
                "SELECT sum(number) FROM head", 100 + await world.count("SELECT sum(number) FROM head")
            )
            await asyncio.to_thread(own_kafka.start)
            own_postgres.kill()
            await asyncio.to_thread(own_postgres.start)
            await world.until_at_least(
                "SELECT count(*) FROM effect", 50 + await world.count("SELECT count(*) FROM effect")
            )
    expected = await world.count("SELECT sum(number) FROM head")
    assert await world.count("SELECT count(*) FROM effect") == expected
    assert await world.count("SELECT count(DISTINCT (key, number)) FROM effect") == expected
    assert await world.count("SELECT count(DISTINCT subject) FROM rung") == expected
    assert await world.count("SELECT count(*) FROM rung") == expected
    reordered = """
        SELECT count(*) FROM (SELECT number, lag(number, 1, 0) OVER (PARTITION BY key ORDER BY place) AS before FROM effect) AS steps
        WHERE number <> before + 1
    """
    assert await world.count(reordered) == 0
