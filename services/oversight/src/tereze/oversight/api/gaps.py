"""Decides who is told where the rules have no ground for what children need; must never tell which child."""

from fastapi import APIRouter, Response

from tereze.access import Resource, decide, redact
from tereze.chassis.http import Caller, OpenWork, Reply
from tereze.contracts.eligibility import GapBoard
from tereze.contracts.facts import Forbidden
from tereze.oversight.store.gaps import count_gaps

router = APIRouter(tags=["oversight"])


@router.get("/v1/gaps", response_model=GapBoard)
async def read_gaps(caller: Caller, work: OpenWork) -> Response:
    """How many children met each gap of the rules: a service they needed, and no ground on which to give it."""
    decision = decide(caller.actor, "read_gaps", Resource("gaps"))
    if not decision.allowed:
        raise Forbidden("gaps are shown to the Ombudsman's desk, the ministry and operators")
    board = GapBoard(as_of=work.now, rows=await count_gaps(work))
    return Reply(200, redact(board, decision.labels)).response()
