"""Decides how placements are kept, locked and lined up; must never wait for a placement while a case is locked."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import or_, select

from tereze.access import Actor
from tereze.chassis.exclusions import excluded_from, known_to
from tereze.chassis.timers import TimerSpec
from tereze.chassis.work import Work
from tereze.contracts.placements import (
    LegalBasis,
    PlacementEnd,
    PlacementState,
)
from tereze.contracts.words import CentreProfile, PlacedAs, Risk, Sex
from tereze.protocol import severity
from tereze.referral.domain.centres import Need
from tereze.referral.domain.placement import InLine, Placement
from tereze.referral.store.place_tables import placement

HOLD = "hold"
"""The kind of timer that ends a hold; its subject is the placement, its generation the hold's number."""

_READ = "SELECT to_json(placement)::text AS kept FROM placement WHERE placement_id = $1"
_READ_MANY = """
SELECT to_json(placement)::text AS kept FROM placement WHERE placement_id = ANY($1::text[]) ORDER BY placement_id
"""
_OF_CASE = "SELECT to_json(placement)::text AS kept FROM placement WHERE case_id = $1 ORDER BY requested_at"
_LOCK = f"{_READ} FOR UPDATE"
_LOCK_WAITING = """
SELECT to_json(placement)::text AS kept FROM placement
WHERE placement_id = $1 AND state = 'waiting' FOR UPDATE SKIP LOCKED
"""
_LINE = """
SELECT to_json(placement)::text AS kept, case_file.risk, case_id FROM placement JOIN case_file USING (case_id) WHERE placement.state = 'waiting'
"""
_SURVIVOR = """
WITH RECURSIVE way AS (
    SELECT case_id, joined_into FROM case_file WHERE case_id = $1
    UNION SELECT case_file.case_id, case_file.joined_into FROM case_file JOIN way ON case_file.case_id = way.joined_into
)
SELECT case_id FROM way WHERE joined_into IS NULL
"""
_KEEP = """
INSERT INTO placement SELECT * FROM json_populate_record(NULL::placement, $1::text::json)
ON CONFLICT (placement_id) DO UPDATE SET
    case_id = excluded.case_id, version = excluded.version, state = excluded.state, since = excluded.since,
    centre_id = excluded.centre_id, centre_agency_id = excluded.centre_agency_id, holds = excluded.holds,
    held_until = excluded.held_until, legal_basis = excluded.legal_basis, decision_id = excluded.decision_id,
    term_ends_on = excluded.term_ends_on, admitted_at = excluded.admitted_at, ended_at = excluded.ended_at,
    end_reason = excluded.end_reason
"""


async def find_placement(work: Work, placement_id: str) -> Placement | None:
    """One placement as it was a moment ago."""
    row = await work.raw.fetchrow(_READ, placement_id)
    return _placement(row) if row else None


async def placements_of(work: Work, case_id: str) -> list[Placement]:
    """Every placement of a case, the oldest first."""
    return [_placement(row) for row in await work.raw.fetch(_OF_CASE, case_id)]


async def lock_placement(work: Work, placement_id: str) -> Placement | None:
    """One placement as it is now, held until the transaction ends; after its centre, before its case."""
    row = await work.raw.fetchrow(_LOCK, placement_id)
    return _placement(row) if row else None


async def lock_waiting(work: Work, placement_id: str) -> Placement | None:
    """The placement if it is still in line and nobody is just changing it."""
    row = await work.raw.fetchrow(_LOCK_WAITING, placement_id)
    return _placement(row) if row else None


async def survivor_of(work: Work, case_id: str) -> str:
    """The case on which work goes on: this one, or the one it was joined into."""
    found: str | None = await work.raw.fetchval(_SURVIVOR, case_id)
    return found or case_id


async def the_line(work: Work) -> list[InLine]:
    """Everybody in line in the country, in no order."""
    rows = await work.raw.fetch(_LINE)
    barred = await excluded_from(work, [row["case_id"] for row in rows])
    return [InLine(_placement(row), Risk(row["risk"]), barred.get(row["case_id"], frozenset())) for row in rows]


async def keep_placement(work: Work, kept: Placement, risk: Risk) -> None:
    """Write a placement; a hold gets the timer that ends it."""
    row = {name: getattr(kept, name) for name in Placement.__slots__ if name != "need"}
    row |= {name: getattr(kept.need, name) for name in Need.__slots__}
    await work.raw.execute(_KEEP, to_json(row).decode())
    if kept.held_until is not None:
        spec = TimerSpec(HOLD, kept.placement_id, kept.held_until, severity(risk), kept.holds)
        await work.timers.set_many([spec])


async def page_of_placements(
    work: Work, actor: Actor, *, state: PlacementState | None, after: str | None, limit: int
) -> Sequence[Placement]:
    """Up to ``limit`` placements an agency asked for, or has a bed for, by id."""
    query = (
        select(placement.c.placement_id)
        .where(
            or_(placement.c.agency_id == actor.agency_id, placement.c.centre_agency_id == actor.agency_id),
            known_to(placement.c.case_id, actor),
        )
        .order_by(placement.c.placement_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(placement.c.placement_id > after)
    if state is not None:
        query = query.where(placement.c.state == state.value)
    ids = list((await work.db.execute(query)).scalars())
    return [_placement(row) for row in await work.raw.fetch(_READ_MANY, ids)]


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _placement(row: Any) -> Placement:
    kept = json.loads(row["kept"])
    return Placement(
        placement_id=kept["placement_id"],
        case_id=kept["case_id"],
        agency_id=kept["agency_id"],
        need=Need(CentreProfile(kept["profile"]), PlacedAs(kept["placed_as"]), kept["age"], Sex(kept["sex"])),
        from_region_code=kept["from_region_code"],
        requested_at=datetime.fromisoformat(kept["requested_at"]),
        since=datetime.fromisoformat(kept["since"]),
        state=PlacementState(kept["state"]),
        version=kept["version"],
        centre_id=kept["centre_id"],
        centre_agency_id=kept["centre_agency_id"],
        holds=kept["holds"],
        held_until=_instant(kept["held_until"]),
        legal_basis=LegalBasis(kept["legal_basis"]) if kept["legal_basis"] else None,
        decision_id=kept["decision_id"],
        term_ends_on=date.fromisoformat(kept["term_ends_on"]) if kept["term_ends_on"] else None,
        admitted_at=_instant(kept["admitted_at"]),
        ended_at=_instant(kept["ended_at"]),
        end_reason=PlacementEnd(kept["end_reason"]) if kept["end_reason"] else None,
    )
