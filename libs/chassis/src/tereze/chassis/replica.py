"""Decides what a service remembers of the directory; must never invent an agency the directory did not publish."""

from collections.abc import Iterable

from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.catchments import CatchmentPublished
from tereze.contracts.directory import Agency, AgencyPublished, Region, RegionPublished, StaffPublished, StaffRecord
from tereze.contracts.events import Envelope
from tereze.contracts.labels import Contract
from tereze.contracts.rotas import RotaPublished, Shift
from tereze.contracts.words import AgencyKind

_REMEMBER = """
INSERT INTO replica (kind, id, version, active, agency_kind, region_code, subject, record)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (kind, id) DO UPDATE
SET version = excluded.version, active = excluded.active, agency_kind = excluded.agency_kind,
    region_code = excluded.region_code, subject = excluded.subject, record = excluded.record
WHERE replica.version < excluded.version
"""
_ONE = "SELECT record::text FROM replica WHERE kind = $1 AND id = $2"
_AGENCIES = """
SELECT record::text AS record FROM replica
WHERE kind = 'agency' AND active AND ($1::text IS NULL OR agency_kind = $1) AND ($2::text IS NULL OR region_code = $2)
ORDER BY id
"""
_BY_SUBJECT = "SELECT record::text FROM replica WHERE kind = 'staff' AND subject = $1 ORDER BY active DESC, id LIMIT 1"
_STANDING = """
SELECT staff.record::text AS staff, agency.record::text AS agency
FROM replica staff LEFT JOIN replica agency ON agency.kind = 'agency' AND agency.id = staff.record ->> 'agency_id'
WHERE staff.kind = 'staff' AND staff.subject = $1 ORDER BY staff.active DESC, staff.id LIMIT 1
"""
_FAMILY = """
WITH RECURSIVE below AS (
    SELECT id FROM replica WHERE kind = 'agency' AND id = ANY($1::text[])
    UNION SELECT unit.id FROM replica unit JOIN below ON unit.record ->> 'parent_agency_id' = below.id WHERE unit.kind = 'agency'
), above AS (
    SELECT id, record ->> 'parent_agency_id' AS parent FROM replica WHERE kind = 'agency' AND id = ANY($1::text[])
    UNION SELECT body.id, body.record ->> 'parent_agency_id' FROM replica body JOIN above ON body.id = above.parent
    WHERE body.kind = 'agency'
)
SELECT record::text AS record FROM replica
WHERE kind = 'agency' AND id IN (SELECT id FROM below UNION SELECT id FROM above)
"""

directory_handlers = Handlers()


async def agency(work: Work, agency_id: str) -> Agency | None:
    """One agency, active or not."""
    record = await work.raw.fetchval(_ONE, "agency", agency_id)
    return Agency.model_validate_json(record) if record else None


async def agencies(work: Work, *, kind: AgencyKind | None = None, region_code: str | None = None) -> list[Agency]:
    """Active agencies, by id. ``region_code`` None means any region and the national ones."""
    rows = await work.raw.fetch(_AGENCIES, kind, region_code)
    return [Agency.model_validate_json(row["record"]) for row in rows]


async def family(work: Work, agency_ids: Iterable[str]) -> list[Agency]:
    """Agencies with all that is above and below them, active or not."""
    rows = await work.raw.fetch(_FAMILY, list(agency_ids))
    return [Agency.model_validate_json(row["record"]) for row in rows]


async def region(work: Work, code: str) -> Region | None:
    """One region of the country."""
    record = await work.raw.fetchval(_ONE, "region", code)
    return Region.model_validate_json(record) if record else None


async def staff(work: Work, staff_id: str) -> StaffRecord | None:
    """One staff member, active or not."""
    record = await work.raw.fetchval(_ONE, "staff", staff_id)
    return StaffRecord.model_validate_json(record) if record else None


async def staff_by_subject(work: Work, subject: str) -> StaffRecord | None:
    """The staff member behind a token's ``sub``; an active record before a suspended one."""
    record = await work.raw.fetchval(_BY_SUBJECT, subject)
    return StaffRecord.model_validate_json(record) if record else None


def to_open_with(subject: str) -> tuple[str, str]:
    """What to begin a transaction with (``Database.work``) in which ``standing`` of this subject is asked for, and of nobody else."""
    return _STANDING, subject


async def standing(work: Work, subject: str) -> tuple[StaffRecord, Agency | None] | None:
    """Staff member and agency behind a token's ``sub``, in one query."""
    row = work.opened if work.opened is not None else await work.raw.fetchrow(_STANDING, subject)
    if row is None or row["staff"] is None:
        return None
    home = Agency.model_validate_json(row["agency"]) if row["agency"] else None
    return StaffRecord.model_validate_json(row["staff"]), home


async def shifts(work: Work, agency_id: str) -> tuple[Shift, ...]:
    """The shifts of an agency as last published; none where it keeps no rota."""
    record = await work.raw.fetchval(_ONE, "rota", agency_id)
    return RotaPublished.model_validate_json(record).shifts if record else ()


async def _remember(
    work: Work,
    kind: str,
    key: str,
    version: int,
    record: Contract,
    *,
    active: bool = True,
    agency_kind: str | None = None,
    region_code: str | None = None,
    subject: str | None = None,
) -> None:
    body = record.model_dump_json()
    await work.raw.execute(_REMEMBER, kind, key, version, active, agency_kind, region_code, subject, body)


@directory_handlers.on(RegionPublished)
async def remember_region(event: RegionPublished, work: Work, _envelope: Envelope) -> None:
    """Keep a region as published."""
    await _remember(work, "region", event.region.code, event.version, event.region)


@directory_handlers.on(AgencyPublished)
async def remember_agency(event: AgencyPublished, work: Work, _envelope: Envelope) -> None:
    """Keep an agency as published."""
    known = event.agency
    await _remember(
        work, "agency", known.agency_id, event.version, known,
        active=known.active, agency_kind=known.kind, region_code=known.region_code,
    )  # fmt: skip


@directory_handlers.on(StaffPublished)
async def remember_staff(event: StaffPublished, work: Work, _envelope: Envelope) -> None:
    """Keep a staff member's standing as published."""
    known = event.staff
    await _remember(work, "staff", known.staff_id, event.version, known, active=known.active, subject=known.subject)


@directory_handlers.on(RotaPublished)
async def remember_rota(event: RotaPublished, work: Work, _envelope: Envelope) -> None:
    """Keep an agency's shifts as published."""
    await _remember(work, "rota", event.agency_id, event.version, event)


@directory_handlers.on(CatchmentPublished)
async def remember_catchment(event: CatchmentPublished, work: Work, _envelope: Envelope) -> None:
    """Keep who is responsible for a district; it is found by the district's code. Parts of one are the directory's to tell apart."""
    known = event.catchment
    whole = known.active and not known.streets
    await _remember(
        work, "catchment", known.catchment_id, event.version, known,
        active=whole, agency_kind=known.kind, subject=known.district_code,
    )  # fmt: skip
