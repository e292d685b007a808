"""Decides what is answered about who is fit to act, and how one becomes so; must never let anybody vet or certify themselves."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from tereze.access import Decision, Resource, decide, redact
from tereze.access.decisions import Action
from tereze.chassis.http import (
    Caller,
    Idempotency,
    IfMatch,
    OpenWork,
    Principal,
    Reply,
    UnattestedCaller,
    body,
    etag,
    once,
    refuses,
)
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.attestations import (
    Attestation,
    AttestationView,
    RecordAttestation,
    RequirementStanding,
)
from tereze.contracts.facts import Forbidden, NotFound, Stale
from tereze.contracts.ids import AttestationId, StaffId
from tereze.directory.domain.attestation import (
    FOREVER,
    SIGNED,
    AttestationIncomplete,
    AttestationTooLong,
    AttestationUnknown,
    asked_of,
    lasts_until,
    met_while,
)
from tereze.directory.fitness import publish_staff, reckon
from tereze.directory.store.attestations import (
    attestations_of,
    held_by,
    keep_attestations,
    note_act,
    read_rules,
    revoke,
)
from tereze.directory.store.staff import KeptStaff, lock_staff, read_staff

router = APIRouter()

StaffKey = Annotated[StaffId, Path()]


@router.get("/v1/staff/me", response_model=AttestationView)
async def read_me(caller: UnattestedCaller, work: OpenWork) -> Response:
    """Who you are to the window, whether you may act, and if not what is missing. Answers before you may do anything else."""
    return await _read_attestation(caller.staff_id, caller, work)


@router.get("/v1/staff/{staff_id}/attestation", response_model=AttestationView)
async def read_attestation(staff_id: StaffKey, caller: UnattestedCaller, work: OpenWork) -> Response:
    """Whether somebody is fit to act, what is missing and who mends it; your own before you may do anything else."""
    return await _read_attestation(staff_id, caller, work)


@router.post("/v1/staff/{staff_id}/attestations", response_model=AttestationView, status_code=201)
@refuses(AttestationIncomplete, AttestationUnknown, AttestationTooLong)
async def record_attestation(
    staff_id: StaffKey, given: body[RecordAttestation], key: Idempotency, caller: UnattestedCaller, work: OpenWork
) -> Response:
    """Sign the policy or the handbooks for yourself; or record a colleague's training or vetting, as their superior."""

    async def produce() -> Reply:
        signing = given.kind in SIGNED
        kept, decision = await _entitled(
            staff_id, caller, work, "sign_attestation" if signing else "record_attestation"
        )
        since = given.valid_from or work.now
        until = lasts_until((await read_rules(work)).requirements, given, since)
        recorded = given.model_dump() | {"valid_from": since, "valid_until": until}
        one = Attestation(**recorded, attestation_id=new_id("att"), recorded_by=caller.staff_id, recorded_at=work.now)
        await keep_attestations(work, [(staff_id, one)])
        await _changed(work, kept, caller, decision, f"attested:{given.kind}")
        return await _shown(work, staff_id, decision, status=201)

    return await once(key, work, caller, given, produce)


@router.post("/v1/staff/{staff_id}/attestations/{attestation_id}/revoke", response_model=AttestationView)
async def revoke_attestation(
    staff_id: StaffKey,
    attestation_id: Annotated[AttestationId, Path()],
    version: IfMatch,
    caller: Caller,
    work: OpenWork,
) -> Response:
    """Take back a training or vetting that should not count; whoever is then unfit is so on their next call."""
    kept, decision = await _entitled(staff_id, caller, work, "revoke_attestation")
    if version != kept.version:
        raise Stale(current_version=kept.version)
    if not await revoke(work, staff_id, attestation_id):
        raise NotFound
    await _changed(work, kept, caller, decision, "attestation-revoked")
    return (await _shown(work, staff_id, decision)).response()


async def _read_attestation(staff_id: str, caller: Principal, work: Work) -> Response:
    if staff_id != caller.staff_id:
        caller.require_attested(work.now)
    kept = await read_staff(work, staff_id)
    decision = decide(caller.actor, "read_attestation", _resource(kept)) if kept else None
    if decision is None or not decision.allowed:
        raise NotFound
    return (await _shown(work, staff_id, decision)).response()


async def _entitled(staff_id: str, caller: Principal, work: Work, action: Action) -> tuple[KeptStaff, Decision]:
    """The person, locked, and the policy that lets the caller act; 404 for whom the caller may not read of."""
    if staff_id != caller.staff_id or action != "sign_attestation":
        caller.require_attested(work.now)
    kept = await lock_staff(work, staff_id)
    if kept is None or not decide(caller.actor, "read_attestation", _resource(kept)).allowed:
        raise NotFound
    decision = decide(caller.actor, action, _resource(kept))
    if not decision.allowed:
        raise Forbidden("one signs for oneself; training and vetting are recorded by a superior, never by oneself")
    return kept, decision


async def _changed(work: Work, kept: KeptStaff, caller: Principal, decision: Decision, what: str) -> None:
    staff_id = kept.member.staff_id
    await note_act(work, what, staff_id, by=caller.staff_id, policy_id=decision.policy_id)
    await publish_staff(work, await reckon(work, [staff_id]))


async def _shown(work: Work, staff_id: str, decision: Decision, *, status: int = 200) -> Reply:
    kept = await read_staff(work, staff_id)
    assert kept is not None, "whoever asked was told of this person"
    rules, held = await read_rules(work), (await held_by(work, [staff_id])).get(staff_id, [])
    member = kept.member
    items = []
    for asked in asked_of(rules.requirements, member.roles, kept.agency_kind):
        until = next((b for a, b in met_while(asked, held) if a <= work.now < b), None)
        named = {name: getattr(asked, name) for name in _OF_A_REQUIREMENT}
        items.append(RequirementStanding(**named, met=until is not None, until=None if until == FOREVER else until))
    view = AttestationView(
        **kept.standing.model_dump(),
        staff_id=staff_id,
        agency_id=member.agency_id,
        subject=member.subject,
        display_name=member.display_name,
        roles=member.roles,
        version=kept.version,
        rules=rules.version,
        fit=kept.standing.fit_at(work.now),
        active=member.active,
        requirements=tuple(items),
        attestations=tuple(await attestations_of(work, staff_id)),
    )
    return Reply(status, redact(view, decision.labels), etag(kept.version))


_OF_A_REQUIREMENT = ("code", "kind", "title", "mend", "edition", "discipline", "grade")


def _resource(kept: KeptStaff) -> Resource:
    above = frozenset({kept.parent_agency_id} if kept.parent_agency_id else ())
    return Resource("attestation", owner_agency_id=kept.member.agency_id, above=above, staff=kept.member.staff_id)
