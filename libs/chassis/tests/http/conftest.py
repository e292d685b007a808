"""Decides the small service HTTP tests speak to: one kind of thing, real PostgreSQL, real tokens; must never fake any of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

import asyncpg
import httpx
import pytest
from fastapi import APIRouter
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import AwareDatetime, Field
from sqlalchemy import MetaData

from tereze.chassis.database import Database
from tereze.chassis.handlers import Deadlines, Handlers
from tereze.chassis.http import (
    BriefCaller,
    Caller,
    Conflict,
    Cursor,
    Idempotency,
    IfMatch,
    Limit,
    OpenWork,
    Reply,
    Stale,
    UnattestedCaller,
    body,
    create_app,
    decode_cursor,
    encode_cursor,
    etag,
    once,
    open_to_all,
)
from tereze.chassis.runtime import Runtime, Service
from tereze.chassis.schema import CHASSIS_1
from tereze.chassis.settings import ServiceSettings
from tereze.contracts.directory import Agency, LocalName, StaffRecord
from tereze.contracts.ids import ReferralId
from tereze.contracts.labels import IDENTITY, OPERATIONAL, Contract
from tereze.contracts.words import AgencyKind, StaffRole
from tereze.local.issuer import TokenMint

POLICE, SCHOOL = "agc_" + "1" * 32, "agc_" + "2" * 32
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Part(Contract):
    name: Annotated[str | None, IDENTITY] = None
    at: Annotated[AwareDatetime | None, OPERATIONAL] = None


class Thing(Contract):
    code: Annotated[str, OPERATIONAL, Field(min_length=1, max_length=30_000, examples=["a"])]
    size: Annotated[int, OPERATIONAL, Field(ge=1, le=9)] = 1
    kind: Annotated[StaffRole, OPERATIONAL] = StaffRole.MEMBER
    parts: Annotated[tuple[Part, ...], OPERATIONAL, Field(max_length=3)] = ()


class Kept(Contract):
    number: Annotated[int, OPERATIONAL]
    code: Annotated[str, OPERATIONAL]


class Page(Contract):
    items: Annotated[tuple[Kept, ...], OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None


class TooManyThings(Conflict):
    """An example of a service's own fact."""

    code = "too-many-things"
    title = "There are enough things"


@dataclass
class Stage:
    """Lets a test hold a request in the middle."""

    entered: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)


def routes(stage: Stage) -> APIRouter:  # noqa: C901 - one small route after the other
    router = APIRouter(prefix="/v1")

    @router.post("/things", status_code=201, response_model=Kept)
    async def keep_thing(thing: body[Thing], caller: Caller, key: Idempotency, work: OpenWork) -> Any:
        async def produce() -> Reply:
            number = await work.raw.fetchval("INSERT INTO thing (code) VALUES ($1) RETURNING number", thing.code)
            if thing.code == "hold":
                stage.entered.set()
                await stage.go_on.wait()
            if thing.code == "enough":
                raise TooManyThings("No more today.", current_version=number)
            return Reply(201, Kept(number=number, code=thing.code), {"Location": f"/v1/things/{number}"})

        return await once(key, work, caller, thing, produce)

    @router.get("/things")
    async def list_things(_caller: Caller, work: OpenWork, limit: Limit = 20, cursor: Cursor = None) -> Page:
        after = decode_cursor(cursor)["after"] if cursor else 0
        rows = await work.raw.fetch("SELECT * FROM thing WHERE number > $1 ORDER BY number LIMIT $2", after, limit)
        items = tuple(Kept(number=row["number"], code=row["code"]) for row in rows)
        return Page(items=items, cursor=encode_cursor({"after": items[-1].number}) if items else None)

    @router.get("/things/{thing_id}")
    async def show_thing(thing_id: ReferralId, _caller: Caller) -> Kept:
        return Kept(number=1, code=thing_id)

    @router.put("/things/{thing_id}")
    async def change_thing(thing_id: ReferralId, thing: body[Thing], version: IfMatch, _caller: Caller) -> Kept:
        if version != 3:
            raise Stale(current_version=3, current_state="kept")
        return Kept(number=version, code=thing_id + thing.code)

    @router.post("/echo")
    @open_to_all
    async def echo(thing: body[Thing]) -> Thing:
        return thing

    @router.get("/whoami")
    async def whoami(caller: BriefCaller) -> dict[str, Any]:
        return {"staff_id": caller.staff_id, "roles": sorted(caller.roles), "kind": caller.actor.agency_kind}

    @router.get("/own-standing")
    async def own_standing(caller: UnattestedCaller) -> dict[str, Any]:
        return {"staff_id": caller.staff_id}

    @router.get("/failure")
    @open_to_all
    async def fail(work: OpenWork) -> Kept:
        await work.raw.execute("INSERT INTO thing (code) VALUES ('half')")
        raise ValueError("canary-in-an-exception")

    @router.get("/forgotten")
    async def forgotten() -> dict[str, str]:
        return etag(1)

    return router


@dataclass
class World:
    """Everything a test needs to speak to the service."""

    client: httpx.AsyncClient
    runtime: Runtime
    database: Database
    stage: Stage
    mint: Any

    def token(self, subject: str = "s:police:member", agency: str = POLICE, **overrides: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.mint.mint(subject, agency, **overrides)}"}

    async def keep(self, code: str = "a", key: str | None = "k", **more: Any) -> httpx.Response:
        headers = {**self.token(**more.pop("who", {})), **({"Idempotency-Key": key} if key is not None else {})}
        return await self.client.post("/v1/things", json={"code": code, **more}, headers=headers)

    async def things(self) -> list[str]:
        async with self.database.work() as work:
            return [row["code"] for row in await work.raw.fetch("SELECT code FROM thing ORDER BY number")]

    async def remember(self, kind: str, record: Agency | StaffRecord, *, active: bool = True) -> None:
        key = record.agency_id if isinstance(record, Agency) else record.staff_id
        subject = None if isinstance(record, Agency) else record.subject
        async with self.database.work() as work:
            await work.raw.execute(
                "INSERT INTO replica (kind, id, version, active, subject, record) VALUES ($1, $2, 1, $3, $4, $5)"
                " ON CONFLICT (kind, id) DO UPDATE SET active = $3, record = $5",
                kind, key, active, subject, record.model_dump_json(),
            )  # fmt: skip

    async def employ(self, subject: str, agency: str, *roles: StaffRole, active: bool = True, **standing: Any) -> None:
        staff_id = f"stf_{subject.encode().hex().zfill(32)[-32:]}"
        record = StaffRecord(
            staff_id=staff_id, subject=subject, agency_id=agency, roles=roles, active=active,
            **{"fit_from": LONG_AGO, **standing},
        )  # fmt: skip
        await self.remember("staff", record, active=active)

    async def found(self, agency_id: str, kind: AgencyKind, *, active: bool = True) -> None:
        name = LocalName(kk="А", ru="А", en="A")
        await self.remember(
            "agency", Agency(agency_id=agency_id, slug="a", kind=kind, name=name, active=active), active=active
        )


async def people(world: World) -> None:
    """A police officer, a suspended and an unattested colleague, and a school's system."""
    async with world.database.work() as work:
        await work.raw.execute("CREATE TABLE thing (number INT GENERATED ALWAYS AS IDENTITY, code TEXT)")
    await world.found(POLICE, AgencyKind.POLICE)
    await world.found(SCHOOL, AgencyKind.SCHOOL)
    await world.employ("s:police:member", POLICE, StaffRole.MEMBER)
    await world.employ("s:police:suspended", POLICE, StaffRole.MEMBER, active=False)
    await world.employ("s:police:new", POLICE, StaffRole.MEMBER, fit_from=None, unmet=("policy", "vetting"))
    await world.employ("s:school:system", SCHOOL, StaffRole.SYSTEM)


@asynccontextmanager
async def opened(url: str, environment: dict[str, str], mint: TokenMint) -> AsyncIterator[World]:
    connection = await asyncpg.connect(url)
    for statement in CHASSIS_1:
        await connection.execute(statement)
    await connection.close()
    values = {name.removeprefix("TEREZE_").lower(): value for name, value in environment.items()}
    stage = Stage()
    service = Service("intake", MetaData(), routes(stage), Handlers(), Deadlines())
    runtime = Runtime.assemble(ServiceSettings.model_validate(values), service)
    transport = httpx.ASGITransport(create_app(runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
        world = World(client, runtime, runtime.database, stage, mint)
        await people(world)
        yield world
    await runtime.close()


@pytest.fixture
async def world(empty_database, mint, service_environment):
    """The service over a database of this test's own."""
    url = empty_database()
    async with opened(url, service_environment(url), mint) as built:
        yield built


@pytest.fixture(scope="session")
async def calm(empty_database, mint, service_environment):
    """The service over a database shared by tests that change nothing."""
    url = empty_database()
    async with opened(url, service_environment(url), mint) as built:
        yield built


@pytest.fixture(scope="session")
def span_exporter():
    """Every span of the session; the provider can be set once a process."""
    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter


@pytest.fixture
def spans(span_exporter):
    """Spans finished during this test."""
    span_exporter.clear()
    return span_exporter.get_finished_spans
