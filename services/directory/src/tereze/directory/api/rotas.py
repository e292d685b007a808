"""Decides what is answered about rotas and whom to call, and how a rota is kept; must never show another agency's people."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime

from tereze.access import Decision, Resource, decide, redact
from tereze.access.decisions import Action
from tereze.chassis.http import Caller, Idempotency, IfMatch, OpenWork, Principal, Reply, body, etag, once, refuses
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.directory import Agency
from tereze.contracts.facts import Forbidden, NotFound, Stale
from tereze.contracts.ids import AgencyId, ShiftId
from tereze.contracts.rotas import AddShift, ContactLadder, RotaPublished, RotaView, Shift
from tereze.directory.domain.rota import ShiftOfAnother, ShiftOutOfBounds, check_shift, ladder, on_duty
from tereze.directory.store.attestations import note_act
from tereze.directory.store.country import find_agency
from tereze.directory.store.rotas import chain_of, drop_shift, keep_shift, people_of, rota_version, shifts_of

router = APIRouter()

AgencyKey = Annotated[AgencyId, Path()]
At = Annotated[
    AwareDatetime | None, Query(description="At this instant; left out, now", examples=["2026-07-24T11:40:00Z"])
]


@router.get("/v1/agencies/{agency_id}/rota", response_model=RotaView)
async def read_rota(agency_id: AgencyKey, caller: Caller, work: OpenWork, at: At = None) -> Response:
    """Who of an agency is on duty at an instant, and the shifts that are not over."""
    _, decision = await _entitled(agency_id, caller, work, "read_rota")
    return (await _shown(work, agency_id, decision, at=at)).response()


@router.post("/v1/agencies/{agency_id}/rota", response_model=RotaView, status_code=201)
@refuses(ShiftOutOfBounds, ShiftOfAnother)
async def add_shift(
    agency_id: AgencyKey, added: body[AddShift], key: Idempotency, caller: Caller, work: OpenWork
) -> Response:
    """Put somebody of the agency on duty. From the first shift on, only who is on the rota counts as on duty."""

    async def produce() -> Reply:
        _, decision = await _entitled(agency_id, caller, work, "keep_rota")
        check_shift(added, work.now)
        if added.staff_id not in {member.staff_id for member in await people_of(work, agency_id)}:
            raise ShiftOfAnother(pointer="/staff_id")
        await rota_version(work, agency_id, lock=True)
        await keep_shift(work, agency_id, Shift(**added.model_dump(), shift_id=new_id("shf")))
        await _tell(work, agency_id, caller, decision, "shift-added")
        return await _shown(work, agency_id, decision, status=201)

    return await once(key, work, caller, added, produce)


@router.delete("/v1/agencies/{agency_id}/rota/{shift_id}", response_model=RotaView)
async def remove_shift(
    agency_id: AgencyKey, shift_id: Annotated[ShiftId, Path()], version: IfMatch, caller: Caller, work: OpenWork
) -> Response:
    """Take a shift off the rota."""
    _, decision = await _entitled(agency_id, caller, work, "keep_rota")
    current = await rota_version(work, agency_id, lock=True)
    if version != current:
        raise Stale(current_version=current)
    if await drop_shift(work, agency_id, shift_id) is None:
        raise NotFound
    await _tell(work, agency_id, caller, decision, "shift-removed")
    return (await _shown(work, agency_id, decision)).response()


@router.get("/v1/agencies/{agency_id}/contacts", response_model=ContactLadder)
async def read_contacts(agency_id: AgencyKey, caller: Caller, work: OpenWork, at: At = None) -> Response:
    """Whom to call, in order: who is on duty, the manager, the head, then those of the bodies above."""
    _, decision = await _entitled(agency_id, caller, work, "read_rota")
    instant = at or work.now
    chain = [(each, await people_of(work, each)) for each in await chain_of(work, agency_id)]
    first = on_duty(chain[0][1], await shifts_of(work, agency_id), instant)
    return Reply(200, redact(ContactLadder(rungs=tuple(ladder(chain, first, instant))), decision.labels)).response()


async def _entitled(agency_id: str, caller: Principal, work: Work, action: Action) -> tuple[Agency, Decision]:
    found = await find_agency(work, agency_id)
    if found is None:
        raise NotFound
    above = frozenset({found.parent_agency_id} if found.parent_agency_id else ())
    resource = Resource("rota", owner_agency_id=agency_id, above=above)
    if not decide(caller.actor, "read_rota", resource).allowed:
        raise NotFound
    decision = decide(caller.actor, action, resource)
    if not decision.allowed:
        raise Forbidden("the rota is kept by heads and managers of the agency or of the body above it")
    return found, decision


async def _tell(work: Work, agency_id: str, caller: Principal, decision: Decision, what: str) -> None:
    await note_act(work, what, agency_id, by=caller.staff_id, policy_id=decision.policy_id)
    version, shifts = await rota_version(work, agency_id), tuple(await shifts_of(work, agency_id))
    work.publish(RotaPublished(agency_id=agency_id, version=version, shifts=shifts))


async def _shown(
    work: Work, agency_id: str, decision: Decision, *, at: datetime | None = None, status: int = 200
) -> Reply:
    version, shifts, instant = await rota_version(work, agency_id), await shifts_of(work, agency_id), at or work.now
    able = tuple(on_duty(await people_of(work, agency_id), shifts, instant))
    view = RotaView(agency_id=agency_id, version=version, at=instant, on_duty=able, shifts=tuple(shifts))
    return Reply(status, redact(view, decision.labels), etag(version))
