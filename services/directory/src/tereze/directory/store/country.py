"""Decides how regions, agencies and official series are kept and found; must never decide who may see them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, Table, select
from sqlalchemy.dialects.postgresql import insert

from tereze.chassis.work import Work
from tereze.contracts.directory import Agency, OfficialSeries, Region
from tereze.contracts.words import AgencyKind
from tereze.directory.store.tables import agency, official_series, region


async def keep(work: Work, table: Table, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Write the rows that are new or differ; returns their ids with the version they now have.

    What people entered or amended since (``entered_at``) stays as they left it.
    """
    (key,) = (column.name for column in table.primary_key)
    known = {row[key]: row for row in (await work.db.execute(select(table))).mappings()}
    changed = [
        {**row, "version": _version(known.get(row[key])) + 1}
        for row in rows
        if _differs(row, known.get(row[key])) and not entered_by_people(known.get(row[key]))
    ]
    if changed:
        statement = insert(table)
        columns = {name: statement.excluded[name] for name in changed[0] if name != key}
        await work.db.execute(statement.on_conflict_do_update(index_elements=[key], set_=columns), changed)
    return {row[key]: row["version"] for row in changed}


def _version(known: RowMapping | None) -> int:
    return int(known["version"]) if known else 0


def entered_by_people(known: RowMapping | None) -> bool:
    """Whether people founded, added or amended what is kept, so that it is theirs and no pack's."""
    return known is not None and known.get("entered_at") is not None


def _differs(row: dict[str, Any], known: RowMapping | None) -> bool:
    return known is None or any(known[name] != value for name, value in row.items())


async def all_regions(work: Work) -> tuple[Region, ...]:
    """Every region, by code."""
    rows = await work.db.execute(select(region).order_by(region.c.code))
    return tuple(Region.model_validate(without_version(row)) for row in rows.mappings())


async def find_series(work: Work, name: str) -> OfficialSeries | None:
    """One official series."""
    document = (
        await work.db.execute(select(official_series.c.document).where(official_series.c.name == name))
    ).scalar_one_or_none()
    return None if document is None else OfficialSeries.model_validate(document, strict=False)


async def find_agency(work: Work, agency_id: str) -> Agency | None:
    """One agency, active or not."""
    row = (await work.db.execute(select(agency).where(agency.c.agency_id == agency_id))).mappings().one_or_none()
    return None if row is None else agency_of(row)


async def units_of(work: Work, agency_id: str) -> list[str]:
    """The bodies right below an agency."""
    query = select(agency.c.agency_id).where(agency.c.parent_agency_id == agency_id).order_by(agency.c.agency_id)
    return list((await work.db.execute(query)).scalars())


async def page_of_agencies(
    work: Work, *, kind: AgencyKind | None, region_code: str | None, after: str, limit: int
) -> list[Agency]:
    """Up to ``limit`` agencies after an id, by id."""
    query: Select[Any] = select(agency).where(agency.c.agency_id > after).order_by(agency.c.agency_id).limit(limit)
    if kind is not None:
        query = query.where(agency.c.kind == kind.value)
    if region_code is not None:
        query = query.where(agency.c.region_code == region_code)
    return [agency_of(row) for row in (await work.db.execute(query)).mappings()]


def agency_of(row: RowMapping) -> Agency:
    """A row as the contract has it."""
    return Agency.model_validate(without_version(row), strict=False)


def without_version(row: RowMapping | dict[str, Any]) -> dict[str, Any]:
    """A row as the values of its contract."""
    return {name: value for name, value in row.items() if name not in {"version", "entered_at"}}
