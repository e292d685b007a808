"""Decides what is answered about investigations of staff and how one goes on; must never tell the agency of whom a case accuses."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from tereze.access import Decision, Resource, decide, redact
from tereze.chassis.http import Caller, Idempotency, IfMatch, OpenWork, Principal, Reply, body, etag, once, refuses
from tereze.chassis.work import Work
from tereze.contracts.facts import Forbidden, NotFound, Stale
from tereze.contracts.ids import InvestigationId, StaffId
from tereze.contracts.investigations import (
    ConcludeInvestigation,
    InvestigationList,
    InvestigationView,
    OpenInvestigation,
    RecordAccount,
    RecordInterview,
)
from tereze.directory.domain.investigation import (
    Consequence,
    InterviewAhead,
    Investigation,
    InvestigationEnded,
    MentorMissing,
    NotHeard,
    conclude,
    record_account,
    record_interview,
)
from tereze.directory.store.attestations import note_act
from tereze.directory.store.investigations import (
    investigations_of,
    keep_investigation,
    lock_investigation,
    texts_of,
)
from tereze.directory.store.staff import KeptStaff, lock_staff, read_staff
from tereze.directory.suspending import carry_out, open_investigation

router = APIRouter()

StaffKey = Annotated[StaffId, Path()]
Word = Callable[[Investigation], Consequence | None]


class Step:
    """One word of one caller on one investigation: 404, 412 and 409 in this order, then the effect."""

    def __init__(
        self,
        staff_id: StaffKey,
        investigation_id: Annotated[InvestigationId, Path()],
        version: IfMatch,
        caller: Caller,
        work: OpenWork,
    ) -> None:
        self.staff_id, self.investigation_id, self.version = staff_id, investigation_id, version
        self.caller, self.work = caller, work

    async def run(self, what: str, word: Word, text: str | None = None) -> Response:
        """Let the word take effect and show what became of the investigation."""
        kept = await lock_staff(self.work, self.staff_id)
        one = await lock_investigation(self.work, self.investigation_id)
        decision = _may_lead(self.caller, kept, one) if kept and one and one.staff_id == self.staff_id else None
        if kept is None or one is None or decision is None or not decision.allowed:
            raise NotFound
        if self.version != one.version:
            raise Stale(current_version=one.version, current_state=one.state)
        consequence = word(one)
        await keep_investigation(self.work, one, {what: text})
        await note_act(self.work, f"investigation:{what}", self.staff_id, by=self.caller.staff_id, policy_id=decision.policy_id)  # fmt: skip
        if consequence is not None:
            await carry_out(self.work, kept, consequence, by=self.caller.staff_id)
        return (await _shown(self.work, kept, one, decision)).response()


Taken = Annotated[Step, Depends()]


@router.get("/v1/staff/{staff_id}/investigations", response_model=InvestigationList)
async def list_investigations(staff_id: StaffKey, caller: Caller, work: OpenWork) -> Response:
    """The investigations of a staff member that you may lead, the newest first."""
    kept = await read_staff(work, staff_id)
    if kept is None or not _may_open(caller, kept).allowed:
        raise NotFound
    items = []
    for one in await investigations_of(work, staff_id):
        decision = _may_lead(caller, kept, one)
        if decision.allowed:
            items.append(redact(await _view(work, kept, one), decision.labels))
    return Reply(200, {"items": items}).response()


@router.post("/v1/staff/{staff_id}/investigations", response_model=InvestigationView, status_code=201)
async def open_new_investigation(
    staff_id: StaffKey, opened: body[OpenInvestigation], key: Idempotency, caller: Caller, work: OpenWork
) -> Response:
    """Look into what a staff member is said to have done. Their access ends at once, everywhere, until it is concluded."""

    async def produce() -> Reply:
        kept = await lock_staff(work, staff_id)
        if kept is None:
            raise NotFound
        decision = _may_open(caller, kept)
        if not decision.allowed:
            raise Forbidden if kept.member.agency_id == caller.agency_id else NotFound
        one = await open_investigation(work, kept, opened.kind, opened.concern, by=caller.staff_id)
        await note_act(work, "investigation:opened", staff_id, by=caller.staff_id, policy_id=decision.policy_id)
        return await _shown(work, kept, one, decision, status=201)

    return await once(key, work, caller, opened, produce)


@router.post("/v1/staff/{staff_id}/investigations/{investigation_id}/interview", response_model=InvestigationView)
@refuses(InvestigationEnded, InterviewAhead)
async def interview(step: Taken, held: body[RecordInterview]) -> Response:
    """Record that the person was heard."""
    return await step.run("interview", lambda one: record_interview(one, held.at, step.work.now))


@router.post("/v1/staff/{staff_id}/investigations/{investigation_id}/account", response_model=InvestigationView)
@refuses(InvestigationEnded)
async def take_account(step: Taken, given: body[RecordAccount]) -> Response:
    """Record the person's own account, or that they were asked and gave none."""
    return await step.run("account", lambda one: record_account(one, step.work.now), given.account)


@router.post("/v1/staff/{staff_id}/investigations/{investigation_id}/conclude", response_model=InvestigationView)
@refuses(InvestigationEnded, NotHeard, MentorMissing)
async def conclude_investigation(step: Taken, found: body[ConcludeInvestigation]) -> Response:
    """State the findings and what follows: nothing, training anew, mentoring, or removal from the role."""
    mentor = await read_staff(step.work, found.mentor_staff_id) if found.mentor_staff_id else None
    if found.mentor_staff_id and (mentor is None or not mentor.member.active):
        raise MentorMissing(pointer="/mentor_staff_id")

    def word(one: Investigation) -> Consequence:
        return conclude(one, found.outcome, found.mentor_staff_id, step.work.now)

    return await step.run("finding", word, found.finding)


def _may_open(caller: Principal, kept: KeptStaff) -> Decision:
    return decide(caller.actor, "open_investigation", _resource(kept))


def _may_lead(caller: Principal, kept: KeptStaff, one: Investigation) -> Decision:
    return decide(caller.actor, "lead_investigation", _resource(kept, one))


def _resource(kept: KeptStaff, one: Investigation | None = None) -> Resource:
    owner = kept.member.agency_id
    return Resource(
        "investigation",
        owner_agency_id=owner,
        above=frozenset({kept.parent_agency_id} if kept.parent_agency_id else ()),
        staff=kept.member.staff_id,
        excluded=frozenset({owner} if one and one.from_a_case else ()),
    )


async def _shown(work: Work, kept: KeptStaff, one: Investigation, decision: Decision, *, status: int = 200) -> Reply:
    return Reply(status, redact(await _view(work, kept, one), decision.labels), etag(one.version))


async def _view(work: Work, kept: KeptStaff, one: Investigation) -> InvestigationView:
    facts: dict[str, Any] = {name: getattr(one, name) for name in one.__slots__}
    facts |= await texts_of(work, one.investigation_id)
    return InvestigationView(**facts, state=one.state, agency_id=kept.member.agency_id)
