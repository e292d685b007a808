"""Decides who brings in a roll over HTTP and reads its report; must never tell an agency who was known before."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from tereze.access import Resource, decide
from tereze.chassis.http import (
    BadCursor,
    Caller,
    Cursor,
    Idempotency,
    Limit,
    OpenWork,
    Principal,
    Reply,
    body,
    decode_cursor,
    encode_cursor,
    once,
    refuses,
)
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.facts import Forbidden, NotFound
from tereze.contracts.ids import RollId
from tereze.contracts.rolls import LoadRoll, RollRowPage, RollState, RollView, RowOutcome
from tereze.registry.domain.roll import read_roll
from tereze.registry.loading import accept_roll
from tereze.registry.store.rolls import Roll, find_roll, page_of_rows, view_of

router = APIRouter(tags=["rolls"])
RollPath = Annotated[RollId, Path()]


@router.post("/v1/rolls", status_code=202, response_model=RollView)
@refuses(Forbidden)
async def load_roll(wanted: body[LoadRoll], key: Idempotency, caller: Caller, work: OpenWork) -> Response:
    """Bring in a school's or a clinic's roll. 202: it is kept, and every row will be reported."""
    if not _may(caller, caller.agency_id):
        raise Forbidden("a roll is loaded by a manager, a head or the computer of a school, a clinic or a home")

    async def take() -> Reply:
        roll = Roll(
            roll_id=new_id("rol"),
            agency_id=caller.agency_id,
            region_code=caller.agency.region_code if caller.agency else None,
            staff_id=caller.staff_id,
            loaded_at=work.now,
            format=wanted.format,
            dry_run=wanted.dry_run,
            state=RollState.READING,
            rows=sum(1 for _ in read_roll(wanted.content, wanted.format)),
        )
        await accept_roll(work, roll, wanted.content)
        return Reply(202, await view_of(work, roll), {"Location": f"/v1/rolls/{roll.roll_id}"})

    return await once(key, work, caller, wanted, take)


@router.get("/v1/rolls/{roll_id}", response_model=RollView)
@refuses(NotFound)
async def read_roll_progress(roll_id: RollPath, caller: Caller, work: OpenWork) -> Response:
    """How far a roll of your agency is."""
    return Reply(200, await view_of(work, await _find(work, caller, roll_id))).response()


@router.get("/v1/rolls/{roll_id}/rows", response_model=RollRowPage)
@refuses(NotFound)
async def list_roll_rows(
    roll_id: RollPath,
    caller: Caller,
    work: OpenWork,
    *,
    outcome: Annotated[RowOutcome | None, Query(description="Only rows of which this became")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """The report of a roll, row by row: taken, repeated or broken, and what is wrong or odd."""
    await _find(work, caller, roll_id)
    found = await page_of_rows(work, roll_id, outcome=outcome, after=_position(cursor), limit=limit + 1)
    shown, has_more = found[:limit], len(found) > limit
    following = encode_cursor({"line": shown[-1].line}) if has_more else None
    return Reply(200, RollRowPage(items=tuple(shown), has_more=has_more, cursor=following)).response()


async def _find(work: Work, caller: Principal, roll_id: str) -> Roll:
    roll = await find_roll(work, roll_id)
    if roll is None or not _may(caller, roll.agency_id):
        raise NotFound
    return roll


def _may(caller: Principal, agency_id: str) -> bool:
    return decide(caller.actor, "load_roll", Resource("roll", owner_agency_id=agency_id)).allowed


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    line = decode_cursor(cursor).get("line")
    if not isinstance(line, int) or isinstance(line, bool) or not 0 <= line < 1 << 31:
        raise BadCursor
    return line
