"""A whole worker: outbox to bus to handler, directory replica, traces, figures, repairs; and a broker that comes late."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from opentelemetry import trace
from sqlalchemy import MetaData

from tereze.chassis import replica
from tereze.chassis.broker import create_topics
from tereze.chassis.handlers import Deadlines, Handlers
from tereze.chassis.ids import new_id
from tereze.chassis.overview import look_over
from tereze.chassis.runtime import Runtime, Service
from tereze.chassis.settings import ServiceSettings
from tereze.chassis.topics import TopicSpec
from tereze.chassis.work import Work
from tereze.chassis.worker import run_worker
from tereze.contracts.directory import (
    Agency,
    AgencyPublished,
    LocalName,
    Region,
    RegionPublished,
    StaffPublished,
    StaffRecord,
)
from tereze.contracts.events import Envelope
from tereze.contracts.words import AgencyKind, StaffRole
from tereze.local.kafka import Kafka

Assemble = Callable[..., Runtime]


class Ping:
    """A service that answers each counted fact with the next, up to a number, and notes when."""

    def __init__(self, counted: type[Any], last: int) -> None:
        self.counted, self.last = counted, last
        self.traces: list[int] = []
        self.handlers, self.deadlines = Handlers(), Deadlines()
        self.handlers.on(counted)(self.answer)
        self.done = asyncio.Event()

    async def answer(self, event: Any, work: Work, _envelope: Envelope) -> None:
        self.traces.append(trace.get_current_span().get_span_context().trace_id)
        if event.number < self.last:
            work.publish(self.counted(key_id=event.key_id, number=event.number + 1))
        else:
            self.done.set()

    def service(self, **more: Any) -> Service:
        options = {"uses_directory": False, **more}
        return Service("intake", MetaData(), APIRouter(), self.handlers, self.deadlines, **options)


@pytest.fixture
def assemble(database: Any, keys_dir: Path) -> Assemble:
    def build(service: Service, bootstrap: str) -> Runtime:
        settings = ServiceSettings(
            mode="demo",
            database_url=database.url,
            kafka=bootstrap,
            issuer="http://issuer.test",
            keys_dir=keys_dir,
            pack=Path(),
            instance=new_id("test"),
        )
        return Runtime.assemble(settings, service)

    return build


@asynccontextmanager
async def running(runtime: Runtime) -> AsyncIterator[None]:
    task = asyncio.create_task(run_worker(runtime))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await runtime.close()


async def test_facts_travel_from_outbox_over_the_bus_to_the_next_handler(
    assemble: Assemble, kafka: Kafka, counted: type[Any]
) -> None:
    ping = Ping(counted, last=5)
    runtime = assemble(ping.service(), kafka.bootstrap)
    async with running(runtime):
        with trace.get_tracer("test").start_as_current_span("request"):
            async with runtime.database.work() as work:
                work.publish(counted(key_id="k", number=1))
        async with asyncio.timeout(60):
            await ping.done.wait()
    assert len(ping.traces) == 5
    assert len(set(ping.traces)) == 1, "one trace from the request to the last effect"


async def test_a_broker_that_comes_late_delays_only(assemble: Assemble, own_kafka: Kafka, counted: type[Any]) -> None:
    own_kafka.kill()
    ping = Ping(counted, last=2)
    runtime = assemble(ping.service(), own_kafka.bootstrap)
    async with running(runtime):
        async with runtime.database.work() as work:
            work.publish(counted(key_id="k", number=1))
        async with asyncio.timeout(60):
            while "consumer" not in runtime.waiting:  # noqa: ASYNC110 - nobody rings
                await asyncio.sleep(0.02)
        assert "no Kafka at" in runtime.waiting["consumer"]
        async with runtime.database.work() as work:
            assert (await look_over(work, 4)).outbox_oldest > 0
        await asyncio.to_thread(own_kafka.start)
        await create_topics(own_kafka.bootstrap, [TopicSpec(counted.topic, 3, 1)])
        async with asyncio.timeout(60):
            await ping.done.wait()


async def test_the_directory_is_remembered_newest_version_first(
    assemble: Assemble, kafka: Kafka, counted: type[Any]
) -> None:
    runtime = assemble(Ping(counted, last=1).service(uses_directory=True), kafka.bootstrap)
    home, other, person = new_id("agc"), new_id("agc"), new_id("stf")
    subject = new_id("sub")

    def agency(agency_id: str, version: int, *, active: bool = True, region: str | None = "KZ-75") -> AgencyPublished:
        name = LocalName(kk="Полиция", ru="Полиция", en="Police")
        known = Agency(
            agency_id=agency_id, slug="x", kind=AgencyKind.POLICE, region_code=region, name=name, active=active
        )
        return AgencyPublished(key_id=agency_id, version=version, agency=known)

    def staff(version: int, *, active: bool) -> StaffPublished:
        known = StaffRecord(staff_id=person, subject=subject, agency_id=home, roles=(StaffRole.MEMBER,), active=active)
        return StaffPublished(key_id=person, version=version, staff=known)

    region = Region(code="KZ-75", kind="city", name=LocalName(kk="Алматы", ru="Алматы", en="Almaty"))
    async with running(runtime):
        async with runtime.database.work() as work:
            work.publish(RegionPublished(key_id="KZ-75", version=1, region=region))
            work.publish(agency(home, 2))
            work.publish(agency(home, 1, active=False))
            work.publish(agency(other, 1, active=False))
            work.publish(staff(1, active=True))
            work.publish(staff(2, active=False))
        async with asyncio.timeout(60):
            while not await _suspended(runtime, subject):  # noqa: ASYNC110 - what changes is in PostgreSQL
                await asyncio.sleep(0.02)
        async with runtime.database.work() as work:
            known = await replica.agency(work, home)
            assert known is not None
            assert known.active, "an older version does not overwrite a newer one"
            here = await replica.agencies(work, kind=AgencyKind.POLICE, region_code="KZ-75")
            assert home in [one.agency_id for one in here]
            assert other not in [one.agency_id for one in here]
            assert await replica.region(work, "KZ-75") == region
            assert (await replica.staff(work, person)) is not None
            standing = await replica.standing(work, subject)
            assert standing is not None
            assert standing[1] == known


async def _suspended(runtime: Runtime, subject: str) -> bool:
    async with runtime.database.work() as work:
        found = await replica.staff_by_subject(work, subject)
        settled = found is not None and not found.active and await replica.region(work, "KZ-75") is not None
        return settled and len(await replica.agencies(work)) > 0
