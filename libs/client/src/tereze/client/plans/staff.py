"""Decides how people are let in, read, moved, attested, suspended and investigated; must never do I/O."""

from datetime import datetime

from tereze.client.call import Call, Flow, Stream, creating, if_match, pages, query, segment, shape
from tereze.contracts.attestations import AttestationKind, AttestationView, RecordAttestation
from tereze.contracts.directory import StaffMember, StaffPage
from tereze.contracts.founding import AddStaff, AmendStaff, MoveStaff
from tereze.contracts.investigations import (
    BreachKind,
    ConcludeInvestigation,
    InvestigationList,
    InvestigationOutcome,
    InvestigationView,
    OpenInvestigation,
    RecordAccount,
    RecordInterview,
)
from tereze.contracts.labels import Contract
from tereze.contracts.words import StaffRole

_SIGNED = (AttestationKind.POLICY, AttestationKind.HANDBOOKS)


def listing(*, agency_id: str | None = None, limit: int | None = None) -> Stream[StaffMember]:
    """The staff of your agency, or of one below it; pages are fetched as they are needed."""
    asked = query(agency_id=agency_id, limit=limit)
    return pages(Call("GET", "/v1/staff", shape(StaffPage), asked, repeatable=True))


def me() -> Call[AttestationView]:
    """Who you are to the window, whether you may act, and if not what is missing; answers before you may do anything else."""
    return Call("GET", "/v1/staff/me", shape(AttestationView), repeatable=True)


def attestation(staff_id: str) -> Call[AttestationView]:
    """Whether somebody is fit to act, what is missing and who mends it."""
    return Call("GET", f"/v1/staff/{segment(staff_id)}/attestation", shape(AttestationView), repeatable=True)


def attest(staff_id: str, given: RecordAttestation, *, idempotency_key: str | None = None) -> Call[AttestationView]:
    """Sign for yourself, or record a colleague's training or vetting as their superior."""
    where = f"/v1/staff/{segment(staff_id)}/attestations"
    headers = creating(idempotency_key)
    return Call("POST", where, shape(AttestationView), body=given, headers=headers, repeatable=True)


def sign(*, evidence: str) -> Flow[AttestationView]:
    """Sign every policy and all handbooks that you have to and have not; nothing where nothing is missing."""
    view: AttestationView = yield me()
    for asked in view.requirements:
        if asked.kind in _SIGNED and not asked.met:
            word = RecordAttestation(kind=asked.kind, edition=asked.edition, evidence=evidence)
            view = yield attest(view.staff_id, word)
    return view


def revoke(staff_id: str, attestation_id: str, *, version: int | None = None) -> Flow[AttestationView]:
    """Take back a training or vetting that should not count."""
    if version is None:
        version = (yield attestation(staff_id)).version
    where = f"/v1/staff/{segment(staff_id)}/attestations/{segment(attestation_id)}/revoke"
    answer: AttestationView = yield Call("POST", where, shape(AttestationView), headers=if_match(version))
    return answer


def add(wish: AddStaff, *, idempotency_key: str | None = None) -> Call[StaffMember]:
    """Let somebody act for an agency, once they hold what their role requires."""
    headers = creating(idempotency_key)
    return Call("POST", "/v1/staff", shape(StaffMember), body=wish, headers=headers, repeatable=True)


def amend(
    staff_id: str,
    *,
    roles: tuple[StaffRole, ...] | None = None,
    display_name: str | None = None,
    version: int | None = None,
) -> Flow[StaffMember]:
    """Say what somebody is trusted with or how they are called; what is left out stays. Without a version: as they are now."""
    if version is None or roles is None or display_name is None:
        known: AttestationView = yield attestation(staff_id)
        version, roles = version or known.version, roles or known.roles
        display_name = display_name or known.display_name
    body, where = AmendStaff(roles=roles, display_name=display_name), f"/v1/staff/{segment(staff_id)}/amend"
    answer: StaffMember = yield Call("POST", where, shape(StaffMember), body=body, headers=if_match(version))
    return answer


def move(
    staff_id: str, *, agency_id: str, roles: tuple[StaffRole, ...] | None = None, version: int | None = None
) -> Flow[StaffMember]:
    """Let somebody act for another agency from now on, in the roles they have or in others. Without a version: as they are now."""
    if version is None or roles is None:
        known: AttestationView = yield attestation(staff_id)
        version, roles = version or known.version, roles or known.roles
    body, where = MoveStaff(agency_id=agency_id, roles=roles), f"/v1/staff/{segment(staff_id)}/move"
    answer: StaffMember = yield Call("POST", where, shape(StaffMember), body=body, headers=if_match(version))
    return answer


def suspend(staff_id: str) -> Call[StaffMember]:
    """Take a member's access away, as their head or manager or as an operator; it bites on their next call."""
    return Call("POST", f"/v1/staff/{segment(staff_id)}/suspend", shape(StaffMember), repeatable=True)


def reinstate(staff_id: str) -> Call[StaffMember]:
    """Give a suspended member their access back."""
    return Call("POST", f"/v1/staff/{segment(staff_id)}/reinstate", shape(StaffMember), repeatable=True)


def investigations(staff_id: str) -> Call[InvestigationList]:
    """The investigations of somebody that you may lead, the newest first."""
    return Call("GET", f"/v1/staff/{segment(staff_id)}/investigations", shape(InvestigationList), repeatable=True)


def investigate(
    staff_id: str, *, kind: BreachKind, concern: str, idempotency_key: str | None = None
) -> Call[InvestigationView]:
    """Look into what somebody is said to have done; their access ends at once."""
    where, body = f"/v1/staff/{segment(staff_id)}/investigations", OpenInvestigation(kind=kind, concern=concern)
    return Call("POST", where, shape(InvestigationView), body=body, headers=creating(idempotency_key), repeatable=True)


def interview(investigation: InvestigationView, *, at: datetime) -> Call[InvestigationView]:
    """Record that the person was heard."""
    return _step(investigation, "interview", RecordInterview(at=at))


def account(investigation: InvestigationView, *, account: str | None = None) -> Call[InvestigationView]:
    """Record the person's own account; without one, that they were asked and gave none."""
    return _step(investigation, "account", RecordAccount(account=account))


def conclude(
    investigation: InvestigationView,
    *,
    outcome: InvestigationOutcome,
    finding: str,
    mentor_staff_id: str | None = None,
) -> Call[InvestigationView]:
    """State the findings and what follows for the person."""
    body = ConcludeInvestigation(outcome=outcome, finding=finding, mentor_staff_id=mentor_staff_id)
    return _step(investigation, "conclude", body)


def _step(one: InvestigationView, word: str, body: Contract) -> Call[InvestigationView]:
    where = f"/v1/staff/{segment(one.staff_id)}/investigations/{segment(one.investigation_id)}/{word}"
    return Call("POST", where, shape(InvestigationView), body=body, headers=if_match(one.version))
