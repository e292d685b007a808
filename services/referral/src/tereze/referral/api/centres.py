"""Decides what is answered about rehabilitation centres and how one is opened; must never take beds from children who have them."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from tereze.access import Decision, Resource, decide, redact
from tereze.chassis import replica
from tereze.chassis.http import (
    BadCursor,
    Caller,
    Cursor,
    Idempotency,
    IfMatch,
    Limit,
    OpenWork,
    Principal,
    Reply,
    body,
    decode_cursor,
    encode_cursor,
    etag,
    once,
    refuses,
)
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.facts import Forbidden, Invalid, NotFound, Stale
from tereze.contracts.ids import CentreId, RegionCode
from tereze.contracts.placements import (
    CentrePage,
    CentreView,
    OpenCentre,
    SetCapacity,
)
from tereze.contracts.words import AgencyKind, CentreProfile
from tereze.referral.beds import look_for_child
from tereze.referral.domain.centres import BelowTaken, Centre, opened_centre
from tereze.referral.place_views import centre_view
from tereze.referral.store.centres import every_centre, keep_centre, lock_centres

router = APIRouter(tags=["centres"])
_CENTRE = re.compile(r"ctr_[0-9a-f]{32}\Z")


class NoSuchBody(Invalid):
    """The centre's body is not an active rehabilitation body of the directory, or its ages are the wrong way round."""

    code = "not-a-centre"
    title = "A centre needs an active rehabilitation body that runs it, and its youngest age first"


@router.get("/v1/centres", response_model=CentrePage)
async def list_centres(
    caller: Caller,
    work: OpenWork,
    *,
    profile: Annotated[CentreProfile | None, Query(description="Only centres that help after this")] = None,
    region: Annotated[RegionCode | None, Query(description="Only centres of this region")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Rehabilitation centres and the beds that are free in them now."""
    after = _after(cursor)
    found = [
        centre
        for centre in await every_centre(work)
        if centre.centre_id > after
        and (profile is None or profile in centre.profiles)
        and (region is None or region == centre.region_code)
    ]
    shown = found[:limit]
    items = [redact(centre_view(centre), _reading(caller, centre).labels) for centre in shown]
    cursor = encode_cursor({"after": shown[-1].centre_id}) if len(found) > limit else None
    return Reply(200, {"items": items, "has_more": len(found) > limit, "cursor": cursor}).response()


@router.get("/v1/centres/{centre_id}", response_model=CentreView)
async def read_centre(centre_id: Annotated[CentreId, Path()], caller: Caller, work: OpenWork) -> Response:
    """One centre."""
    found = next((centre for centre in await every_centre(work) if centre.centre_id == centre_id), None)
    if found is None:
        raise NotFound
    return _shown(caller, found, 200)


@router.post("/v1/centres", response_model=CentreView, status_code=201)
@refuses(NoSuchBody)
async def open_centre(opened: body[OpenCentre], key: Idempotency, caller: Caller, work: OpenWork) -> Response:
    """Open a centre: whom it takes, where it is, how many beds it has. For its region's department, the ministry, operators."""

    async def produce() -> Reply:
        body_of_it = await replica.agency(work, opened.agency_id)
        if body_of_it is None or not body_of_it.active or body_of_it.kind is not AgencyKind.REHABILITATION_CENTRE:
            raise NoSuchBody(pointer="/agency_id")
        if opened.youngest > opened.oldest:
            raise NoSuchBody(pointer="/youngest")
        centre = opened_centre(opened, new_id("ctr"))
        if not decide(caller.actor, "manage_centre", _resource(centre)).allowed:
            raise Forbidden("centres are opened by the region's department, the ministry or operators")
        await keep_centre(work, centre)
        await look_for_child(work, centre)
        view = redact(centre_view(centre), _reading(caller, centre).labels)
        return Reply(201, view, {**etag(centre.version), "Location": f"/v1/centres/{centre.centre_id}"})

    return await once(key, work, caller, opened, produce)


@router.post("/v1/centres/{centre_id}/capacity", response_model=CentreView)
@refuses(BelowTaken)
async def set_capacity(
    centre_id: Annotated[CentreId, Path()],
    wanted: body[SetCapacity],
    version: IfMatch,
    caller: Caller,
    work: OpenWork,
) -> Response:
    """Say how many beds the centre has. More beds go to whoever is first in line; never fewer than are taken."""
    centre = await _locked(work, centre_id)
    if not decide(caller.actor, "manage_centre", _resource(centre)).allowed:
        raise Forbidden("beds are changed by the centre's head, its region's department, the ministry or operators")
    if version != centre.version:
        raise Stale(current_version=centre.version)
    centre.resize(wanted.capacity)
    await keep_centre(work, centre)
    await look_for_child(work, centre)
    return _shown(caller, centre, 200)


async def _locked(work: Work, centre_id: str) -> Centre:
    centre = (await lock_centres(work, [centre_id])).get(centre_id)
    if centre is None:
        raise NotFound
    return centre


def _resource(centre: Centre) -> Resource:
    return Resource("centre", owner_agency_id=centre.agency_id, region_code=centre.region_code)


def _reading(caller: Principal, centre: Centre) -> Decision:
    return decide(caller.actor, "read_centre", _resource(centre))


def _shown(caller: Principal, centre: Centre, status: int) -> Response:
    return Reply(status, redact(centre_view(centre), _reading(caller, centre).labels), etag(centre.version)).response()


def _after(cursor: str | None) -> str:
    after = decode_cursor(cursor).get("after") if cursor else ""
    if not isinstance(after, str) or (cursor and not _CENTRE.match(after)):
        raise BadCursor
    return after
