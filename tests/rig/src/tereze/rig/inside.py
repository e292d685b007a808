"""Decides how a test stands inside one service: its real database, its real app, callers with real tokens; must never fake either."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import yaml
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi import FastAPI
from sqlalchemy import Connection

from tereze.chassis.handlers import Handlers
from tereze.chassis.http import create_app
from tereze.chassis.ids import new_id
from tereze.chassis.replica import directory_handlers
from tereze.chassis.service import Runtime, Service
from tereze.chassis.settings import ServiceSettings
from tereze.contracts.directory import Agency, AgencyPublished, Region, RegionPublished, StaffPublished, StaffRecord
from tereze.contracts.events import Envelope, Event, read_envelope
from tereze.local.issuer import TokenMint

PACK = Path(__file__).resolve().parents[5] / "deploy" / "packs" / "kz"
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@cache
def demo_agencies() -> dict[str, Agency]:
    """The demo's agencies by their slugs."""
    rows = yaml.safe_load((PACK / "demo" / "agencies.yaml").read_text("utf-8"))
    return {row["slug"]: Agency.model_validate(row, strict=False) for row in rows}


def agency_id(slug: str) -> str:
    """The id of a demo agency."""
    return demo_agencies()[slug].agency_id


@cache
def demo_staff() -> dict[str, StaffRecord]:
    """The demo's staff by what follows ``demo:`` in their subjects, e.g. ``almaty-police:member``; each fit to act."""
    rows = yaml.safe_load((PACK / "demo" / "staff.yaml").read_text("utf-8"))
    return {
        row["subject"].removeprefix("demo:"): StaffRecord.model_validate(
            {"fit_from": _LONG_AGO, **{name: value for name, value in row.items() if name != "display_name"}},
            strict=False,
        )
        for row in rows
    }


def a_referral(**changes: Any) -> dict[str, Any]:
    """A referral as an agency sends it; ``changes`` replace parts, None removes one."""
    whole = {
        "region_code": "KZ-75",
        "risk": "high",
        "categories": ["kz-vac:physical"],
        "child": {"family": "Ахметова", "given": "Айша", "birth_date": "2017-02-11", "sex": "female"},
        "narrative": "Мұғалім қолындағы көгерген жерді байқады.",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


@dataclass(frozen=True)
class Inside:
    """One service as a test meets it."""

    runtime: Runtime
    app: FastAPI
    mint: TokenMint

    async def tell(self, *events: Event, handlers: Handlers | None = None, earlier: timedelta = timedelta()) -> None:
        """Hand events to the service's handlers, each in a transaction of its own, as the consumer would.

        ``earlier``: so long ago they happened.
        """
        for event in events:
            async with self.runtime.database.work() as work:
                envelope = Envelope(new_id("evt"), "/tereze/test", work.now - earlier, event)
                for handler in (handlers or self.runtime.service.handlers).of(event.type):
                    await handler(event, work, envelope)

    async def tell_together(self, *events: Event) -> None:
        """Hand events to the service's handlers in one transaction, as a consumer does with what comes in one batch."""
        async with self.runtime.database.work() as work:
            for event in events:
                envelope = Envelope(new_id("evt"), "/tereze/test", work.now, event)
                for handler in self.runtime.service.handlers.of(event.type):
                    await handler(event, work, envelope)

    async def told(self) -> list[Event]:
        """What the service published so far, in order."""
        async with self.runtime.database.work() as work:
            rows = await work.raw.fetch("SELECT headers::text AS headers, payload FROM outbox ORDER BY position")
        return [read_envelope(json.loads(row["headers"]), row["payload"]).data for row in rows]

    async def count(self, *tables: str) -> dict[str, int]:
        """How many rows each table holds."""
        async with self.runtime.database.work() as work:
            return {name: await work.raw.fetchval(f"SELECT count(*) FROM {name}") for name in tables}

    async def drift(self) -> list[Any]:
        """What the migrated database and the service's tables disagree on."""

        def compare(connection: Connection) -> list[Any]:
            context = MigrationContext.configure(connection, opts={"compare_server_default": False})
            found = compare_metadata(context, self.runtime.service.metadata)
            return [one for one in found if not (one[0] == "remove_table" and one[1].name == "alembic_version")]

        async with self.runtime.database.work() as work:
            return await work.db.run_sync(compare)

    async def everything(self) -> str:
        """All that rests in the service's database, as text: bytes are shown as the characters they spell."""
        async with self.runtime.database.work() as work:
            tables = await work.raw.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            rows = [await work.raw.fetch(f"SELECT * FROM {table}") for (table,) in tables]
        cells = [cell for table in rows for row in table for cell in row.values()]
        return "\n".join(cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell) for cell in cells)

    async def hear(self, *events: Event) -> None:
        """Hand over events of the directory, which the chassis handles for every service, all in one transaction."""
        async with self.runtime.database.work() as work:
            for event in events:
                envelope = Envelope(new_id("evt"), "/tereze/test", work.now, event)
                for handler in directory_handlers.of(event.type):
                    await handler(event, work, envelope)

    async def know(self, *slugs: str, regions: Iterable[str] = ("KZ-75",)) -> None:
        """Let the service have heard of these demo agencies, their staff, and these regions."""
        names = {"kk": "-", "ru": "-", "en": "-"}
        events: list[Event] = [
            RegionPublished(
                key_id=code, version=1, region=Region.model_validate({"code": code, "kind": "city", "name": names})
            )
            for code in regions
        ]
        for slug in slugs:
            agency = demo_agencies()[slug]
            events.append(AgencyPublished(key_id=agency.agency_id, version=1, agency=agency))
            members = [member for who, member in demo_staff().items() if who.split(":")[0] == slug]
            events += [StaffPublished(key_id=member.staff_id, version=1, staff=member) for member in members]
        await self.hear(*events)

    async def found(self, slug: str, below: str, kind: str = "police", *roles: str) -> "Founded":
        """Let the service hear of a body that is founded now below another (an id), and of one fit person a role."""
        names = {"kk": "-", "ru": "-", "en": "-"}
        words = {"slug": slug, "kind": kind, "region_code": "KZ-75", "parent_agency_id": below, "name": names}
        body = Agency.model_validate({"agency_id": new_id("agc"), **words}, strict=False)
        events: list[Event] = [AgencyPublished(key_id=body.agency_id, version=1, agency=body)]
        for role in roles:
            record = StaffRecord.model_validate(
                {
                    "staff_id": new_id("stf"), "subject": f"{slug}:{role}", "agency_id": body.agency_id,
                    "roles": [role], "fit_from": _LONG_AGO,
                },
                strict=False,
            )  # fmt: skip
            events.append(StaffPublished(key_id=record.staff_id, version=1, staff=record))
        await self.hear(*events)
        return Founded(self, body)

    def caller(self, who: str, **claims: Any) -> httpx.AsyncClient:
        """A client that calls as a demo person, e.g. ``almaty-police:member``; ``claims`` override the token's."""
        member = demo_staff()[who]
        token = self.mint.mint(member.subject, member.agency_id, **claims)
        return self.client({"Authorization": f"Bearer {token}"})

    def client(self, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
        """A client with these headers; without any, an anonymous one."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://tereze.test", headers=headers)


@dataclass(frozen=True)
class Founded:
    """A body that was founded during a test."""

    inside: Inside
    body: Agency

    @property
    def agency_id(self) -> str:
        """Its id."""
        return self.body.agency_id

    def caller(self, role: str) -> httpx.AsyncClient:
        """A client that calls as its person of this role."""
        token = self.inside.mint.mint(f"{self.body.slug}:{role}", self.agency_id)
        return self.inside.client({"Authorization": f"Bearer {token}"})


@asynccontextmanager
async def stand_inside(
    build: Callable[[ServiceSettings], Service],
    environment: Mapping[str, str],
    mint: TokenMint,
    settings_class: type[ServiceSettings] = ServiceSettings,
) -> AsyncIterator[Inside]:
    """A service put together as its process would, from the TEREZE_ variables; its tokens come from ``mint``."""
    named = {name.removeprefix("TEREZE_").lower(): value for name, value in environment.items()}
    settings = settings_class.model_validate({**named, "jwks_url": mint.jwks_url})
    runtime = Runtime.assemble(settings, build(settings))
    app = create_app(runtime)
    async with app.router.lifespan_context(app):
        yield Inside(runtime, app, mint)
    await runtime.close()
