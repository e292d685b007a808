"""Decides the small world chassis tests live in: a database with the chassis' tables only; must never fake PostgreSQL or Kafka."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tereze.chassis.database import Database
from tereze.chassis.schema import CHASSIS_1
from tereze.local.fixtures import NewDatabase


async def create_tables(url: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in CHASSIS_1:
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
