"""Decides what is answered about staff and how a suspension is ordered; must never show people to a stranger of their agency."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from tereze.access import Resource, decide, redact
from tereze.chassis.http import Caller, Cursor, Limit, OpenWork, Principal, Reply, refuses
from tereze.chassis.work import Work
from tereze.contracts.directory import StaffMember, StaffPage
from tereze.contracts.facts import Forbidden, NotFound
from tereze.contracts.ids import AgencyId, StaffId
from tereze.directory.api.pages import following, position_of
from tereze.directory.domain.investigation import ReinstatementBarred, SuspensionReason
from tereze.directory.store.attestations import note_act
from tereze.directory.store.rotas import chain_of
from tereze.directory.store.staff import lock_staff, page_of_staff, read_staff
from tereze.directory.suspending import reinstate, suspend

router = APIRouter()


@router.get("/v1/staff", response_model=StaffPage)
async def list_staff(
    caller: Caller,
    work: OpenWork,
    *,
    agency_id: Annotated[AgencyId | None, Query(description="Of this agency; left out, your own")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """The people and systems that act for your own agency; for heads and managers of a body above, and operators, also of another."""
    owner = agency_id or caller.agency_id
    above = frozenset(await chain_of(work, owner)) - {owner}
    seen = decide(caller.actor, "read_staff", Resource("agency", owner_agency_id=owner, above=above))
    if not seen.allowed:
        raise Forbidden(
            "who acts for a body is seen there, by the heads and managers of the bodies above it, and by operators"
        )
    found = await page_of_staff(work, agency_id=owner, after=position_of(cursor), limit=limit + 1)
    items, has_more = tuple(found[:limit]), len(found) > limit
    cursor = following(items[-1].staff_id if has_more else None)
    page = StaffPage(items=items, has_more=has_more, cursor=cursor)
    return Reply(200, redact(page, seen.labels)).response()


@router.post("/v1/staff/{staff_id}/suspend", response_model=StaffMember)
async def suspend_staff(staff_id: StaffId, caller: Caller, work: OpenWork) -> Response:
    """Take a staff member's access away; it bites on their next call, everywhere. For their heads and managers, and operators."""
    return await _set_suspended(staff_id, caller, work, suspended=True)


@router.post("/v1/staff/{staff_id}/reinstate", response_model=StaffMember)
@refuses(ReinstatementBarred)
async def reinstate_staff(staff_id: StaffId, caller: Caller, work: OpenWork) -> Response:
    """Give a suspended staff member their access back. For their heads and managers, and operators."""
    return await _set_suspended(staff_id, caller, work, suspended=False)


async def _set_suspended(staff_id: str, caller: Principal, work: Work, *, suspended: bool) -> Response:
    kept = await lock_staff(work, staff_id)
    if kept is None:
        raise NotFound
    owner = kept.member.agency_id
    decision = decide(caller.actor, "manage_agency", Resource("agency", owner_agency_id=owner))
    if not decision.allowed:
        raise Forbidden if owner == caller.agency_id else NotFound
    if kept.suspended is not suspended:
        what = "suspended" if suspended else "reinstated"
        await note_act(work, what, staff_id, by=caller.staff_id, policy_id=decision.policy_id)
        if suspended:
            await suspend(work, kept, SuspensionReason.ORDERED, by=caller.staff_id)
        else:
            await reinstate(work, kept, by=caller.staff_id)
        kept = await read_staff(work, staff_id)
        assert kept is not None, "it was locked above"
    return Reply(200, redact(kept.member, decision.labels)).response()
