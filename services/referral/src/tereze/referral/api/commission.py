"""Decides what is answered about sittings of the commission and how one is led; must never show a sitting to whom its case is unknown."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from tereze.access import decide, decide_each, redact
from tereze.access.decisions import Action
from tereze.chassis import replica
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
from tereze.contracts.commission import (
    AdjournSitting,
    AnswerInvitation,
    ConveneCommission,
    HoldSitting,
    MakeDecision,
    SittingPage,
    SittingState,
    SittingView,
)
from tereze.contracts.facts import Forbidden, Invalid, NotFound, Stale
from tereze.contracts.ids import SittingId
from tereze.contracts.labels import Sensitivity
from tereze.protocol import NotALimit, read_limit
from tereze.referral.api.reading import Visit, Visitor
from tereze.referral.convening import Table, at_table, convene_for, rules_of
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.domain.commission import (
    ConvenedAlready,
    DecidedTwice,
    Decision,
    NoQuorum,
    NotInvited,
    NotOfTheCommission,
    Sitting,
    SittingNotOpen,
    adjourn_sitting,
    answer_invitation,
    hold_sitting,
)
from tereze.referral.domain.standing import CaseNotLive
from tereze.referral.domain.tasks import Actor
from tereze.referral.permissions import case_resource, may_read_case, sitting_resource
from tereze.referral.sitting_views import sitting_summary, sitting_view
from tereze.referral.store.casefiles import lock_cases, read_cases
from tereze.referral.store.placements import survivor_of
from tereze.referral.store.referrals import say
from tereze.referral.store.sittings import page_of_sittings, read_sittings

router = APIRouter(tags=["commission"])
_SITTING = re.compile(r"sit_[0-9a-f]{32}\Z")
Key = Annotated[SittingId, Path()]
Word = Callable[[Table, Actor], Awaitable[None]]


class SitsInThePast(Invalid):
    """A sitting is put off to a day that is over."""

    code = "sits-in-the-past"
    title = "A sitting is adjourned to a time that has yet to come"


class LimitUnreadable(Invalid):
    """The limit of a decision is not one."""

    code = "limit-unreadable"
    title = "A limit is written like 24 h W, 4 WH or 10 WD"


class Command:
    """One word of one caller on one sitting: 404, 403, 412 and 409 in this order, then the effect."""

    def __init__(self, sitting_id: Key, version: IfMatch, visit: Visit) -> None:
        self.sitting_id, self.version, self.visit = sitting_id, version, visit

    async def run(self, action: Action, word: Word) -> Response:
        """Let the word take effect and show what became of the sitting."""
        actor = self.visit.caller.actor
        table = await at_table(self.visit.work, self.sitting_id)
        if table is None:
            raise NotFound
        resource = sitting_resource(table.file, table.sitting)
        if not decide(actor, "read_sitting", resource).allowed:
            raise NotFound
        decision = decide(actor, action, resource)
        if not decision.allowed:
            raise Forbidden("your body does not have this part in the sitting, or your role does not allow this")
        if self.version != table.sitting.version:
            raise Stale(current_version=table.sitting.version, current_state=table.sitting.state)
        await word(table, _actor(self.visit))
        return _shown(self.visit, table.file, table.sitting, decision.labels, 200).response()


Spoken = Annotated[Command, Depends()]


@router.post("/v1/commission", response_model=SittingView, status_code=201)
@refuses(NotFound, CaseNotLive, ConvenedAlready)
async def convene(asked: body[ConveneCommission], key: Idempotency, visit: Visit) -> Response:
    """Convene the commission for a case on request. For critical cases and repeated breaches it convenes by itself."""
    caller, work = visit.caller, visit.work

    async def produce() -> Reply:
        files = await lock_cases(work, asked.case_id)
        if not files or not may_read_case(caller.actor, files[0]).allowed:
            raise NotFound
        if not decide(caller.actor, "convene_commission", case_resource(files[0])).allowed:
            raise Forbidden("the commission is convened by its secretary, the case's desk, or whoever holds a task")
        table = await convene_for(work, files[0], _actor(visit), urgent=asked.urgent)
        await _say(table, "commission_request", asked.remark, visit)
        labels = decide(caller.actor, "read_sitting", sitting_resource(table.file, table.sitting)).labels
        reply = _shown(visit, table.file, table.sitting, labels, 201)
        where = {"Location": f"/v1/commission/{table.sitting.sitting_id}"}
        return Reply(201, reply.model, {**reply.headers, **where})

    return await once(key, work, caller, asked, produce)


@router.get("/v1/commission", response_model=SittingPage)
async def list_sittings(
    visit: Visit,
    state: Annotated[SittingState | None, Query(description="Only in this state")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """The sittings of your commission, or to which your body is invited."""
    work, actor = visit.work, visit.caller.actor
    found = await page_of_sittings(work, actor, state=state, after=_after(cursor), limit=limit + 1)
    shown, has_more = found[:limit], len(found) > limit
    files = {file.case_id: file for file in await read_cases(work, [sitting.case_id for sitting in shown])}
    decisions = decide_each(actor, [("read_sitting", sitting_resource(files[s.case_id], s)) for s in shown])
    items = [
        redact(sitting_summary(sitting), decision.labels)
        for sitting, decision in zip(shown, decisions, strict=True)
        if decision.allowed
    ]
    cursor = encode_cursor({"after": shown[-1].sitting_id}) if has_more else None
    return Reply(200, {"items": items, "has_more": has_more, "cursor": cursor}).response()


@router.get("/v1/commission/{sitting_id}", response_model=SittingView)
async def read_sitting(sitting_id: Key, visit: Visit) -> Response:
    """One sitting: why it convenes, who is invited, its agenda, and what became of each decision."""
    found = await read_sittings(visit.work, sitting_id)
    if not found:
        raise NotFound
    [file] = await read_cases(visit.work, [await survivor_of(visit.work, found[0].case_id)])
    decision = decide(visit.caller.actor, "read_sitting", sitting_resource(file, found[0]))
    if not decision.allowed:
        raise NotFound
    return _shown(visit, file, found[0], decision.labels, 200).response()


@router.post("/v1/commission/{sitting_id}/answer", response_model=SittingView)
@refuses(SittingNotOpen, NotInvited, NotOfTheCommission)
async def answer_to_commission(command: Spoken, answered: body[AnswerInvitation]) -> Response:
    """Say, as an invited body, whether somebody comes and who."""

    async def word(table: Table, by: Actor) -> None:
        comes = answered.staff_id or by.staff_id
        await _check_staff(table, by.agency_id, comes)
        answer_invitation(table.file, table.sitting, by, answered.answer, comes)
        await table.keep()

    return await command.run("answer_commission", word)


@router.post("/v1/commission/{sitting_id}/adjourn", response_model=SittingView)
@refuses(SittingNotOpen, SitsInThePast)
async def adjourn(command: Spoken, adjourned: body[AdjournSitting]) -> Response:
    """Put the sitting off, as the commission. The clock that asks for it runs on, and its ladder with it."""

    async def word(table: Table, by: Actor) -> None:
        if adjourned.sits_at <= table.moment.now:
            raise SitsInThePast(pointer="/sits_at")
        adjourn_sitting(table.file, table.sitting, by, adjourned.sits_at)
        await table.keep()
        await _say(table, "adjournment", adjourned.remark, command.visit)

    return await command.run("lead_commission", word)


@router.post("/v1/commission/{sitting_id}/hold", response_model=SittingView)
@refuses(SittingNotOpen, NoQuorum, NotOfTheCommission, DecidedTwice, LimitUnreadable)
async def record_sitting(command: Spoken, held: body[HoldSitting]) -> Response:
    """Record who sat, the minutes and the decisions. Each decision becomes a task that escalates like any other."""

    async def word(table: Table, by: Actor) -> None:
        for person in held.present:
            await _check_staff(table, person.agency_id, person.staff_id)
        hold_sitting(
            table.file,
            table.sitting,
            by,
            present=[(person.agency_id, person.staff_id) for person in held.present],
            decisions=[_decision(made, index) for index, made in enumerate(held.decisions)],
            moment=table.moment,
        )
        await table.keep()
        await _say(table, "minutes", held.minutes, command.visit)
        for made, task_id in zip(held.decisions, table.sitting.task_ids, strict=True):
            await _say(table, "decision", made.remark, command.visit, task_id)

    return await command.run("lead_commission", word)


async def _check_staff(table: Table, agency_id: str, staff_id: str) -> None:
    member = await replica.staff(table.work, staff_id)
    if member is None or not member.active or member.agency_id != agency_id:
        raise NotOfTheCommission(pointer="/staff_id")


async def _say(table: Table, kind: str, text: str, visit: Visitor, task_id: str | None = None) -> None:
    await say(table.work, table.file.case_id, kind, text, task_id=task_id, by_staff_id=visit.caller.staff_id)


def _decision(made: MakeDecision, index: int) -> Decision:
    try:
        limit = read_limit(made.limit)
    except NotALimit:
        raise LimitUnreadable(pointer=f"/decisions/{index}/limit") from None
    return Decision(made.measure, made.holder_agency_id, limit)


def _actor(visit: Visitor) -> Actor:
    return Actor(visit.caller.agency_id, visit.caller.staff_id, visit.caller.roles)


def _shown(visit: Visitor, file: CaseFile, sitting: Sitting, labels: frozenset[Sensitivity], status: int) -> Reply:
    view = sitting_view(sitting, file, rules_of(visit.work), visit.language)
    return Reply(status, redact(view, labels), etag(sitting.version))


def _after(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    after = decode_cursor(cursor).get("after")
    if not isinstance(after, str) or not _SITTING.match(after):
        raise BadCursor
    return after
