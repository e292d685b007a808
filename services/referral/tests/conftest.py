"""Decides the world the tests live in: the shipped protocol, the agencies of Almaty, and a clock that tests turn."""

import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import yaml

from tereze.access import Bodies
from tereze.chassis.firing import Firing
from tereze.chassis.ids import new_id
from tereze.contracts.directory import Agency
from tereze.contracts.events import Event
from tereze.contracts.exclusions import ExclusionBasis
from tereze.contracts.identities import PersonIdentified
from tereze.contracts.referrals import Child, NamedBody, ReferralSubmitted, SealedForReferral, SealedForRegistry
from tereze.contracts.words import Category, Channel, Risk, StaffRole
from tereze.local.fixtures import NewEnvironment, NewServiceDatabase
from tereze.local.issuer import TokenMint
from tereze.protocol import OPEN, Pack, Protocols, WorkingCalendar, load_calendar, load_pack
from tereze.referral.app import build
from tereze.referral.deadlines import deadlines
from tereze.referral.domain.casefile import CaseFile, Moment, Referral
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.exclusion import Exclusion
from tereze.referral.domain.response import open_case
from tereze.referral.domain.routing import Roster
from tereze.referral.domain.tasks import Actor, Task
from tereze.referral.settings import ReferralSettings
from tereze.rig.inside import Inside, demo_agencies, demo_staff, stand_inside

COUNTRY = Path(__file__).resolve().parents[3] / "deploy" / "packs" / "kz"
ALMATY = "KZ-75"
FRIDAY = datetime(2026, 7, 24, 11, 40, tzinfo=UTC)  # 16:40 in Almaty
HANDS = frozenset({StaffRole.MEMBER})


@dataclass
class World:
    """A moment that can be moved, and the few verbs tests speak in."""

    pack: Pack
    calendar: WorkingCalendar
    agencies: tuple[Agency, ...]
    now: datetime = FRIDAY
    open_tasks: dict[str, int] = field(default_factory=dict)  # by slug; the second clinic and school are busier
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    shelf: Protocols | None = None

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{next(self.numbers):032x}"

    @property
    def roster(self) -> Roster:
        local = tuple(a for a in self.agencies if a.region_code in {ALMATY, None})
        busy = {"almaty-clinic-2": 1, "almaty-school-2": 1} | self.open_tasks
        return Roster(ALMATY, local, {self.agency(slug): count for slug, count in busy.items()})

    @property
    def moment(self) -> Moment:
        return Moment(self.now, self.pack, self.calendar, self.roster, self.new_id, self.shelf)

    def after(self, **passed: float) -> Moment:
        self.now += timedelta(**passed)
        return self.moment

    def agency(self, slug: str) -> str:
        return next(a.agency_id for a in self.agencies if a.slug == slug)

    def slug(self, agency_id: str | None) -> str:
        return next(a.slug for a in self.agencies if a.agency_id == agency_id)

    def referral(
        self, risk: Risk = Risk.HIGH, *categories: Category, by: str = "almaty-school-1", at: datetime | None = None
    ) -> Referral:
        named = categories or (Category.PHYSICAL,)
        return Referral(self.new_id("ref"), self.agency(by), ALMATY, at or self.now, risk, named)

    def case(self, risk: Risk = Risk.HIGH, *categories: Category, by: str = "almaty-school-1") -> CaseFile:
        return open_case(self.referral(risk, *categories, by=by), self.new_id("per"), self.moment, provisional=False)

    def exclusion(self, *slugs: str, staff: tuple[str, ...] = ()) -> Exclusion:
        bodies = Bodies(frozenset(self.agency(slug) for slug in slugs), frozenset(staff))
        return Exclusion(self.new_id("exc"), ExclusionBasis.ACCUSED, bodies, self.now)

    def staff(self, slug: str, *roles: StaffRole) -> Actor:
        return Actor(self.agency(slug), f"stf_{crc32(slug.encode()):032x}", frozenset(roles) or HANDS)

    def holder_of(self, task: Task, *roles: StaffRole) -> Actor:
        return self.staff(self.slug(task.agency_id), *roles)

    def task(self, file: CaseFile, service: str) -> Task:
        """The task somebody owes, or else the latest that ended."""
        return max((t for t in file.tasks.values() if t.service == service), key=lambda t: (t.open, t.task_id))

    def going(self, file: CaseFile, task: Task | None = None) -> dict[str, Clock]:
        return {str(c.kind): c for c in file.going_clocks(task.task_id if task else None)}


def told(file: CaseFile) -> list[str]:
    """The news since the last look, as short words: ``task.assigned``."""
    words = [event.type.removeprefix("tereze.").removesuffix(".v1") for event in file.news]
    file.news.clear()
    return words


@pytest.fixture(scope="session")
def news() -> Callable[[CaseFile], list[str]]:
    return told


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack((COUNTRY / "protocol" / "kz-default.yaml").read_text())


@pytest.fixture(scope="session")
def newest() -> Pack:
    return load_pack((COUNTRY / "protocol" / "kz-default-2.yaml").read_text())


@pytest.fixture(scope="session")
def calendar() -> WorkingCalendar:
    return load_calendar(path.read_text() for path in sorted((COUNTRY / "calendar").glob("*.yaml")))


@pytest.fixture(scope="session")
def protocols(pack: Pack, calendar: WorkingCalendar) -> Protocols:
    return Protocols([pack], calendar)


@pytest.fixture(scope="session")
def agencies() -> tuple[Agency, ...]:
    rows = yaml.safe_load((COUNTRY / "demo" / "agencies.yaml").read_text())
    return tuple(Agency.model_validate(row, strict=False) for row in rows)


@pytest.fixture
def new_world(pack: Pack, calendar: WorkingCalendar, agencies: tuple[Agency, ...]) -> Callable[[], World]:
    return lambda: World(pack, calendar, agencies)


@pytest.fixture
def world(new_world: Callable[[], World]) -> World:
    return new_world()


@dataclass
class Window:
    """The real service over a database of its own, and the few things a test tells it and asks of it."""

    inside: Inside

    def submitted(
        self,
        *,
        by: str = "almaty-school-1",
        risk: Risk = Risk.HIGH,
        categories: tuple[Category, ...] = (Category.PHYSICAL,),
        narrative: str = "A bruise on the arm.",
        ago: timedelta = timedelta(0),
        concerns: tuple[NamedBody, ...] = (),
    ) -> ReferralSubmitted:
        seal = self.inside.runtime.sealer.seal
        return ReferralSubmitted(
            referral_id=new_id("ref"),
            received_at=datetime.now(UTC) - ago,
            channel=Channel.AGENCY_API,
            agency_id=demo_agencies()[by].agency_id,
            region_code=ALMATY,
            risk=risk,
            categories=categories,
            concerns=concerns,
            sealed_particulars=seal("registry", SealedForRegistry(child=Child(given="Айару"))),
            sealed_account=seal("referral", SealedForReferral(narrative=narrative)),
        )

    def identified(self, submitted: ReferralSubmitted, person_id: str | None = None) -> PersonIdentified:
        person = person_id or new_id("per")
        return PersonIdentified(referral_id=submitted.referral_id, person_id=person, matched_by="new")

    async def tell(self, *events: Event) -> None:
        await self.inside.tell(*events)

    def caller(self, who: str) -> Any:
        return self.inside.caller(who)

    async def open_case(self, **facts: Any) -> str:
        submitted = self.submitted(**facts)
        await self.tell(submitted, self.identified(submitted))
        [row] = await self.rows("SELECT case_id FROM referral WHERE referral_id = $1", submitted.referral_id)
        return str(row["case_id"])

    async def task_of(self, case_id: str, service: str) -> dict[str, Any]:
        """The task somebody owes, or else the latest that ended."""
        query = (
            "SELECT * FROM task WHERE case_id = $1 AND service = $2 ORDER BY state = ANY($3) DESC, task_id DESC LIMIT 1"
        )
        [row] = await self.rows(query, case_id, service, sorted(OPEN))
        return row

    async def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        async with self.inside.runtime.database.work() as work:
            return [dict(row) for row in await work.raw.fetch(query, *values)]

    async def count(self, table: str) -> int:
        [row] = await self.rows(f"SELECT count(*) AS n FROM {table}")  # noqa: S608 - written by tests
        return int(row["n"])

    async def last_event(self) -> dict[str, Any]:
        [row] = await self.rows("SELECT * FROM case_event ORDER BY at DESC, case_version DESC LIMIT 1")
        return row

    async def member_of(self, agency_id: str) -> str:
        slug = next(agency.slug for agency in demo_agencies().values() if agency.agency_id == agency_id)
        return f"{slug}:member"

    async def staff_id(self, who: str) -> str:
        return demo_staff()[who].staff_id

    async def fire_everything(self) -> None:
        """Let the chassis fire until nothing is due."""
        firing = Firing(self.inside.runtime.database, deadlines)
        while await firing.fire_due():
            pass

    async def move_clock(self, ahead: timedelta) -> None:
        async with self.inside.runtime.database.work() as work:
            await work.raw.execute("UPDATE demo_clock SET ahead = ahead + $1", ahead)

    async def dump(self) -> str:
        """Every value of every table as text."""
        tables = await self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = [await self.rows(f"SELECT * FROM {row['tablename']}") for row in tables]  # noqa: S608 - our own names
        return json.dumps(
            found, default=lambda value: value.decode("latin-1") if isinstance(value, bytes) else str(value)
        )


@pytest.fixture
async def empty_window(
    service_database: NewServiceDatabase, service_environment: NewEnvironment, mint: TokenMint
) -> AsyncIterator[Window]:
    environment = service_environment(service_database("referral"))
    async with stand_inside(build, environment, mint, ReferralSettings) as inside:
        yield Window(inside)


@pytest.fixture
async def window(empty_window: Window) -> Window:
    await empty_window.inside.know(*(a.slug for a in demo_agencies().values() if a.region_code in {ALMATY, None}))
    return empty_window
