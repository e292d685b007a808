"""Decides how people come to act for an agency through the API; must never let anybody be given a role by who may not give it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Response

from tereze.access import Decision, Resource, decide, decide_each, redact
from tereze.chassis.http import Caller, Idempotency, IfMatch, OpenWork, Principal, Reply, body, etag, once, refuses
from tereze.chassis.work import Work
from tereze.contracts.directory import StaffMember
from tereze.contracts.facts import Forbidden, NotFound, Stale
from tereze.contracts.founding import AddStaff, AmendStaff, MoveStaff
from tereze.contracts.ids import StaffId
from tereze.contracts.labels import Sensitivity
from tereze.contracts.words import StaffRole
from tereze.directory.domain.founding import (
    AlreadyThere,
    BodyClosed,
    RoleAboveOwn,
    RoleUnfitting,
    StaysWhileSuspended,
    SubjectTaken,
    UnknownBody,
)
from tereze.directory.founding import add_person, amend_person, move_person, open_body
from tereze.directory.store.attestations import note_act
from tereze.directory.store.founding import hold_country
from tereze.directory.store.rotas import chain_of
from tereze.directory.store.staff import KeptStaff, lock_staff, read_staff

router = APIRouter()

StaffKey = Annotated[StaffId, Path()]


@router.post("/v1/staff", response_model=StaffMember, status_code=201)
@refuses(RoleAboveOwn, RoleUnfitting, SubjectTaken, UnknownBody, BodyClosed)
async def add_staff(wish: body[AddStaff], key: Idempotency, caller: Caller, work: OpenWork) -> Response:
    """Let somebody act for an agency once they hold what their role requires. For its superiors, those of bodies above, and operators."""

    async def produce() -> Reply:
        await hold_country(work)
        agency = await open_body(work, wish.agency_id, pointer="/agency_id")
        decision = await _may_give(work, caller, wish.agency_id, given=wish.roles)
        staff_id = await add_person(work, wish, agency.kind)
        await note_act(work, "staff-added", staff_id, by=caller.staff_id, policy_id=decision.policy_id)
        return await _shown(work, staff_id, decision, status=201)

    return await once(key, work, caller, wish, produce)


@router.post("/v1/staff/{staff_id}/amend", response_model=StaffMember)
@refuses(RoleAboveOwn, RoleUnfitting)
async def amend_staff(
    staff_id: StaffKey, words: body[AmendStaff], version: IfMatch, caller: Caller, work: OpenWork
) -> Response:
    """Say what somebody is trusted with and how they are called. Only by whoever may give each role that they had or are to have."""
    kept, decision = await _entitled(staff_id, version, caller, work, given=words.roles)
    await amend_person(work, kept, words.roles, words.display_name)
    await note_act(work, "staff-amended", staff_id, by=caller.staff_id, policy_id=decision.policy_id)
    return (await _shown(work, staff_id, decision)).response()


@router.post("/v1/staff/{staff_id}/move", response_model=StaffMember)
@refuses(RoleAboveOwn, RoleUnfitting, UnknownBody, BodyClosed, StaysWhileSuspended, AlreadyThere)
async def move_staff(
    staff_id: StaffKey, words: body[MoveStaff], version: IfMatch, caller: Caller, work: OpenWork
) -> Response:
    """Let somebody act for another agency from now on. By whoever may give their roles in both; their duties pass to colleagues they leave."""
    kept, left = await _entitled(staff_id, version, caller, work, given=())
    to = await open_body(work, words.agency_id, pointer="/agency_id")
    if to.agency_id == kept.member.agency_id:
        raise AlreadyThere(pointer="/agency_id")
    entered = await _may_give(work, caller, to.agency_id, given=words.roles)
    if kept.suspended:
        raise StaysWhileSuspended
    decision = _together([left, entered])
    await move_person(work, kept, to, words.roles)
    await note_act(work, "staff-moved", staff_id, by=caller.staff_id, policy_id=decision.policy_id)
    return (await _shown(work, staff_id, decision)).response()


async def _entitled(
    staff_id: str, version: int, caller: Principal, work: Work, *, given: Sequence[StaffRole]
) -> tuple[KeptStaff, Decision]:
    """The person, locked, at the version the caller read, with the policies that let them give and take these roles."""
    await hold_country(work)
    kept = await lock_staff(work, staff_id)
    if kept is None:
        raise NotFound
    agency_id = kept.member.agency_id
    before = await _decided(work, caller, agency_id, kept.member.roles, staff_id)
    above = frozenset({kept.parent_agency_id} if kept.parent_agency_id else ())
    of_them = Resource("attestation", owner_agency_id=agency_id, above=above, staff=staff_id)
    known = agency_id == caller.agency_id or decide(caller.actor, "read_attestation", of_them).allowed
    if not (known or all(answer.allowed for answer in before)):
        raise NotFound
    if not all(answer.allowed for answer in before):
        raise Forbidden("people are kept by whoever may give each of their roles, and nobody keeps themselves")
    decision = _together([*before, await _may_give(work, caller, agency_id, given=given, staff_id=staff_id)])
    if version != kept.version:
        raise Stale(current_version=kept.version)
    return kept, decision


async def _may_give(
    work: Work, caller: Principal, agency_id: str, *, given: Sequence[StaffRole], staff_id: str = ""
) -> Decision:
    """The policies that let the caller give all of these roles. Raises RoleAboveOwn, pointing at the first they do not."""
    answers = await _decided(work, caller, agency_id, given, staff_id)
    for number, answer in enumerate(answers):
        if not answer.allowed:
            raise RoleAboveOwn(pointer=f"/roles/{number}")
    return _together(answers)


async def _decided(
    work: Work, caller: Principal, agency_id: str, roles: Iterable[StaffRole], staff_id: str
) -> Sequence[Decision]:
    above = frozenset(await chain_of(work, agency_id)) - {agency_id}
    person = Resource("agency", owner_agency_id=agency_id, above=above, staff=staff_id)
    return decide_each(caller.actor, [("give_role", replace(person, role=role)) for role in roles])


def _together(answers: Sequence[Decision]) -> Decision:
    """Several decisions, all of them yes, as one: every policy is named."""
    named = sorted({policy for answer in answers for policy in answer.policy_id.split() if policy})
    labels = frozenset[Sensitivity]().union(*(answer.labels for answer in answers))
    return Decision(allowed=True, policy_id=" ".join(named), labels=labels)


async def _shown(work: Work, staff_id: str, decision: Decision, *, status: int = 200) -> Reply:
    kept = await read_staff(work, staff_id)
    assert kept is not None, "it was written above"
    where = {"Location": f"/v1/staff/{staff_id}/attestation"} if status == 201 else {}  # noqa: PLR2004 - created
    return Reply(status, redact(kept.member, decision.labels), {**etag(kept.version), **where})
