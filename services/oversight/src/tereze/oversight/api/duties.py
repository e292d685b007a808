"""Decides who reads and answers what waits for operators; must never show a duty to whom it may not be known."""

import re
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response

from tereze.access import Decision, Resource, decide, redact
from tereze.chassis.http import (
    BadCursor,
    Caller,
    Cursor,
    IfMatch,
    Limit,
    OpenWork,
    Principal,
    Reply,
    body,
    decode_cursor,
    encode_cursor,
    etag,
    refuses,
)
from tereze.contracts.facts import Forbidden, NotFound, Stale
from tereze.contracts.ids import DutyId
from tereze.contracts.operations import AnswerDuty, DutyPage, DutyView
from tereze.oversight.domain.duties import AnswerDoesNotFit, Duty, DutySettled
from tereze.oversight.store.duties import Place, keep_duty, lock_duty, page_of_duties

router = APIRouter(tags=["duties"])

_DUTY_ID = re.compile(r"dty_[0-9a-f]{32}\Z")


@router.get("/v1/duties", response_model=DutyPage)
@refuses(NotFound)
async def list_duties(caller: Caller, work: OpenWork, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """What waits for operators and is not settled, longest first; the Ombudsman sees what was not seen to in time."""
    breached_only = not _may(caller, "read_duty", breached=False).allowed
    decision = _may(caller, "read_duty", breached=breached_only)
    if not decision.allowed:
        raise NotFound
    found = await page_of_duties(work, after=_place(cursor), breached_only=breached_only, limit=limit + 1)
    shown, has_more = found[:limit], len(found) > limit
    following = encode_cursor({"since": shown[-1].since.isoformat(), "after": shown[-1].duty_id}) if has_more else None
    items = [redact(_view(duty), decision.labels) for duty in shown]
    return Reply(200, {"items": items, "has_more": has_more, "cursor": following}).response()


@router.post("/v1/duties/{duty_id}/answer", response_model=DutyView)
@refuses(DutySettled, AnswerDoesNotFit)
async def answer_duty(
    duty_id: Annotated[DutyId, Path()],
    answered: body[AnswerDuty],
    version: IfMatch,
    caller: Caller,
    work: OpenWork,
) -> Response:
    """Say as an operator that you are at it, or how an agency was told. A parked key is settled by replaying its events."""
    duty = await lock_duty(work, duty_id)
    readable = _may(caller, "read_duty", breached=duty.breached) if duty else None
    if duty is None or readable is None or not readable.allowed:
        raise NotFound
    if not _may(caller, "answer_duty", breached=duty.breached).allowed:
        raise Forbidden("a duty of the operators is answered by an operator")
    if version != duty.version:
        raise Stale(current_version=duty.version, current_state=duty.state)
    duty.take_answer(answered.answer, caller.staff_id, work.now)
    await keep_duty(work, duty)
    return Reply(200, redact(_view(duty), readable.labels), etag(duty.version)).response()


def _may(caller: Principal, action: Literal["read_duty", "answer_duty"], *, breached: bool) -> Decision:
    return decide(caller.actor, action, Resource("duty", breached=breached))


def _view(duty: Duty) -> DutyView:
    return DutyView(
        duty_id=duty.duty_id,
        kind=duty.kind,
        state=duty.state,
        service=duty.service,
        waiting=duty.waiting,
        topic=duty.topic,
        agency_id=duty.agency_id,
        reason=duty.reason,
        count=duty.count,
        since=duty.since,
        due_at=duty.due_at,
        breached=duty.breached,
        escalations=duty.escalations,
        answer=duty.answer,
        answered_by_staff_id=duty.answered_by,
        answered_at=duty.answered_at,
        version=duty.version,
    )


def _place(cursor: str | None) -> Place | None:
    """Where the page before ended. Raises BadCursor."""
    if cursor is None:
        return None
    read = decode_cursor(cursor)
    since, duty_id = read.get("since"), read.get("after")
    if not isinstance(duty_id, str) or not _DUTY_ID.match(duty_id) or not isinstance(since, str):
        raise BadCursor
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise BadCursor from None
    if moment.tzinfo is None:
        raise BadCursor
    return moment, duty_id
