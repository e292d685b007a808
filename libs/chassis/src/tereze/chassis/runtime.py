"""Decides what one process of a service holds while it runs; must never be built twice for one process."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from sqlalchemy import MetaData

from tereze.chassis.database import Database
from tereze.chassis.handlers import Deadlines, Handlers
from tereze.chassis.sealing import Sealer
from tereze.chassis.settings import ServiceSettings
from tereze.chassis.vault import Vault
from tereze.chassis.wakeup import Wakeup


@dataclass(frozen=True)
class Service:
    """One service, put together.

    ``loops`` are further worker loops; each runs until it is cancelled. ``prepare`` is awaited by every process before it answers or
    consumes anything. ``session`` overrides PostgreSQL session settings.
    """

    name: str
    metadata: MetaData
    router: APIRouter
    handlers: Handlers
    deadlines: Deadlines
    uses_directory: bool = True
    loops: tuple[Callable[["Runtime"], Coroutine[Any, Any, None]], ...] = ()
    prepare: Callable[["Runtime"], Coroutine[Any, Any, None]] | None = None
    session: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Runtime:
    """What requests, handlers and loops of one process share."""

    settings: ServiceSettings
    service: Service
    database: Database
    vault: Vault
    sealer: Sealer
    wakeup: Wakeup
    waiting: dict[str, str] = field(default_factory=dict)  # loop -> what it waits for

    @classmethod
    def assemble(cls, settings: ServiceSettings, service: Service) -> "Runtime":
        """Open nothing yet: connections are made when first used."""
        database = Database(
            settings.database_url, service=service.name, pool_size=settings.pool_size, session=service.session
        )
        vault = Vault.from_files(settings.keys_dir, service.name)
        sealer = Sealer.from_files(settings.keys_dir, service.name)
        wakeup = Wakeup(database)
        runtime = cls(settings, service, database, vault, sealer, wakeup)
        database.runtime, database.on_publish = runtime, wakeup.ring
        return runtime

    async def close(self) -> None:
        """Give back every connection."""
        await self.database.close()
