"""Decides what is answered about the load of an agency's people; must never show another agency's."""

from fastapi import APIRouter, Response

from tereze.access import Resource, decide, redact
from tereze.chassis.http import Caller, OpenWork, Reply
from tereze.contracts.facts import Forbidden
from tereze.contracts.workforce import CaseloadRow, CaseloadView
from tereze.referral.domain.staffing import SPECIALISTS
from tereze.referral.store.staff import colleagues_at, count_unassigned, loads_known_to

router = APIRouter(tags=["tasks"])


@router.get("/v1/caseload", response_model=CaseloadView)
async def read_caseload(caller: Caller, work: OpenWork) -> Response:
    """How many open duties each of your people answers for, and how many wait for a name. For heads and managers."""
    decision = decide(caller.actor, "read_caseload", Resource("workforce", owner_agency_id=caller.agency_id))
    if not decision.allowed:
        raise Forbidden("the load of an agency's people is seen by its heads and managers")
    colleagues = [one for one in await colleagues_at(work, caller.agency_id) if one.roles & SPECIALISTS]
    loads = await loads_known_to(work, caller.actor, [one.staff_id for one in colleagues])
    rows = [
        CaseloadRow(
            staff_id=one.staff_id,
            open_duties=loads.get(one.staff_id, 0),
            may_act=one.fit,
            on_duty=one.fit and one.on_duty,
        )
        for one in colleagues
    ]
    rows.sort(key=lambda row: (-row.open_duties, row.staff_id))
    view = CaseloadView(
        agency_id=caller.agency_id, items=tuple(rows), unassigned=await count_unassigned(work, caller.actor)
    )
    return Reply(200, redact(view, decision.labels)).response()
