"""Decides what is answered about family plans and how a word on one comes in; must never show a family to whom its case is unknown."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from tereze.access import decide, decide_each, redact
from tereze.access.decisions import Action
from tereze.chassis.http import (
    BadCursor,
    Cursor,
    Idempotency,
    IfMatch,
    Limit,
    Reply,
    body,
    decode_cursor,
    encode_cursor,
    etag,
    once,
    refuses,
)
from tereze.contracts.facts import Forbidden, NotFound, Stale
from tereze.contracts.ids import FamilyPlanId
from tereze.contracts.labels import Sensitivity
from tereze.contracts.plans import (
    AmendPlan,
    DraftPlan,
    EndPlan,
    FamilyPlanPage,
    FamilyPlanState,
    FamilyPlanView,
    ReviewFamilyPlan,
    ServiceOfPlan,
    VisitFamily,
)
from tereze.protocol import NotALimit, read_limit
from tereze.referral.api.commission import LimitUnreadable
from tereze.referral.api.reading import Visit, Visitor
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.patronage import (
    BodyCannotServe,
    FamilyPlan,
    NothingToSign,
    PatronageRules,
    PlannedAlready,
    PlannedHelp,
    PlanNotInThisState,
    amend_plan,
    draft_plan,
    end_plan,
    record_visit,
    review_family_plan,
    sign_family_plan,
)
from tereze.referral.domain.standing import CaseNotLive
from tereze.referral.domain.tasks import Actor
from tereze.referral.moments import moment_of
from tereze.referral.permissions import case_resource, may_read_case, plan_resource
from tereze.referral.plan_views import plan_summary, plan_view
from tereze.referral.rooms import patronage_rules
from tereze.referral.store.casefiles import keep_case, lock_cases, read_cases
from tereze.referral.store.placements import survivor_of
from tereze.referral.store.plans import keep_plan, page_of_plans, plans_of, read_plans
from tereze.referral.store.referrals import say

router = APIRouter(tags=["plans"])
_PLAN = re.compile(r"fpl_[0-9a-f]{32}\Z")
Key = Annotated[FamilyPlanId, Path()]
Remark = tuple[str, str | None]


@dataclass(slots=True)
class Open:
    """A plan with its case and its other editions, held until the transaction ends."""

    plan: FamilyPlan
    editions: list[FamilyPlan]
    file: CaseFile
    moment: Moment


Word = Callable[[Open, Actor], FamilyPlan | None]


class Command:
    """One word of one caller on one plan: 404, 403, 412 and 409 in this order, then the effect."""

    def __init__(self, plan_id: Key, version: IfMatch, visit: Visit) -> None:
        self.plan_id, self.version, self.visit = plan_id, version, visit

    async def run(self, action: Action, word: Word, *remarks: Remark) -> Response:
        """Let the word take effect and show what became of the plan, or its next edition."""
        work, caller = self.visit.work, self.visit.caller
        found = await self._locked()
        resource = plan_resource(found.file, found.plan)
        if not decide(caller.actor, "read_plan", resource).allowed:
            raise NotFound
        decision = decide(caller.actor, action, resource)
        if not decision.allowed:
            raise Forbidden("your body does not have this part in the plan, or your role does not allow this")
        if self.version != found.plan.version:
            raise Stale(current_version=found.plan.version, current_state=found.plan.state)
        shown = word(found, _actor(self.visit)) or found.plan
        await keep_case(work, found.file, found.moment.pack)
        for plan in {id(one): one for one in (*found.editions, found.plan, shown)}.values():
            await keep_plan(work, plan)
        for kind, text in remarks:
            await say(work, found.file.case_id, kind, text, task_id=None, by_staff_id=caller.staff_id)
        return _shown(self.visit, found.file, shown, decision.labels, 200).response()

    async def _locked(self) -> Open:
        work = self.visit.work
        seen = await read_plans(work, self.plan_id)
        if not seen:
            raise NotFound
        [file] = await lock_cases(work, await survivor_of(work, seen[0].case_id))
        editions = await plans_of(work, seen[0].case_id)
        plan = next(one for one in editions if one.plan_id == self.plan_id)
        for edition in editions:
            edition.case_id = file.case_id
        return Open(plan, editions, file, await moment_of(work, file))


Spoken = Annotated[Command, Depends()]
_NOT_NOW = (PlanNotInThisState,)


@router.post("/v1/plans", response_model=FamilyPlanView, status_code=201)
@refuses(NotFound, CaseNotLive, PlannedAlready, BodyCannotServe, LimitUnreadable)
async def draft_family_plan(wanted: body[DraftPlan], key: Idempotency, visit: Visit) -> Response:
    """Draft a family's plan: goals, and services by several bodies. It is in force once each of them has signed."""
    caller, work = visit.caller, visit.work

    async def produce() -> Reply:
        files = await lock_cases(work, wanted.case_id)
        if not files or not may_read_case(caller.actor, files[0]).allowed:
            raise NotFound
        file = files[0]
        if not decide(caller.actor, "draft_plan", case_resource(file)).allowed:
            raise Forbidden("a plan is drafted by whoever accepted a task of the case, or by its desk")
        moment, services = await moment_of(work, file), _services(wanted.services)
        earlier, by = await plans_of(work, file.case_id), _actor(visit)
        plan = draft_plan(file, earlier, by, goals=wanted.goals, services=services, moment=moment)
        await keep_case(work, file, moment.pack)
        await keep_plan(work, plan)
        await say(work, file.case_id, "family_plan", wanted.remark, task_id=None, by_staff_id=caller.staff_id)
        labels = decide(caller.actor, "read_plan", plan_resource(file, plan)).labels
        reply = _shown(visit, file, plan, labels, 201)
        return Reply(201, reply.model, {**reply.headers, "Location": f"/v1/plans/{plan.plan_id}"})

    return await once(key, work, caller, wanted, produce)


@router.get("/v1/plans", response_model=FamilyPlanPage)
async def list_family_plans(
    visit: Visit,
    state: Annotated[FamilyPlanState | None, Query(description="Only in this state")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """The family plans that your body leads or serves in."""
    work, actor = visit.work, visit.caller.actor
    found = await page_of_plans(work, actor, state=state, after=_after(cursor), limit=limit + 1)
    shown, has_more = found[:limit], len(found) > limit
    files = {file.case_id: file for file in await read_cases(work, [plan.case_id for plan in shown])}
    decisions = decide_each(actor, [("read_plan", plan_resource(files[p.case_id], p)) for p in shown])
    items = [
        redact(plan_summary(plan), decision.labels)
        for plan, decision in zip(shown, decisions, strict=True)
        if decision.allowed
    ]
    cursor = encode_cursor({"after": shown[-1].plan_id}) if has_more else None
    return Reply(200, {"items": items, "has_more": has_more, "cursor": cursor}).response()


@router.get("/v1/plans/{plan_id}", response_model=FamilyPlanView)
async def read_family_plan(plan_id: Key, visit: Visit) -> Response:
    """One plan: goals, services with signatures and how far each has come, visits, reviews."""
    found = await read_plans(visit.work, plan_id)
    if not found:
        raise NotFound
    [file] = await read_cases(visit.work, [await survivor_of(visit.work, found[0].case_id)])
    decision = decide(visit.caller.actor, "read_plan", plan_resource(file, found[0]))
    if not decision.allowed:
        raise NotFound
    return _shown(visit, file, found[0], decision.labels, 200).response()


@router.post("/v1/plans/{plan_id}/sign", response_model=FamilyPlanView)
@refuses(*_NOT_NOW, NothingToSign)
async def sign_own_services(command: Spoken) -> Response:
    """Sign, as a body that serves in the plan. With the last signature it is in force and each service is a duty."""

    def word(found: Open, by: Actor) -> None:
        before = next((one for one in found.editions if one.state is FamilyPlanState.IN_FORCE), None)
        rules = _rules(command.visit)
        sign_family_plan(found.file, found.plan, before, by, moment=found.moment, rules=rules)

    return await command.run("sign_plan", word)


@router.post("/v1/plans/{plan_id}/visit", response_model=FamilyPlanView)
@refuses(*_NOT_NOW)
async def record_home_visit(command: Spoken, visited: body[VisitFamily]) -> Response:
    """Record a visit to the family. The next visit has its own clock."""

    def word(found: Open, by: Actor) -> None:
        record_visit(found.file, found.plan, by, found.moment, _rules(command.visit))

    return await command.run("lead_plan", word, ("home_visit", visited.remark))


@router.post("/v1/plans/{plan_id}/review", response_model=FamilyPlanView)
@refuses(*_NOT_NOW)
async def review_of_plan(command: Spoken, reviewed: body[ReviewFamilyPlan]) -> Response:
    """Record that the plan was looked at. The next review has its own clock."""

    def word(found: Open, by: Actor) -> None:
        review_family_plan(found.file, found.plan, by, found.moment)

    return await command.run("lead_plan", word, ("plan_review", reviewed.remark), ("child_view", reviewed.child_view))


@router.post("/v1/plans/{plan_id}/amend", response_model=FamilyPlanView)
@refuses(*_NOT_NOW, PlannedAlready, BodyCannotServe, LimitUnreadable)
async def amend_family_plan(command: Spoken, wanted: body[AmendPlan]) -> Response:
    """Draft the next edition; this one holds until that one is signed. What goes on unchanged keeps its task."""
    services = _services(wanted.services)

    def word(found: Open, by: Actor) -> FamilyPlan:
        goals, moment = wanted.goals, found.moment
        return amend_plan(
            found.file, found.plan, found.editions, by, goals=goals, services=services, moment=moment
        )  # fmt: skip

    return await command.run("lead_plan", word, ("family_plan", wanted.remark))


@router.post("/v1/plans/{plan_id}/end", response_model=FamilyPlanView)
@refuses(*_NOT_NOW)
async def end_family_plan(command: Spoken, ended: body[EndPlan]) -> Response:
    """Let the family leave the plan, with a reason. Visits and reviews are owed no more; the case goes on."""

    def word(found: Open, by: Actor) -> None:
        end_plan(found.file, found.plan, by, ended.reason, found.moment)

    return await command.run("lead_plan", word, ("plan_end", ended.remark))


def _rules(visit: Visitor) -> PatronageRules:
    return patronage_rules(visit.work.runtime.settings.pack)


def _services(wanted: Iterable[ServiceOfPlan]) -> list[PlannedHelp]:
    found = []
    for index, one in enumerate(wanted):
        try:
            found.append(PlannedHelp(one.service, one.agency_id, read_limit(one.limit)))
        except NotALimit:
            raise LimitUnreadable(pointer=f"/services/{index}/limit") from None
    return found


def _actor(visit: Visitor) -> Actor:
    return Actor(visit.caller.agency_id, visit.caller.staff_id, visit.caller.roles)


def _shown(visit: Visitor, file: CaseFile, plan: FamilyPlan, labels: frozenset[Sensitivity], status: int) -> Reply:
    return Reply(status, redact(plan_view(plan, file, visit.work), labels), etag(plan.version))


def _after(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    after = decode_cursor(cursor).get("after")
    if not isinstance(after, str) or not _PLAN.match(after):
        raise BadCursor
    return after
