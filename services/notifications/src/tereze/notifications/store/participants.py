"""Decides how it is kept who takes part in which case, and until when; must never decide what a participant may see."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tereze.chassis.exclusions import shown_to
from tereze.chassis.work import Work
from tereze.notifications.domain.participation import Capacity, Joins, Leaves

_JOIN = """
INSERT INTO participant AS known (case_id, agency_id, capacity, place, since)
SELECT joins.case_id, joins.agency_id, joins.capacity, joins.place, $1
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS joins (case_id, agency_id, capacity, place)
ON CONFLICT (case_id, agency_id, capacity, place)
  DO UPDATE SET since = excluded.since, until = NULL WHERE known.until IS NOT NULL
RETURNING case_id, agency_id
"""

_LEAVE = """
UPDATE participant SET until = $2
WHERE case_id = $1 AND capacity = $3 AND place = $4 AND until IS NULL
  AND ($5::text IS NULL OR agency_id = $5) AND agency_id IS DISTINCT FROM $6::text
"""

_CARRY_OVER = """
INSERT INTO participant AS known (case_id, agency_id, capacity, place, since)
SELECT $2, agency_id, capacity, place, $3 FROM participant
WHERE case_id = $1 AND until IS NULL AND capacity IN ('told', 'desk')
ORDER BY agency_id, capacity
ON CONFLICT (case_id, agency_id, capacity, place)
  DO UPDATE SET since = excluded.since, until = NULL WHERE known.until IS NOT NULL
RETURNING case_id, agency_id
"""

_CAPACITIES = f"""
WITH asked AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (case_id, agency_id, staff_id))
SELECT asked.*, known.capacity FROM asked
JOIN participant AS known ON known.case_id = asked.case_id AND known.agency_id = asked.agency_id
WHERE known.until IS NULL
UNION ALL
SELECT asked.*, 'excluded' FROM asked WHERE NOT {shown_to("asked.case_id", "asked.agency_id", "asked.staff_id")}
"""  # noqa: S608 - constants of this module
_TAKING_PART = """
SELECT DISTINCT case_id, agency_id FROM participant WHERE case_id = $1 AND agency_id = ANY($2::text[]) AND until IS NULL
"""

_DESKS = "SELECT DISTINCT agency_id FROM participant WHERE case_id = $1 AND capacity = 'desk' AND until IS NULL"

Reading = tuple[str, str, str]
"""Case, agency and person: who reads of what."""
Capacities = Mapping[Reading, frozenset[Capacity]]


@dataclass(frozen=True, slots=True)
class Joining:
    """An agency begins to take part in a case in one way."""

    case_id: str
    joins: Joins


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An agency to which what came before must be told: it took no part, or not that way, or might not hear."""

    case_id: str
    agency_id: str


async def leave(work: Work, case_id: str, leaving: Iterable[Leaves]) -> None:
    """Record who takes no part that way any more."""
    for each in leaving:
        await work.raw.execute(_LEAVE, case_id, work.now, each.capacity, each.place, each.agency_id, each.unless)


async def join(work: Work, joining: Iterable[Joining]) -> list[Newcomer]:
    """Record who takes part from now on; returns those that took no part that way until now."""
    rows = [(each.case_id, each.joins.agency_id, each.joins.capacity, each.joins.place) for each in joining]
    if not rows:
        return []
    columns = (list(column) for column in zip(*dict.fromkeys(rows), strict=True))
    return _newcomers(await work.raw.fetch(_JOIN, work.now, *columns))


def _newcomers(rows: Iterable[Mapping[str, str]]) -> list[Newcomer]:
    return list(dict.fromkeys(Newcomer(row["case_id"], row["agency_id"]) for row in rows))


async def carry_over(work: Work, case_id: str, into_case_id: str) -> list[Newcomer]:
    """Whoever was told of one file of a child goes on with the other.

    Referrers, holders and exclusions are not carried over: the other case tells of them itself. Returns the newcomers there.
    """
    return _newcomers(await work.raw.fetch(_CARRY_OVER, case_id, into_case_id, work.now))


async def taking_part(work: Work, case_id: str, agencies: Iterable[str]) -> list[Newcomer]:
    """Those of the agencies that take part in the case right now, to be told what they might not hear."""
    return _newcomers(await work.raw.fetch(_TAKING_PART, case_id, list(agencies)))


async def desks_of(work: Work, case_id: str) -> frozenset[str]:
    """The window desks that hold the case's own clocks."""
    return frozenset(row["agency_id"] for row in await work.raw.fetch(_DESKS, case_id))


async def capacities(work: Work, asked: Iterable[Reading]) -> Capacities:
    """As what each reader takes part right now, and whether they are kept out; who is neither is absent."""
    readings = set(asked)
    if not readings:
        return {}
    found: dict[Reading, set[Capacity]] = defaultdict(set)
    for row in await work.raw.fetch(_CAPACITIES, *(list(part) for part in zip(*readings, strict=True))):
        found[row["case_id"], row["agency_id"], row["staff_id"]].add(Capacity(row["capacity"]))
    return {reading: frozenset(known) for reading, known in found.items()}
