"""Decides the world of the directory's tests: the real service over a database of its own; must never fake PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from tereze.chassis.firing import Firing
from tereze.contracts.directory import StaffPublished
from tereze.contracts.events import Event
from tereze.directory.app import build
from tereze.directory.fitness import deadlines
from tereze.directory.loading import load_pack
from tereze.directory.pack import read_pack
from tereze.local.fixtures import PACK, NewEnvironment, NewServiceDatabase
from tereze.local.issuer import TokenMint
from tereze.rig.inside import Inside, demo_staff, stand_inside


@pytest.fixture
async def directory(
    service_database: NewServiceDatabase, service_environment: NewEnvironment, mint: TokenMint
) -> AsyncIterator[Inside]:
    async with stand_inside(build, service_environment(service_database("directory")), mint) as inside:
        yield inside


@dataclass
class Office:
    """The directory with the demo pack, of which it has heard what it told, and the few verbs tests speak in."""

    directory: Inside

    def caller(self, who: str) -> Any:
        return self.directory.caller(who)

    def staff(self, who: str) -> str:
        return demo_staff()[who].staff_id

    async def heard(self) -> list[StaffPublished]:
        """Hand the directory what it told since the last time, as its own consumer would; returns the news of staff."""
        told: list[Event] = await self.directory.told()
        await self.directory.hear(*told)
        await self.execute("DELETE FROM outbox")
        return [event for event in told if isinstance(event, StaffPublished)]

    async def execute(self, statement: str) -> None:
        async with self.directory.runtime.database.work() as work:
            await work.raw.execute(statement)

    async def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        async with self.directory.runtime.database.work() as work:
            return [dict(row) for row in await work.raw.fetch(query, *values)]

    async def move_clock(self, ahead: str) -> None:
        await self.execute(f"UPDATE demo_clock SET ahead = interval '{ahead}'")  # noqa: S608 - written by tests

    async def fire_everything(self) -> None:
        while await Firing(self.directory.runtime.database, deadlines).fire_due():
            pass

    async def post(self, who: str, path: str, body: Any = None, *, version: int | None = None, key: str = "") -> Any:
        headers = ({"If-Match": f'"{version}"'} if version is not None else {}) | (
            {"Idempotency-Key": key} if key else {}
        )
        async with self.caller(who) as caller:
            return await caller.post(path, json=body, headers=headers)

    async def get(self, who: str, path: str) -> Any:
        async with self.caller(who) as caller:
            return await caller.get(path)


@pytest.fixture
async def office(
    service_database: NewServiceDatabase,
    service_environment: NewEnvironment,
    mint: TokenMint,
    prepared_databases: dict[str, str],
) -> AsyncIterator[Office]:
    if "office" not in prepared_databases:
        url = service_database("directory")
        async with stand_inside(build, service_environment(url), mint) as directory:
            async with directory.runtime.database.work() as work:
                await load_pack(work, read_pack(PACK, today=date(2026, 11, 21), demo=True))
            await Office(directory).heard()
        prepared_databases["office"] = url
    own = service_database("directory", like=prepared_databases["office"])
    async with stand_inside(build, service_environment(own), mint) as directory:
        yield Office(directory)
