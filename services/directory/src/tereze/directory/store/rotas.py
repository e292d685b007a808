"""Decides how rotas are kept and found, one version an agency; must never decide who is on duty."""

from sqlalchemy import RowMapping, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from tereze.chassis.work import Work
from tereze.contracts.directory import StaffMember
from tereze.contracts.rotas import Shift
from tereze.directory.store.staff import member_of
from tereze.directory.store.tables import agency, rota, shift, staff

_MOST_STAFF = 1_000


async def rota_version(work: Work, agency_id: str, *, lock: bool = False) -> int:
    """Which version an agency's rota is at; 0 where it has none yet."""
    if lock:
        await work.lock(f"rota {agency_id}")
    found = (await work.db.execute(select(rota.c.version).where(rota.c.agency_id == agency_id))).scalar_one_or_none()
    return int(found or 0)


async def shifts_of(work: Work, agency_id: str) -> list[Shift]:
    """The shifts of an agency that are not over, in order of time."""
    query = select(shift).where(shift.c.agency_id == agency_id, shift.c.until > work.now)
    rows = await work.db.execute(query.order_by(shift.c.since, shift.c.shift_id))
    return [_shift(row) for row in rows.mappings()]


async def keep_shift(work: Work, agency_id: str, one: Shift) -> int:
    """Add a shift; returns the rota's new version."""
    await work.db.execute(insert(shift).values(agency_id=agency_id, **one.model_dump()))
    return await next_version(work, agency_id)


async def drop_shift(work: Work, agency_id: str, shift_id: str) -> int | None:
    """Take a shift away; returns the rota's new version, or None where there is no such shift."""
    gone = await work.db.execute(delete(shift).where(shift.c.agency_id == agency_id, shift.c.shift_id == shift_id))
    return await next_version(work, agency_id) if gone.rowcount else None


async def people_of(work: Work, agency_id: str) -> list[StaffMember]:
    """The people of an agency, by id."""
    query = select(staff).where(staff.c.agency_id == agency_id).order_by(staff.c.staff_id).limit(_MOST_STAFF)
    return [member_of(row) for row in (await work.db.execute(query)).mappings()]


async def chain_of(work: Work, agency_id: str) -> list[str]:
    """An agency and the bodies above it, from below."""
    chain: list[str] = []
    here: str | None = agency_id
    while here is not None and here not in chain:
        chain.append(here)
        query = select(agency.c.parent_agency_id).where(agency.c.agency_id == here)
        here = (await work.db.execute(query)).scalar_one_or_none()
    return chain


async def next_version(work: Work, agency_id: str) -> int:
    """Count an agency's rota one version up, and return it."""
    statement = upsert(rota).values(agency_id=agency_id, version=1)
    counted = statement.on_conflict_do_update(index_elements=["agency_id"], set_={"version": rota.c.version + 1})
    return int((await work.db.execute(counted.returning(rota.c.version))).scalar_one())


def _shift(row: RowMapping) -> Shift:
    return Shift.model_validate({name: value for name, value in row.items() if name != "agency_id"})
