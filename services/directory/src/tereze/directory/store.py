"""Decides how regions, agencies, staff and official series are kept and found; must never decide who may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    RowMapping,
    Select,
    String,
    Table,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from tereze.chassis.tables import chassis_tables
from tereze.chassis.work import Work
from tereze.contracts.directory import Agency, OfficialSeries, Region, StaffMember, StaffRecord
from tereze.contracts.words import AgencyKind

metadata = MetaData()

region = Table(
    "region",
    metadata,
    Column("code", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("name", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
)
agency = Table(
    "agency",
    metadata,
    Column("agency_id", String, primary_key=True),
    Column("slug", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("region_code", String, ForeignKey("region.code")),
    Column("parent_agency_id", String),
    Column("name", JSONB, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("agency_by_kind", "kind", "region_code", "agency_id"),
)
staff = Table(
    "staff",
    metadata,
    Column("staff_id", String, primary_key=True),
    Column("subject", String, nullable=False, unique=True),
    Column("agency_id", String, ForeignKey("agency.agency_id"), nullable=False),
    Column("roles", JSONB, nullable=False),
    Column("display_name", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("suspended_at", DateTime(timezone=True)),
    Column("suspended_by", String),
    Index("staff_by_agency", "agency_id", "staff_id"),
)
official_series = Table(
    "official_series",
    metadata,
    Column("name", String, primary_key=True),
    Column("document", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
)
chassis_tables(metadata)


@dataclass(frozen=True, slots=True)
class KeptStaff:
    """A staff member as kept; ``member.active`` is false while suspended."""

    member: StaffMember
    suspended: bool
    version: int


async def keep(work: Work, table: Table, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Write the rows that are new or differ; returns their ids with the version they now have."""
    (key,) = (column.name for column in table.primary_key)
    known = {row[key]: row for row in (await work.db.execute(select(table))).mappings()}
    changed = [
        {**row, "version": _version(known.get(row[key])) + 1} for row in rows if _differs(row, known.get(row[key]))
    ]
    if changed:
        statement = insert(table)
        columns = {name: statement.excluded[name] for name in changed[0] if name != key}
        await work.db.execute(statement.on_conflict_do_update(index_elements=[key], set_=columns), changed)
    return {row[key]: row["version"] for row in changed}


def _version(known: RowMapping | None) -> int:
    return int(known["version"]) if known else 0


def _differs(row: dict[str, Any], known: RowMapping | None) -> bool:
    return known is None or any(known[name] != value for name, value in row.items())


async def all_regions(work: Work) -> tuple[Region, ...]:
    """Every region, by code."""
    rows = await work.db.execute(select(region).order_by(region.c.code))
    return tuple(Region.model_validate(_without_version(row)) for row in rows.mappings())


async def find_series(work: Work, name: str) -> OfficialSeries | None:
    """One official series."""
    document = (
        await work.db.execute(select(official_series.c.document).where(official_series.c.name == name))
    ).scalar_one_or_none()
    return None if document is None else OfficialSeries.model_validate(document, strict=False)


async def find_agency(work: Work, agency_id: str) -> Agency | None:
    """One agency, active or not."""
    row = (await work.db.execute(select(agency).where(agency.c.agency_id == agency_id))).mappings().one_or_none()
    return None if row is None else _agency(row)


async def page_of_agencies(
    work: Work, *, kind: AgencyKind | None, region_code: str | None, after: str, limit: int
) -> list[Agency]:
    """Up to ``limit`` agencies after an id, by id."""
    query: Select[Any] = select(agency).where(agency.c.agency_id > after).order_by(agency.c.agency_id).limit(limit)
    if kind is not None:
        query = query.where(agency.c.kind == kind.value)
    if region_code is not None:
        query = query.where(agency.c.region_code == region_code)
    return [_agency(row) for row in (await work.db.execute(query)).mappings()]


async def page_of_staff(work: Work, *, agency_id: str, after: str, limit: int) -> list[StaffMember]:
    """Up to ``limit`` staff members of one agency after an id, by id."""
    query = (
        select(staff)
        .where(staff.c.agency_id == agency_id, staff.c.staff_id > after)
        .order_by(staff.c.staff_id)
        .limit(limit)
    )
    return [_member(row) for row in (await work.db.execute(query)).mappings()]


async def lock_staff(work: Work, staff_id: str) -> KeptStaff | None:
    """One staff member, locked until the work is done."""
    query = select(staff).where(staff.c.staff_id == staff_id).with_for_update()
    row = (await work.db.execute(query)).mappings().one_or_none()
    return None if row is None else _kept_staff(row)


async def set_suspended(work: Work, kept: KeptStaff, *, suspended: bool, by: str) -> KeptStaff:
    """Suspend a staff member, or lift the suspension, in another's name."""
    statement = (
        update(staff)
        .where(staff.c.staff_id == kept.member.staff_id)
        .values(
            suspended_at=work.now if suspended else None,
            suspended_by=by if suspended else None,
            version=staff.c.version + 1,
        )
        .returning(staff)
    )
    return _kept_staff((await work.db.execute(statement)).mappings().one())


async def staff_records(work: Work, staff_ids: Sequence[str]) -> list[StaffRecord]:
    """What other services are told of these staff members."""
    rows = await work.db.execute(select(staff).where(staff.c.staff_id.in_(staff_ids)).order_by(staff.c.staff_id))
    return [record_of(_member(row)) for row in rows.mappings()]


def record_of(member: StaffMember) -> StaffRecord:
    """The part of a staff member that other services need."""
    return StaffRecord.model_validate(member.model_dump(exclude={"display_name"}))


def _kept_staff(row: RowMapping) -> KeptStaff:
    return KeptStaff(member=_member(row), suspended=row["suspended_at"] is not None, version=row["version"])


def _agency(row: RowMapping) -> Agency:
    return Agency.model_validate(_without_version(row), strict=False)


def _member(row: RowMapping) -> StaffMember:
    values = _without_version(row)
    suspended = values.pop("suspended_at") is not None
    del values["suspended_by"]
    return StaffMember.model_validate({**values, "active": values["active"] and not suspended}, strict=False)


def _without_version(row: RowMapping) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "version"}
