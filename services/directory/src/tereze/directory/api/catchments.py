"""Decides what is answered about who is responsible for an address; must never keep or log the address."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from tereze.chassis.http import Caller, OpenWork, Reply, body
from tereze.contracts.catchments import CatchmentList, ResolveAddress, ResponsibleList
from tereze.contracts.facts import NotFound
from tereze.contracts.ids import RegionCode
from tereze.directory.domain.catchment import responsible_for
from tereze.directory.store.catchments import catchments_of, districts_of

router = APIRouter()

RegionKey = Annotated[RegionCode, Path()]


@router.get("/v1/regions/{region_code}/catchments", response_model=CatchmentList)
async def list_catchments(region_code: RegionKey, _caller: Caller, work: OpenWork) -> Response:
    """The districts of a region, and which body is responsible for what of them."""
    districts = await districts_of(work, region_code)
    if not districts:
        raise NotFound
    catchments = await catchments_of(work, region_code)
    return Reply(200, CatchmentList(districts=tuple(districts), catchments=tuple(catchments))).response()


@router.post("/v1/regions/{region_code}/catchments/resolve", response_model=ResponsibleList)
async def resolve_address(
    region_code: RegionKey, address: body[ResolveAddress], _caller: Caller, work: OpenWork
) -> Response:
    """Which school, clinic, police and guardianship body is responsible for an address. A question, though a POST: nothing is kept."""
    known = await catchments_of(work, region_code, address.district_code)
    if not known:
        raise NotFound
    return Reply(200, ResponsibleList(items=tuple(responsible_for(known, address)))).response()
