"""Decides how a case is opened to somebody in an emergency and reviewed over HTTP; must never tell whoever is kept out that it exists."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Response

from tereze.access import Resource, decide, redact
from tereze.chassis.http import (
    BadCursor,
    Cursor,
    Idempotency,
    Limit,
    Reply,
    body,
    decode_cursor,
    encode_cursor,
    etag,
    once,
    refuses,
)
from tereze.chassis.work import Work
from tereze.contracts.emergencies import (
    EmergencyAccessList,
    EmergencyAccessPage,
    EmergencyAccessView,
    OpenEmergencyAccess,
    ReviewEmergencyAccess,
)
from tereze.contracts.exclusions import Disclosure
from tereze.contracts.facts import Forbidden, NotFound
from tereze.contracts.ids import EmergencyAccessId
from tereze.referral.api.commanding import CaseKey, SpokenOfCase, actor_of
from tereze.referral.api.reading import Visit
from tereze.referral.domain.casefile import CaseFile, EmergencyAccess
from tereze.referral.domain.emergency import (
    AccessNotNeeded,
    OpenAlready,
    OwnAccess,
    ReviewedAlready,
    open_in_emergency,
    review_emergency,
)
from tereze.referral.domain.standing import CaseNotLive
from tereze.referral.moments import moment_of
from tereze.referral.permissions import case_resource, may_read_case
from tereze.referral.store.casefiles import keep_case, lock_cases, read_cases
from tereze.referral.store.disclosures import shown_of
from tereze.referral.store.emergencies import NEWEST, page_of_accesses
from tereze.referral.store.referrals import said, say

router = APIRouter(tags=["cases"])

_MOST_SEEN = 500
_BY_POLICY = "emergency-access-reads-the-case"


@router.post("/v1/cases/{case_id}/emergency-access", status_code=201, response_model=EmergencyAccessView)
@refuses(CaseNotLive, AccessNotNeeded, OpenAlready)
async def open_emergency_access(
    case_id: CaseKey, asked: body[OpenEmergencyAccess], key: Idempotency, visit: Visit
) -> Response:
    """Open one case to yourself for up to four hours, for a stated reason: the case, what was reported, and who the child is.

    The case's desk, everybody who works on it and your own superiors hear of it at once, and another body finds whether it was
    justified. Everything you look at is written down.
    """
    work, caller = visit.work, visit.caller
    if not decide(caller.actor, "open_emergency_access", Resource("case")).allowed:
        raise Forbidden("a case is opened in an emergency by a person, not by a system")

    async def produce() -> Reply:
        file = next(iter(await lock_cases(work, case_id)), None)
        decision = decide(caller.actor, "open_emergency_access", case_resource(file)) if file else None
        if file is None or decision is None or not decision.allowed:
            raise NotFound
        file.policy_id = decision.policy_id
        moment = await moment_of(work, file)
        access = open_in_emergency(file, actor_of(visit), asked.reason, timedelta(hours=asked.hours), moment)
        access.reason_narrative_id = await say(
            work, case_id, "emergency_reason", asked.remark, task_id=None, by_staff_id=caller.staff_id
        )
        await keep_case(work, file, moment.pack)
        return Reply(201, redact(_view(case_id, access), decision.labels))

    return await once(key, work, caller, asked, produce)


@router.get("/v1/cases/{case_id}/emergency-access", response_model=EmergencyAccessList)
async def list_emergency_access(case_id: CaseKey, visit: Visit) -> Response:
    """Who opened the case to themselves, why, what was shown to them by it, and what another body found. For desk, reviewer, Ombudsman."""
    work, actor = visit.work, visit.caller.actor
    file = next(iter(await read_cases(work, [case_id])), None)
    if file is None or not may_read_case(actor, file).allowed:
        raise NotFound
    decision = decide(actor, "read_emergency_access", case_resource(file))
    if not decision.allowed:
        raise Forbidden("this is for whoever leads the case or reviews the access, and for the Ombudsman")
    items = [await _whole(work, file, access) for access in file.accesses.values()]
    return Reply(200, redact(EmergencyAccessList(items=tuple(items)), decision.labels), etag(file.version)).response()


@router.post("/v1/cases/{case_id}/emergency-access/{access_id}/review", response_model=EmergencyAccessView)
@refuses(ReviewedAlready, OwnAccess)
async def review_emergency_access(
    command: SpokenOfCase, access_id: Annotated[EmergencyAccessId, Path()], found: body[ReviewEmergencyAccess]
) -> Response:
    """Find, as the body that owes it or the Ombudsman, whether an emergency access was justified. Where it was not, it ends at once."""
    file, _, decision = await command.locked("review_emergency_access")
    access = file.accesses.get(access_id)
    if access is None:
        raise NotFound
    work, by = command.visit.work, actor_of(command.visit)
    moment = await moment_of(work, file)
    review_emergency(file, access, by, found.verdict, moment)
    access.review_narrative_id = await say(
        work, file.case_id, "emergency_review", found.remark, task_id=None, by_staff_id=by.staff_id
    )
    await keep_case(work, file, moment.pack)
    return Reply(200, redact(await _whole(work, file, access), decision.labels), etag(file.version)).response()


@router.get("/v1/emergency-access", response_model=EmergencyAccessPage)
@refuses(BadCursor)
async def list_own_emergency_access(visit: Visit, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """Which cases your agency's people opened to themselves, newest first. For its heads and managers."""
    work, caller = visit.work, visit.caller
    own = Resource("agency", owner_agency_id=caller.agency_id)
    decision = decide(caller.actor, "read_own_emergency_access", own)
    if not decision.allowed:
        raise Forbidden("what an agency's people opened to themselves is seen by its heads and managers")
    before = NEWEST if cursor is None else decode_cursor(cursor).get("before")
    if not isinstance(before, str):
        raise BadCursor
    found = await page_of_accesses(work, caller.agency_id, caller.staff_id, before=before, limit=limit + 1)
    items, has_more = tuple(_view(case_id, access) for case_id, access in found[:limit]), len(found) > limit
    following = encode_cursor({"before": items[-1].access_id}) if has_more else None
    page = EmergencyAccessPage(items=items, has_more=has_more, cursor=following)
    return Reply(200, redact(page, decision.labels)).response()


async def _whole(work: Work, file: CaseFile, access: EmergencyAccess) -> EmergencyAccessView:
    shown = await shown_of(work, file.case_id, bodies=[access.staff_id], limit=_MOST_SEEN)
    by_it = tuple(one for one in shown if _BY_POLICY in one.policy_id and one.at >= access.opened_at)
    return _view(
        file.case_id, access, remark=await said(work, file.case_id, access.reason_narrative_id), looked_at=by_it
    )


def _view(
    case_id: str, access: EmergencyAccess, *, remark: str | None = None, looked_at: tuple[Disclosure, ...] = ()
) -> EmergencyAccessView:
    return EmergencyAccessView(
        access_id=access.access_id,
        case_id=case_id,
        agency_id=access.agency_id,
        staff_id=access.staff_id,
        reason=access.reason,
        remark=remark,
        opened_at=access.opened_at,
        ends_at=access.ends_at,
        verdict=access.verdict,
        reviewed_at=access.reviewed_at,
        reviewed_by_agency_id=access.reviewed_by_agency_id,
        reviewed_by_staff_id=access.reviewed_by_staff_id,
        looked_at=looked_at,
    )
