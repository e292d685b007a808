"""Decides what is answered about cases; must never say that a case exists to whom it may not be known."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from tereze.access import decide_each, redact
from tereze.chassis.http import Caller, Cursor, Limit, OpenWork, Reply
from tereze.contracts.cases import CasePage, CaseView
from tereze.contracts.facts import NotFound
from tereze.contracts.ids import CaseId
from tereze.referral.api.reading import Visit, following, position_of
from tereze.referral.api.showing import show_case
from tereze.referral.permissions import case_resource, may_read_case
from tereze.referral.store.casefiles import read_cases
from tereze.referral.store.disclosures import CASE_LIST, Shown, note_shown
from tereze.referral.store.lists import page_of_cases
from tereze.referral.views import case_summary

router = APIRouter(tags=["cases"])


@router.get("/v1/cases", response_model=CasePage)
async def list_cases(caller: Caller, work: OpenWork, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """The cases you may know of, the most urgent first: what is breached, then what is due next."""
    found = await page_of_cases(work, caller.actor, after=position_of(cursor), limit=limit + 1)
    shown, has_more = found[:limit], len(found) > limit
    files = await read_cases(work, [case_id for _, case_id in shown])
    decisions = decide_each(caller.actor, [("read_case", case_resource(file)) for file in files])
    allowed = [Shown(file.case_id, may) for file, may in zip(files, decisions, strict=True) if may.allowed]
    await note_shown(work, caller.actor, CASE_LIST, allowed)
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
    return await show_case(visit, files[0], decision)
