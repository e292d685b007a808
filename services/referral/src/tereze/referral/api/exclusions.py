"""Decides how a body is kept out of a case late and let in again, and who reads what was shown; must never answer whoever is kept out."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import StringConstraints

from tereze.access import Decision, decide, redact
from tereze.access.decisions import Action
from tereze.chassis import replica
from tereze.chassis.http import (
    BadCursor,
    Cursor,
    IfMatch,
    Limit,
    Reply,
    body,
    decode_cursor,
    encode_cursor,
    etag,
    refuses,
)
from tereze.chassis.work import Work
from tereze.contracts.exclusions import (
    DisclosurePage,
    ExclusionBasis,
    ExclusionList,
    ExclusionState,
    ExclusionView,
    LiftExclusion,
    RecordExclusion,
)
from tereze.contracts.facts import Conflict, Forbidden, Invalid, NotFound, Stale
from tereze.contracts.ids import CaseId, ExclusionId
from tereze.contracts.referrals import NamedBody
from tereze.contracts.words import CaseState, Category
from tereze.referral.accusing import exclusion_of, keep_out_of, let_in
from tereze.referral.api.reading import Visit, Visitor
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.domain.handover import NobodyElse
from tereze.referral.domain.standing import CaseNotLive
from tereze.referral.domain.tasks import Actor
from tereze.referral.permissions import case_resource, may_read_case
from tereze.referral.store.casefiles import lock_cases, read_cases
from tereze.referral.store.disclosures import NEWEST, shown_of
from tereze.referral.store.exclusions import Kept, ask_to_lift, exclusions_of
from tereze.referral.store.referrals import say

router = APIRouter(tags=["cases"])

CaseKey = Annotated[CaseId, Path()]
Body = Annotated[str, StringConstraints(pattern=r"^(agc|stf)_[0-9a-f]{32}$")]
_MOST_SEEN = 500


class NamesNobody(Invalid):
    """An exclusion names one agency or one staff member."""

    code = "names-nobody"
    title = "Name exactly one: an agency or a staff member"


class UnknownBody(Invalid):
    """There is no such agency or staff member."""

    code = "unknown-body"
    title = "There is no such agency or staff member"


class ExclusionNotInForce(Conflict):
    """It was lifted already."""

    code = "exclusion-not-in-force"
    title = "This exclusion was lifted already"


class SecondPersonNeeded(Conflict):
    """Whoever asked for the lifting cannot agree to it."""

    code = "needs-another-person"
    title = "Another person has to agree"


@router.get("/v1/cases/{case_id}/exclusions", response_model=ExclusionList)
async def list_exclusions(case_id: CaseKey, visit: Visit) -> Response:
    """Who must not touch the case, since when and why, and what they had seen of it before."""
    file = next(iter(await read_cases(visit.work, [case_id])), None)
    decision = _allowed(visit, file, "read_exclusions")
    items = [await _view(visit.work, case_id, kept) for kept in await exclusions_of(visit.work, case_id)]
    return Reply(200, redact(ExclusionList(items=tuple(items)), decision.labels)).response()


@router.post("/v1/cases/{case_id}/exclusions", status_code=201, response_model=ExclusionView)
@refuses(NamesNobody, UnknownBody, CaseNotLive, NobodyElse)
async def record_exclusion(case_id: CaseKey, wish: body[RecordExclusion], version: IfMatch, visit: Visit) -> Response:
    """Keep an agency with its units, or a person, out of the case from now on.

    What they hold passes on at once, its clocks run on; the answer lists what they had seen. Accused staff lose their access
    everywhere.
    """
    file, decision = await _lock(visit, case_id, version, "record_exclusion")
    if file.state is CaseState.JOINED:
        raise CaseNotLive(current_state=file.state, current_version=file.version)
    named = await _named(visit.work, wish)
    by = _by(visit)
    institutional = Category.INSTITUTIONAL in file.categories
    exclusion = await exclusion_of(visit.work, named, institutional=institutional, basis=wish.basis, by=by)
    await keep_out_of(visit.work, file, exclusion)
    await say(visit.work, case_id, "exclusion_remark", wish.remark, task_id=None, by_staff_id=by.staff_id)
    return await _shown(visit, file, exclusion.exclusion_id, decision, status=201)


@router.post("/v1/cases/{case_id}/exclusions/{exclusion_id}/lift", response_model=ExclusionView)
@refuses(ExclusionNotInForce, SecondPersonNeeded)
async def lift_exclusion(
    case_id: CaseKey,
    exclusion_id: Annotated[ExclusionId, Path()],
    wish: body[LiftExclusion],
    version: IfMatch,
    visit: Visit,
) -> Response:
    """Say that an exclusion does not hold. It ends when a second person says so too."""
    file, decision = await _lock(visit, case_id, version, "lift_exclusion")
    kept = next((k for k in await exclusions_of(visit.work, case_id) if k.exclusion.exclusion_id == exclusion_id), None)
    if kept is None:
        raise NotFound
    if kept.lifted_at is not None:
        raise ExclusionNotInForce(current_state=ExclusionState.LIFTED, current_version=file.version)
    if kept.lift_asked_by == visit.caller.staff_id:
        raise SecondPersonNeeded(current_state=ExclusionState.LIFT_ASKED, current_version=file.version)
    by = _by(visit)
    await say(visit.work, case_id, "exclusion_remark", wish.remark, task_id=None, by_staff_id=by.staff_id)
    if kept.lift_asked_by is None:
        await ask_to_lift(visit.work, case_id, exclusion_id, by.staff_id)
    else:
        await let_in(visit.work, file, exclusion_id, by)
    return await _shown(visit, file, exclusion_id, decision, status=200)


@router.get("/v1/cases/{case_id}/disclosures", response_model=DisclosurePage)
@refuses(BadCursor)
async def list_case_disclosures(
    case_id: CaseKey,
    visit: Visit,
    body: Annotated[Body | None, Query(description="Only to this agency or staff member")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """What of the case was read here, by whom and under which policies, newest first. Feed and webhooks: /v1/events/disclosures."""
    file = next(iter(await read_cases(visit.work, [case_id])), None)
    decision = _allowed(visit, file, "read_disclosures")
    bodies = None if body is None else [body]
    before = NEWEST if cursor is None else decode_cursor(cursor).get("before")
    if not isinstance(before, str):
        raise BadCursor
    found = await shown_of(visit.work, case_id, bodies=bodies, before=before, limit=limit + 1)
    items, has_more = tuple(found[:limit]), len(found) > limit
    following = encode_cursor({"before": items[-1].disclosure_id}) if has_more else None
    page = DisclosurePage(items=items, has_more=has_more, cursor=following)
    return Reply(200, redact(page, decision.labels)).response()


def _allowed(visit: Visitor, file: CaseFile | None, action: Action) -> Decision:
    """Raises NotFound for whoever may not know of the case, Forbidden for whoever may but not this."""
    if file is None or not may_read_case(visit.caller.actor, file).allowed:
        raise NotFound
    decision = decide(visit.caller.actor, action, case_resource(file))
    if not decision.allowed:
        raise Forbidden("this is for a coordinator of the case's window desk, and for the Ombudsman")
    return decision


async def _lock(visit: Visitor, case_id: str, version: int, action: Action) -> tuple[CaseFile, Decision]:
    file = next(iter(await lock_cases(visit.work, case_id)), None)
    decision = _allowed(visit, file, action)
    assert file is not None, "what is not there is not allowed"
    if version != file.version:
        raise Stale(current_version=file.version, current_state=file.state)
    file.policy_id = decision.policy_id
    return file, decision


async def _named(work: Work, wish: RecordExclusion) -> NamedBody:
    accused = wish.basis is ExclusionBasis.ACCUSED
    if (wish.agency_id is None) == (wish.staff_id is None):
        raise NamesNobody
    if wish.agency_id is not None:
        if await replica.agency(work, wish.agency_id) is None:
            raise UnknownBody(pointer="/agency_id")
        return NamedBody(agency_id=wish.agency_id, accused=accused)
    member = await replica.staff(work, wish.staff_id or "")
    if member is None:
        raise UnknownBody(pointer="/staff_id")
    return NamedBody(agency_id=member.agency_id, staff_id=member.staff_id, accused=accused)


def _by(visit: Visitor) -> Actor:
    return Actor(visit.caller.agency_id, visit.caller.staff_id, visit.caller.roles)


async def _view(work: Work, case_id: str, kept: Kept) -> ExclusionView:
    exclusion = kept.exclusion
    asked = ExclusionState.LIFT_ASKED if kept.lift_asked_by else ExclusionState.IN_FORCE
    return ExclusionView(
        exclusion_id=exclusion.exclusion_id,
        case_id=case_id,
        basis=exclusion.basis,
        state=ExclusionState.LIFTED if kept.lifted_at else asked,
        agency_ids=tuple(sorted(exclusion.bodies.agency_ids)),
        staff_ids=tuple(sorted(exclusion.bodies.staff_ids)),
        recorded_at=exclusion.recorded_at,
        by_agency_id=exclusion.by_agency_id,
        by_staff_id=exclusion.by_staff_id,
        lifted_at=kept.lifted_at,
        had_seen=tuple(await shown_of(work, case_id, bodies=sorted(exclusion.bodies.all), limit=_MOST_SEEN)),
    )


async def _shown(visit: Visitor, file: CaseFile, exclusion_id: str, decision: Decision, *, status: int) -> Response:
    """The exclusion as it is now; nothing to whoever has just kept themselves out."""
    if file.excluded & {visit.caller.agency_id, visit.caller.staff_id}:
        return Response(status_code=204)
    kept = next(k for k in await exclusions_of(visit.work, file.case_id) if k.exclusion.exclusion_id == exclusion_id)
    view = await _view(visit.work, file.case_id, kept)
    return Reply(status, redact(view, decision.labels), etag(file.version)).response()
