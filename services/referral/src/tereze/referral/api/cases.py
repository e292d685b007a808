"""Decides what is answered about cases and how one is triaged; must never say that a case exists to whom it may not be known."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from tereze.access import Decision, decide, decide_each, redact
from tereze.chassis.http import Caller, Cursor, IfMatch, Limit, OpenWork, Principal, Reply, body, etag, refuses
from tereze.contracts.cases import CasePage, CaseView, TriageCase
from tereze.contracts.facts import Forbidden, NotFound, Stale
from tereze.contracts.ids import CaseId
from tereze.contracts.labels import Sensitivity
from tereze.referral.api.reading import Visit, Visitor, following, position_of
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.domain.response import CaseNotLive, triage_case
from tereze.referral.domain.tasks import Actor
from tereze.referral.moments import moment_of, read_protocols
from tereze.referral.permissions import case_resource, may_read_case, may_read_narrative
from tereze.referral.store.casefiles import keep_case, lock_cases, read_cases
from tereze.referral.store.lists import page_of_cases, timeline_of
from tereze.referral.store.referrals import narratives_of, referrals_of, say
from tereze.referral.views import REFERRAL_ATTACHED, case_summary, case_view

router = APIRouter(tags=["cases"])


@router.get("/v1/cases", response_model=CasePage)
async def list_cases(caller: Caller, work: OpenWork, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """The cases you may know of, the most urgent first: what is breached, then what is due next."""
    found = await page_of_cases(work, caller.actor, after=position_of(cursor), limit=limit + 1)
    shown, has_more = found[:limit], len(found) > limit
    files = await read_cases(work, [case_id for _, case_id in shown])
    decisions = decide_each(caller.actor, [("read_case", case_resource(file)) for file in files])
    items = [
        redact(case_summary(file), decision.labels)
        for file, decision in zip(files, decisions, strict=True)
        if decision.allowed
    ]
    cursor = following(shown[-1][0] if has_more else None)
    return Reply(200, {"items": items, "has_more": has_more, "cursor": cursor}).response()


@router.get("/v1/cases/{case_id}", response_model=CaseView)
async def read_case(case_id: Annotated[CaseId, Path()], visit: Visit) -> Response:
    """One case with its referrals, tasks, clocks and timeline, as far as you need to know."""
    files = await read_cases(visit.work, [case_id])
    decision = may_read_case(visit.caller.actor, files[0]) if files else None
    if decision is None or not decision.allowed:
        raise NotFound
    return await _shown(visit, files[0], decision)


@router.post("/v1/cases/{case_id}/triage", response_model=CaseView)
@refuses(CaseNotLive)
async def triage(
    case_id: Annotated[CaseId, Path()],
    triaged: body[TriageCase],
    version: IfMatch,
    visit: Visit,
) -> Response:
    """Confirm the risk as coordinator of the window desk. A higher one brings tasks and earlier due times; none gets more time."""
    caller, work = visit.caller, visit.work
    files = await lock_cases(work, case_id)
    readable = may_read_case(caller.actor, files[0]) if files else None
    if readable is None or not readable.allowed:
        raise NotFound
    file = files[0]
    if not decide(caller.actor, "triage_case", case_resource(file)).allowed:
        raise Forbidden("triage is for a coordinator of the window desk that holds the case")
    if version != file.version:
        raise Stale(current_version=file.version, current_state=file.state)
    moment = await moment_of(work, file)
    triage_case(file, triaged.risk, _actor(caller), moment)
    await keep_case(work, file, moment.pack)
    await say(work, case_id, "triage_remark", triaged.remark, task_id=None, by_staff_id=caller.staff_id)
    return await _shown(visit, file, readable)


def _actor(caller: Principal) -> Actor:
    return Actor(caller.agency_id, caller.staff_id, caller.roles)


async def _shown(visit: Visitor, file: CaseFile, decision: Decision) -> Response:
    """Everything for whom the allegation may be shown; for others their own referral only, and how much is hidden."""
    caller, work = visit.caller, visit.work
    everything = Sensitivity.ALLEGATION in decision.labels
    referrals = [referral for _, referral in await referrals_of(work, file.case_id)]
    entries = await timeline_of(work, file.case_id)
    seen = [e for e in entries if everything or not _of_another(e.type, e.body.get("agency_id"), caller)]
    narratives = await narratives_of(work, file.case_id) if may_read_narrative(caller.actor, file) else {}
    view = case_view(
        file,
        read_protocols(work.runtime.settings.pack),
        visit.language,
        referrals=[r for r in referrals if everything or r.agency_id == caller.agency_id],
        narratives=narratives,
        entries=seen,
        hidden=len(entries) - len(seen),
    )
    return Reply(200, redact(view, decision.labels), etag(file.version)).response()


def _of_another(event_type: str, agency_id: object, caller: Principal) -> bool:
    return event_type == REFERRAL_ATTACHED and agency_id != caller.agency_id
