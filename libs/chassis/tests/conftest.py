"""Decides the small world chassis tests live in: a database with the chassis' tables only; must never fake PostgreSQL or Kafka."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, ClassVar

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer

from tereze.chassis.broker import create_topics
from tereze.chassis.database import Database
from tereze.chassis.ids import new_id
from tereze.chassis.schema import CHASSIS
from tereze.chassis.topics import TopicSpec
from tereze.contracts import events, labels
from tereze.contracts.events import Event
from tereze.contracts.labels import OPERATIONAL
from tereze.local.fixtures import NewDatabase
from tereze.local.kafka import Kafka


async def create_tables(url: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in CHASSIS:
        await connection.execute(statement)
    await connection.close()


@pytest.fixture
async def database(empty_database: NewDatabase) -> AsyncIterator[Database]:
    """A database that holds the chassis' tables and nothing else."""
    url = empty_database()
    await create_tables(url)
    opened = Database(url, service="tester")
    yield opened
    await opened.close()


@pytest.fixture
async def counted(kafka: Kafka) -> AsyncIterator[type[Any]]:
    """A type of event on a topic of this test's own: ``counted(key_id=…, number=…)``."""
    name = new_id("test").replace("_", ".")

    class Counted(Event):
        """The n-th fact about a key."""

        type: ClassVar[str] = f"tereze.{name}.v1"
        topic: ClassVar[str] = name
        key_field: ClassVar[str] = "key_id"

        key_id: Annotated[str, OPERATIONAL]
        number: Annotated[int, OPERATIONAL]

    await create_topics(kafka.bootstrap, [TopicSpec(name, 3, 1)])
    yield Counted
    del events._TYPES[Counted.type]
    labels._SHAPES.remove(Counted)


@pytest.fixture
def log_of(kafka: Kafka) -> Callable[..., Awaitable[list[Any]]]:
    """Call it with a type of event and a count: waits until the topic holds so many, and returns them partition by partition."""

    async def read(event: type[Event], count: int) -> list[Any]:
        consumer = AIOKafkaConsumer(
            event.topic, bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
        )
        await consumer.start()
        found: list[Any] = []
        async with asyncio.timeout(60):
            while len(found) < count:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found.extend(event.model_validate_json(record.value) for record in records)
        await consumer.stop()
        return found

    return read
