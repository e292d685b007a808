"""Decides what is answered about the load of an agency's people; must never show another agency's."""

from fastapi import APIRouter, Response

from tereze.access import Resource, decide, redact
from tereze.chassis.http import Caller, OpenWork, Reply
from tereze.contracts.facts import Forbidden
from tereze.contracts.workforce import CaseloadRow, CaseloadView
from tereze.referral.domain.staffing import SPECIALISTS
from tereze.referral.store.staff import colleagues_at, count_unassigned

router = APIRouter(tags=["tasks"])


@router.get("/v1/caseload", response_model=CaseloadView)
async def read_caseload(caller: Caller, work: OpenWork) -> Response:
    """How many open duties each of your people answers for, and how many wait for a name. For heads and managers."""
    decision = decide(caller.actor, "read_caseload", Resource("workforce", owner_agency_id=caller.agency_id))
    if not decision.allowed:
        raise Forbidden("the load of an agency's people is seen by its heads and managers")
    colleagues = [one for one in await colleagues_at(work, caller.agency_id) if one.roles & SPECIALISTS]
    rows = [
        CaseloadRow(
            staff_id=one.staff_id, open_duties=one.open_duties, may_act=one.fit, on_duty=one.fit and one.on_duty
        )
        for one in sorted(colleagues, key=lambda one: (-one.open_duties, one.staff_id))
    ]
    view = CaseloadView(
        agency_id=caller.agency_id, items=tuple(rows), unassigned=await count_unassigned(work, caller.actor)
    )
    return Reply(200, redact(view, decision.labels)).response()
