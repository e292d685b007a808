"""Decides how it is kept who takes part in which case, and until when; must never decide what a participant may see."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tereze.chassis.work import Work
from tereze.notifications.domain.participation import Capacity, Change, Joins, Leaves

_JOIN = """
INSERT INTO participant AS known (case_id, agency_id, capacity, place, since)
SELECT $1, joins.agency_id, joins.capacity, joins.place, $2
FROM unnest($3::text[], $4::text[], $5::text[]) AS joins (agency_id, capacity, place)
ON CONFLICT (case_id, agency_id, capacity, place)
  DO UPDATE SET since = excluded.since, until = NULL WHERE known.until IS NOT NULL
RETURNING agency_id
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
RETURNING agency_id
"""

_CAPACITIES = """
WITH asked AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (case_id, agency_id, staff_id))
SELECT asked.*, known.capacity FROM asked
JOIN participant AS known ON known.case_id = asked.case_id AND known.agency_id = asked.agency_id
WHERE known.until IS NULL
UNION ALL
SELECT asked.*, 'excluded' FROM asked
JOIN exclusion ON exclusion.case_id = asked.case_id AND exclusion.body_id IN (asked.agency_id, asked.staff_id)
"""
_TAKING_PART = """
SELECT DISTINCT agency_id FROM participant WHERE case_id = $1 AND agency_id = ANY($2::text[]) AND until IS NULL
"""

_DESKS = "SELECT DISTINCT agency_id FROM participant WHERE case_id = $1 AND capacity = 'desk' AND until IS NULL"

Reading = tuple[str, str, str]
"""Case, agency and person: who reads of what."""
Capacities = Mapping[Reading, frozenset[Capacity]]


async def apply_changes(work: Work, case_id: str, changes: Sequence[Change]) -> frozenset[str]:
    """Record who leaves and who joins; returns agencies that took no part that way until now."""
    for change in changes:
        if isinstance(change, Leaves):
            await work.raw.execute(
                _LEAVE, case_id, work.now, change.capacity, change.place, change.agency_id, change.unless
            )
    joins = list(dict.fromkeys(change for change in changes if isinstance(change, Joins)))
    if not joins:
        return frozenset()
    agencies, capacities_, places = zip(*((join.agency_id, join.capacity, join.place) for join in joins), strict=True)
    rows = await work.raw.fetch(_JOIN, case_id, work.now, agencies, capacities_, places)
    return frozenset(row["agency_id"] for row in rows)


async def carry_over(work: Work, case_id: str, into_case_id: str) -> frozenset[str]:
    """Whoever was told of one file of a child goes on with the other.

    Referrers, holders and exclusions are not carried over: the other case tells of them itself. Returns the newcomers there.
    """
    rows = await work.raw.fetch(_CARRY_OVER, case_id, into_case_id, work.now)
    return frozenset(row["agency_id"] for row in rows)


async def taking_part(work: Work, case_id: str, agencies: Iterable[str]) -> frozenset[str]:
    """Those of the agencies that take part in the case right now."""
    return frozenset(row["agency_id"] for row in await work.raw.fetch(_TAKING_PART, case_id, list(agencies)))


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
