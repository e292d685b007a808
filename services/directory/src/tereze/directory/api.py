"""Decides what is answered about regions, agencies and staff, and how a suspension is ordered; must never show another agency's people."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from tereze.access import Resource, decide, redact
from tereze.chassis.http import (
    BadCursor,
    Caller,
    Cursor,
    Limit,
    OpenWork,
    Principal,
    Reply,
    decode_cursor,
    encode_cursor,
)
from tereze.chassis.work import Work
from tereze.contracts.directory import (
    Agency,
    AgencyPage,
    OfficialSeries,
    RegionList,
    StaffMember,
    StaffPage,
    StaffPublished,
)
from tereze.contracts.facts import Forbidden, NotFound
from tereze.contracts.ids import AgencyId, RegionCode, StaffId
from tereze.contracts.words import AgencyKind
from tereze.directory import store

router = APIRouter(tags=["directory"])

_ID = re.compile(r"(agc|stf)_[0-9a-f]{32}\Z")
SeriesName = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}$", examples=["violence-by-region"])]


@router.get("/v1/regions", response_model=RegionList)
async def list_regions(_caller: Caller, work: OpenWork) -> Response:
    """Every region of the country, with its names in three languages."""
    return Reply(200, RegionList(items=await store.all_regions(work))).response()


@router.get("/v1/regions/series/{name}", response_model=OfficialSeries)
async def read_series(name: SeriesName, _caller: Caller, work: OpenWork) -> Response:
    """A published series of the country pack, with its source and caveats; never mixed with our own counts."""
    series = await store.find_series(work, name)
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
    found = await store.page_of_agencies(work, kind=kind, region_code=region, after=_position(cursor), limit=limit + 1)
    items, has_more = tuple(found[:limit]), len(found) > limit
    following = encode_cursor({"after": items[-1].agency_id}) if has_more else None
    return Reply(200, AgencyPage(items=items, has_more=has_more, cursor=following)).response()


@router.get("/v1/agencies/{agency_id}", response_model=Agency)
async def read_agency(agency_id: AgencyId, _caller: Caller, work: OpenWork) -> Response:
    """One body that takes part in the window."""
    agency = await store.find_agency(work, agency_id)
    if agency is None:
        raise NotFound
    return Reply(200, agency).response()


@router.get("/v1/staff", response_model=StaffPage)
async def list_staff(caller: Caller, work: OpenWork, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """The people and systems that act for your own agency."""
    seen = decide(caller.actor, "read_staff", Resource("agency", owner_agency_id=caller.agency_id))
    if not seen.allowed:
        raise Forbidden
    found = await store.page_of_staff(work, agency_id=caller.agency_id, after=_position(cursor), limit=limit + 1)
    items, has_more = tuple(found[:limit]), len(found) > limit
    following = encode_cursor({"after": items[-1].staff_id}) if has_more else None
    page = StaffPage(items=items, has_more=has_more, cursor=following)
    return Reply(200, redact(page, seen.labels)).response()


@router.post("/v1/staff/{staff_id}/suspend", response_model=StaffMember)
async def suspend_staff(staff_id: StaffId, caller: Caller, work: OpenWork) -> Response:
    """Take a staff member's access away; it bites on their next call, everywhere. For their heads and managers, and operators."""
    return await _set_suspended(staff_id, caller, work, suspended=True)


@router.post("/v1/staff/{staff_id}/reinstate", response_model=StaffMember)
async def reinstate_staff(staff_id: StaffId, caller: Caller, work: OpenWork) -> Response:
    """Give a suspended staff member their access back. For their heads and managers, and operators."""
    return await _set_suspended(staff_id, caller, work, suspended=False)


async def _set_suspended(staff_id: str, caller: Principal, work: Work, *, suspended: bool) -> Response:
    kept = await store.lock_staff(work, staff_id)
    if kept is None:
        raise NotFound
    owner = kept.member.agency_id
    decision = decide(caller.actor, "manage_agency", Resource("agency", owner_agency_id=owner))
    if not decision.allowed:
        raise Forbidden if owner == caller.agency_id else NotFound
    if kept.suspended is not suspended:
        kept = await store.set_suspended(work, kept, suspended=suspended, by=caller.staff_id)
        record = store.record_of(kept.member)
        work.publish(StaffPublished(key_id=staff_id, version=kept.version, staff=record))
    return Reply(200, redact(kept.member, decision.labels)).response()


def _position(cursor: str | None) -> str:
    if cursor is None:
        return ""
    after = decode_cursor(cursor).get("after")
    if not isinstance(after, str) or not _ID.match(after):
        raise BadCursor
    return after
