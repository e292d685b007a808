"""Decides how exclusions are kept and found: with the referral that named them, then with its case; must never lose one in between."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tereze.access import Bodies
from tereze.chassis import exclusions as kept
from tereze.chassis import replica
from tereze.chassis.work import Work
from tereze.contracts.exclusions import ExclusionBasis
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.domain.exclusion import Exclusion

_KEEP = """
INSERT INTO case_exclusion (exclusion_id, case_id, referral_id, basis, agency_ids, staff_ids, recorded_at, by_agency_id,
                            by_staff_id, with_units, shared_from)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (exclusion_id) DO UPDATE SET case_id = excluded.case_id, staff_ids = excluded.staff_ids
"""
_OF_REFERRAL = "SELECT * FROM case_exclusion WHERE referral_id = $1 AND lifted_at IS NULL ORDER BY exclusion_id"
_OF_CASE = "SELECT * FROM case_exclusion WHERE case_id = $1 ORDER BY exclusion_id"
_ASK = """
UPDATE case_exclusion SET lift_asked_at = $3, lift_asked_by = $4 WHERE case_id = $1 AND exclusion_id = $2
"""
_LIFT = "UPDATE case_exclusion SET lifted_at = $2, lifted_by = $3 WHERE exclusion_id = ANY($1::text[])"
_FROM_WHAT_THEY_LEFT = """
WITH RECURSIVE line (id) AS (
    SELECT $2::text
    UNION SELECT body.record ->> 'parent_agency_id' FROM line JOIN replica AS body ON body.kind = 'agency' AND body.id = line.id
    WHERE body.record ->> 'parent_agency_id' IS NOT NULL
)
SELECT exclusion_id, case_id FROM case_exclusion
WHERE lifted_at IS NULL AND recorded_at <= $3 AND NOT $1 = ANY(staff_ids) AND case_id IS NOT NULL
  AND ($2 = ANY(agency_ids) OR with_units && ARRAY(SELECT id FROM line)::varchar[])
ORDER BY case_id, exclusion_id
"""
_JOINED_INTO = """
WITH RECURSIVE joined AS (
    SELECT case_id FROM case_file WHERE joined_into = $1
    UNION SELECT case_file.case_id FROM case_file JOIN joined ON case_file.joined_into = joined.case_id
)
SELECT case_id FROM joined
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """An exclusion with how far its lifting has come."""

    exclusion: Exclusion
    lift_asked_by: str | None
    lifted_at: datetime | None


async def keep_named(work: Work, referral_id: str, exclusions: Iterable[Exclusion]) -> None:
    """Keep whom a referral names, while it is on no case yet."""
    for exclusion in exclusions:
        await _keep(work, exclusion, case_id=None, referral_id=referral_id)


async def named_by(work: Work, referral_id: str) -> tuple[Exclusion, ...]:
    """Whom a referral keeps out of whatever case it comes onto."""
    rows = await work.raw.fetch(_OF_REFERRAL, referral_id)
    return tuple(await as_of_now(work, [_kept(row).exclusion for row in rows]))


async def keep_exclusions(work: Work, file: CaseFile) -> None:
    """Keep what was recorded and lifted on a case, in the transaction that changes the case."""
    for exclusion in file.new_exclusions.values():
        await _keep(work, exclusion, case_id=file.case_id, referral_id=None)
        bodies = exclusion.bodies
        await kept.keep(work, file.case_id, exclusion.exclusion_id, bodies.all, with_units=bodies.with_units)
    for exclusion_id in file.lifted_exclusions:
        await kept.drop(work, file.case_id, exclusion_id)
    file.new_exclusions.clear()
    file.lifted_exclusions.clear()


async def exclusions_of(work: Work, case_id: str) -> list[Kept]:
    """Every exclusion of a case, lifted ones too, in the order of their recording."""
    found = [_kept(row) for row in await work.raw.fetch(_OF_CASE, case_id)]
    now = await as_of_now(work, [one.exclusion for one in found])
    return [replace(one, exclusion=exclusion) for one, exclusion in zip(found, now, strict=True)]


async def as_of_now(work: Work, exclusions: Sequence[Exclusion]) -> list[Exclusion]:
    """The same with the units that were founded since below whoever is kept out with their units."""
    whole = frozenset[str]().union(*(one.bodies.with_units for one in exclusions))
    agencies = await replica.family(work, sorted(whole)) if whole else []
    return [replace(one, bodies=one.bodies.grown(agencies)) for one in exclusions]


async def ask_to_lift(work: Work, case_id: str, exclusion_id: str, staff_id: str) -> None:
    """The first of two persons finds that it does not hold."""
    await work.raw.execute(_ASK, case_id, exclusion_id, work.now, staff_id)


async def mark_lifted(work: Work, exclusion_ids: Sequence[str], staff_id: str) -> None:
    """The second person agreed."""
    await work.raw.execute(_LIFT, list(exclusion_ids), work.now, staff_id)


async def from_what_they_left(
    work: Work, staff_id: str, left_agency_id: str, left_at: datetime
) -> list[tuple[str, str]]:
    """Case and exclusion, by case, of which somebody was kept out by their body when they left it, and is not yet in person."""
    rows = await work.raw.fetch(_FROM_WHAT_THEY_LEFT, staff_id, left_agency_id, left_at)
    return [(row["case_id"], row["exclusion_id"]) for row in rows]


async def joined_into(work: Work, case_id: str) -> list[str]:
    """Every case that went on in this one; whoever must not touch this one must not touch them."""
    return [row["case_id"] for row in await work.raw.fetch(_JOINED_INTO, case_id)]


async def _keep(work: Work, exclusion: Exclusion, *, case_id: str | None, referral_id: str | None) -> None:
    bodies = exclusion.bodies
    await work.raw.execute(
        _KEEP, exclusion.exclusion_id, case_id, referral_id, exclusion.basis, sorted(bodies.agency_ids),
        sorted(bodies.staff_ids), exclusion.recorded_at, exclusion.by_agency_id, exclusion.by_staff_id,
        sorted(bodies.with_units),
        exclusion.shared_from,
    )  # fmt: skip


def read_exclusion(row: Any) -> Exclusion:
    """An exclusion from a kept row; ``recorded_at`` must be an instant already."""
    return Exclusion(
        exclusion_id=row["exclusion_id"],
        basis=ExclusionBasis(row["basis"]),
        bodies=Bodies(frozenset(row["agency_ids"]), frozenset(row["staff_ids"]), frozenset(row["with_units"])),
        recorded_at=row["recorded_at"],
        by_agency_id=row["by_agency_id"],
        by_staff_id=row["by_staff_id"],
        shared_from=row["shared_from"],
    )


def _kept(row: Any) -> Kept:
    return Kept(read_exclusion(row), row["lift_asked_by"], row["lifted_at"])
