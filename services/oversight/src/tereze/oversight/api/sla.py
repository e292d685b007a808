"""Decides whose standing is answered to whom; must never show an agency that the caller may not see."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from tereze.access import Resource, decide
from tereze.chassis.http import Caller, OpenWork, Reply, refuses
from tereze.contracts.facts import NotFound
from tereze.contracts.ids import AgencyId
from tereze.contracts.sla import SlaBoard
from tereze.contracts.words import ClockKind
from tereze.oversight.store.clocks import standings

router = APIRouter(tags=["oversight"])


@router.get("/v1/sla", response_model=SlaBoard)
@refuses(NotFound)
async def read_sla(
    caller: Caller,
    work: OpenWork,
    agency: Annotated[AgencyId | None, Query(description="Only this agency; left out, all that you may see")] = None,
    kind: Annotated[ClockKind | None, Query(description="Only this obligation")] = None,
) -> Response:
    """How agencies stand on their deadlines: your own, or all for operators and the Ombudsman."""
    sees_all = decide(caller.actor, "read_sla", Resource("sla")).allowed
    asked = agency if sees_all else agency or caller.agency_id
    if asked is not None and not decide(caller.actor, "read_sla", Resource("sla", owner_agency_id=asked)).allowed:
        raise NotFound
    rows = await standings(work, caller.actor, agency_id=asked, kind=kind)
    board = SlaBoard(as_of=work.now, rows=tuple(standing.row(work.now) for standing in rows))
    return Reply(200, board).response()
