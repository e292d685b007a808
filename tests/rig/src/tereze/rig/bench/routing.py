"""Decides how long a case takes to be routed among ten thousand agencies; must never time a choice that was not made."""

import asyncio
import random
import time
from datetime import UTC, datetime
from typing import Any

import asyncpg

from tereze.chassis.database import Database
from tereze.chassis.ids import new_id
from tereze.chassis.replica import remember_agency
from tereze.contracts.directory import Agency, AgencyPublished, LocalName
from tereze.contracts.events import Envelope
from tereze.contracts.words import AgencyKind, Category, Risk
from tereze.local.databases import migrate
from tereze.protocol import Protocols
from tereze.referral.domain.casefile import Moment, Referral
from tereze.referral.domain.response import open_case
from tereze.referral.moments import read_protocols, roster_of
from tereze.referral.store.casefiles import keep_case
from tereze.rig.bench.parts import Parts, fresh_parts, machine, quantile
from tereze.rig.inside import PACK

REGIONS = tuple(f"KZ-{code:02}" for code in range(10, 30))
_OF_A_REGION = {
    AgencyKind.SCHOOL: 400, AgencyKind.HEALTH: 60, AgencyKind.POLICE: 20, AgencyKind.GUARDIANSHIP: 7,
    AgencyKind.SOCIAL_PATRONAGE: 8, AgencyKind.COMMISSION: 1, AgencyKind.REHABILITATION_CENTRE: 2,
    AgencyKind.REGIONAL_DEPARTMENT: 1, AgencyKind.WINDOW_DESK: 1,
}  # fmt: skip
"""Five hundred bodies in each of twenty regions: about as many schools as the country has."""
_OF_THE_NATION = (AgencyKind.MINISTRY, AgencyKind.OMBUDSMAN, AgencyKind.CONTACT_CENTRE)
_RISKS = [*[Risk.LOW] * 4, *[Risk.MEDIUM] * 3, *[Risk.HIGH] * 2, Risk.CRITICAL]
_BARE = """
SELECT id, (SELECT count(*) FROM task WHERE agency_id = id AND state = 'requested') AS load FROM replica
WHERE kind = 'agency' AND active AND region_code = $1 AND agency_kind = $2 ORDER BY load, id LIMIT 1
"""


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Milliseconds from the question who there is to a holder for every step of a new case; the peer is one bare query a step."""
    cases, loaded = (100, 200) if quick else (1_000, 4_000)
    with fresh_parts(kafka=False) as parts:
        return asyncio.run(_all(parts, cases, loaded))


async def _all(parts: Parts, cases: int, loaded: int) -> dict[str, Any]:
    url = parts.postgres.create_service("referral")
    migrate({"referral": url}, parts.postgres.data / "migrate.log")
    database, protocols, chance = Database(url, service="referral"), read_protocols(PACK), random.Random(7)
    agencies = await _found_agencies(database)
    for _ in range(loaded):
        await _case(database, protocols, chance, keep=True)
    connection = await asyncpg.connect(url)
    await connection.execute("VACUUM ANALYZE")
    found = [await _case(database, protocols, chance, keep=False) for _ in range(cases)]
    bare = [await _choose_bare(connection, chance, steps) for _, _, steps in found]
    await connection.close()
    await database.close()
    waits = [wait for wait, _, _ in found]
    return {
        "agencies": agencies,
        "open_cases": loaded,
        "routing_p50_ms": round(quantile(waits, 0.5), 2),
        "routing_p99_ms": round(quantile(waits, 0.99), 2),
        "routing_cpu_ms": round(sum(cpu for _, cpu, _ in found) / cases, 2),
        "steps_a_case": round(sum(steps for _, _, steps in found) / cases, 2),
        "bare_p50_ms": round(quantile(bare, 0.5), 2),
        "bare_p99_ms": round(quantile(bare, 0.99), 2),
        "ratio": round(quantile(waits, 0.5) / quantile(bare, 0.5), 2),
        "under_20_ms": quantile(waits, 0.99) < 20,
        "machine": machine(),
    }


async def _found_agencies(database: Database) -> int:
    bodies: list[tuple[AgencyKind, str | None]]
    bodies = [(kind, code) for code in REGIONS for kind, count in _OF_A_REGION.items() for _ in range(count)]
    bodies += [(kind, None) for kind in _OF_THE_NATION]
    async with database.work() as work:
        for number, (kind, region_code) in enumerate(bodies):
            name = LocalName(kk=f"Орган {number}", ru=f"Орган {number}", en=f"Body {number}")
            agency = Agency(
                agency_id=new_id("agc"), slug=f"body-{number}", kind=kind, region_code=region_code, name=name
            )
            event = AgencyPublished(key_id=agency.agency_id, version=1, agency=agency)
            await remember_agency(event, work, Envelope(new_id("evt"), "/tereze/bench", work.now, event))
    return len(bodies)


async def _case(
    database: Database, protocols: Protocols, chance: random.Random, *, keep: bool
) -> tuple[float, float, int]:
    """Route one invented case: how long it took, how much of it this process worked, and how many steps found a holder."""
    region_code, now = chance.choice(REGIONS), datetime.now(UTC)
    categories = tuple(chance.sample(list(Category), chance.choice((1, 1, 1, 2))))
    async with database.work() as work:
        begun, worked = time.perf_counter(), time.process_time()
        roster = await roster_of(work, region_code)
        pack = protocols.in_force(now)
        moment = Moment(now, pack, protocols.calendar, roster, new_id, protocols)
        referrer = chance.choice(roster.agencies).agency_id
        referral = Referral(new_id("ref"), referrer, region_code, now, chance.choice(_RISKS), categories)
        file = open_case(referral, new_id("per"), moment, provisional=False)
        took, cpu = time.perf_counter() - begun, time.process_time() - worked
        if keep:
            await keep_case(work, file, pack)
    assert file.tasks, "a case was opened that nobody holds"
    return 1000 * took, 1000 * cpu, len(file.tasks)


async def _choose_bare(connection: asyncpg.Connection, chance: random.Random, steps: int) -> float:
    region_code, kinds = chance.choice(REGIONS), [kind for kind, count in _OF_A_REGION.items() if count > 1]
    begun = time.perf_counter()
    for _ in range(steps):
        row = await connection.fetchrow(_BARE, region_code, chance.choice(kinds))
        assert row is not None, "the peer chose nobody"
    return 1000 * (time.perf_counter() - begun)
