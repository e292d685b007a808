"""Decides how a service's database reaches the schema its code expects; must never run beside another migration of the same database."""

import asyncio
import importlib.util
from pathlib import Path
from typing import Any, Protocol

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from tereze.chassis.database import connect_with
from tereze.chassis.schema import CHASSIS_1, TABLES_1

_ONE_AT_A_TIME = 0x7E7E2E


class Operations(Protocol):
    """What a revision is handed (alembic's ``op``)."""

    def execute(self, sqltext: str) -> Any:
        """Run one statement."""


def create_chassis(op: Operations) -> None:
    """For a service's first revision: the chassis' tables and ``tereze_now()``."""
    for statement in CHASSIS_1:
        op.execute(statement)


def drop_chassis(op: Operations) -> None:
    """Undo ``create_chassis``."""
    op.execute("DROP FUNCTION tereze_now()")
    for table in reversed(TABLES_1):
        op.execute(f"DROP TABLE {table}")


def run_env(metadata: MetaData) -> None:
    """The whole body of a service's ``migrations/env.py``."""
    url = context.config.attributes["database_url"]
    asyncio.run(_migrate(url, metadata))


async def _migrate(url: str, metadata: MetaData) -> None:
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=connect_with(url, "migrate"), poolclass=pool.NullPool
    )
    async with engine.connect() as connection:
        await connection.run_sync(_run_revisions, metadata)
    await engine.dispose()


def _run_revisions(connection: Connection, metadata: MetaData) -> None:
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_AT_A_TIME})
        context.run_migrations()


def alembic_config(package: str, database_url: str) -> Config:
    """Alembic's configuration for one service package, e.g. ``tereze.intake``."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise LookupError(f"{package} is not an installed package")
    config = Config()
    config.set_main_option("script_location", str(Path(spec.origin).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["database_url"] = database_url
    return config


def upgrade(package: str, database_url: str) -> None:
    """Bring one service's database to the newest revision of its package."""
    command.upgrade(alembic_config(package, database_url), "head")
