"""Decides what is answered about regions and agencies; must never answer about people."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from tereze.chassis.http import Caller, Cursor, Limit, OpenWork, Reply, etag
from tereze.contracts.directory import AgencyPage, AgencyView, OfficialSeries, RegionList
from tereze.contracts.facts import NotFound
from tereze.contracts.ids import AgencyId, RegionCode
from tereze.contracts.words import AgencyKind
from tereze.directory.api.pages import following, position_of
from tereze.directory.store import country
from tereze.directory.store.founding import read_body

router = APIRouter(tags=["directory"])

SeriesName = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}$", examples=["violence-by-region"])]


@router.get("/v1/regions", response_model=RegionList)
async def list_regions(_caller: Caller, work: OpenWork) -> Response:
    """Every region of the country, with its names in three languages."""
    return Reply(200, RegionList(items=await country.all_regions(work))).response()


@router.get("/v1/regions/series/{name}", response_model=OfficialSeries)
async def read_series(name: SeriesName, _caller: Caller, work: OpenWork) -> Response:
    """A published series of the country pack, with its source and caveats; never mixed with our own counts."""
    series = await country.find_series(work, name)
    if series is None:
        raise NotFound
    return Reply(200, series).response()


@router.get("/v1/agencies", response_model=AgencyPage)
async def list_agencies(
    _caller: Caller,
    work: OpenWork,
    kind: Annotated[AgencyKind | None, Query(description="Only bodies of this kind")] = None,
    region: Annotated[RegionCode | None, Query(description="Only bodies of this region")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """The bodies that take part in the window."""
    found = await country.page_of_agencies(
        work, kind=kind, region_code=region, after=position_of(cursor), limit=limit + 1
    )
    items, has_more = tuple(found[:limit]), len(found) > limit
    cursor = following(items[-1].agency_id if has_more else None)
    return Reply(200, AgencyPage(items=items, has_more=has_more, cursor=cursor)).response()


@router.get("/v1/agencies/{agency_id}", response_model=AgencyView)
async def read_agency(agency_id: AgencyId, _caller: Caller, work: OpenWork) -> Response:
    """One body that takes part in the window."""
    found = await read_body(work, agency_id)
    if found is None:
        raise NotFound
    view = AgencyView(**found[0].model_dump(), version=found[1])
    return Reply(200, view, etag(view.version)).response()
