"""Decides how districts and catchments are found; must never decide who is responsible."""

from typing import Any

from sqlalchemy import RowMapping, select

from tereze.chassis.work import Work
from tereze.contracts.catchments import Catchment, District
from tereze.directory.store.country import without_version
from tereze.directory.store.tables import catchment, district


async def districts_of(work: Work, region_code: str) -> list[District]:
    """The districts of a region, by code."""
    query = select(district).where(district.c.region_code == region_code).order_by(district.c.code)
    return [District.model_validate(without_version(row)) for row in (await work.db.execute(query)).mappings()]


async def catchments_of(work: Work, region_code: str, district_code: str | None = None) -> list[Catchment]:
    """The catchments of a region, or of one of its districts, by id."""
    query: Any = select(catchment).join(district, district.c.code == catchment.c.district_code)
    query = query.where(district.c.region_code == region_code, catchment.c.active).order_by(catchment.c.catchment_id)
    if district_code is not None:
        query = query.where(catchment.c.district_code == district_code)
    return [_catchment(row) for row in (await work.db.execute(query)).mappings()]


def _catchment(row: RowMapping) -> Catchment:
    return Catchment.model_validate(without_version(row), strict=False)
