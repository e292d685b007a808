"""Decides how an agency takes, works and ends its task over HTTP; must never decide a rule of it."""

from fastapi import APIRouter, Response

from tereze.chassis.http import body, refuses
from tereze.contracts.cases import AcceptTask, DeclineTask, FulfilTask, StartTask, TaskView
from tereze.contracts.evidence import RecordEvidence
from tereze.contracts.tasks import (
    HoldTask,
    NameResponsible,
    NotAchieveTask,
    RecordAttempt,
    RecordContact,
    ResumeTask,
)
from tereze.protocol.transitions import ContactMissing, DeclineBarred
from tereze.referral.api.commanding import NOT_NOW, SeenInTheFuture, SpokenOfTask, check_past
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.commands import (
    EvidenceMissing,
    ResponsibleExcluded,
    accept_task,
    decline_task,
    fail_task,
    fulfil_task,
    name_responsible,
    receive_task,
    record_attempt,
    record_contact,
    start_task,
)
from tereze.referral.domain.evidence import NotOwed, ReferenceMissing, record_done
from tereze.referral.domain.handover import NobodyElse
from tereze.referral.domain.holding import ReviewTooFarOff, hold_task, resume_task
from tereze.referral.domain.tasks import Actor, Task
from tereze.referral.naming import NobodyFit, NotYourStaff, person_for

router = APIRouter(tags=["tasks"])


@router.post("/v1/tasks/{task_id}/receive", response_model=TaskView)
@refuses(*NOT_NOW)
async def receive(command: SpokenOfTask) -> Response:
    """Say that a named person saw the task. Stops *acknowledge*."""
    return await command.run("receive_task", receive_task)


@router.post("/v1/tasks/{task_id}/accept", response_model=TaskView)
@refuses(*NOT_NOW, NotYourStaff, NobodyFit, ResponsibleExcluded)
async def accept(command: SpokenOfTask, accepted: body[AcceptTask]) -> Response:
    """Take the task, or take over the duty your agency was offered. Stops *acknowledge* and *decide*.

    Without a name a specialist takes it in person; for a manager or a computer the fit colleague with the fewest duties does.
    """
    visit, named = command.visit, accepted.responsible_staff_id
    responsible = await person_for(visit.work, visit.caller, named, command.task_id)

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        accept_task(file, task, by, responsible, moment)

    return await command.run("accept_task", word)


@router.post("/v1/tasks/{task_id}/responsible", response_model=TaskView)
@refuses(*NOT_NOW, NotYourStaff, NobodyFit, ResponsibleExcluded)
async def responsible(command: SpokenOfTask, named: body[NameResponsible]) -> Response:
    """Name, as a manager, who of your people has the task from now on."""
    visit, chosen = command.visit, named.responsible_staff_id
    staff_id = await person_for(visit.work, visit.caller, chosen, command.task_id)

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        name_responsible(file, task, by, staff_id, moment)

    return await command.run("name_responsible", word)


@router.post("/v1/tasks/{task_id}/decline", response_model=TaskView)
@refuses(*NOT_NOW, DeclineBarred, NobodyElse)
async def decline(command: SpokenOfTask, declined: body[DeclineTask]) -> Response:
    """Refuse as a manager, with a coded reason; the next agency is accountable at once. Barred for critical and high risk."""

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        decline_task(file, task, by, declined.reason, moment)

    return await command.run("decline_task", word, remark=("decline_remark", declined.remark))


@router.post("/v1/tasks/{task_id}/start", response_model=TaskView)
@refuses(*NOT_NOW, SeenInTheFuture, ContactMissing)
async def start(command: SpokenOfTask, started: body[StartTask]) -> Response:
    """Begin to work; where the step asks to see the child, with the contact. An attempt is not a contact."""

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        start_task(file, task, by, moment, contact=started.contact is not None)

    return await command.run("start_task", word, contact=started.contact)


@router.post("/v1/tasks/{task_id}/contacts", response_model=TaskView)
@refuses(*NOT_NOW, SeenInTheFuture)
async def contact(command: SpokenOfTask, recorded: body[RecordContact]) -> Response:
    """Record that the child was seen. Stops *see the child*."""
    return await command.run("record_contact", record_contact, contact=recorded.contact)


@router.post("/v1/tasks/{task_id}/contact-attempts", response_model=TaskView)
@refuses(*NOT_NOW, SeenInTheFuture)
async def attempt(command: SpokenOfTask, tried: body[RecordAttempt]) -> Response:
    """Record that somebody tried to see the child. No deadline ends by it."""
    check_past(tried.at, command.visit.work.now, "/at")

    def word(file: CaseFile, task: Task, by: Actor, _moment: Moment) -> None:
        record_attempt(file, task, by)

    return await command.run("record_contact", word, remark=("contact_attempt", tried.remark))


@router.post("/v1/tasks/{task_id}/evidence", response_model=TaskView)
@refuses(*NOT_NOW, SeenInTheFuture, NotOwed, ReferenceMissing)
async def evidence(command: SpokenOfTask, done: body[RecordEvidence]) -> Response:
    """Put on record that a duty of the task was done: a protective decision, an examination, an interview."""
    check_past(done.at, command.visit.work.now, "/at")

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        record_done(file, task, by, moment, duty=done.duty, reference=done.reference)

    text = " ".join(filter(None, (done.reference, done.remark))) or None
    return await command.run("record_evidence", word, remark=(f"evidence.{done.duty}", text))


@router.post("/v1/tasks/{task_id}/hold", response_model=TaskView)
@refuses(*NOT_NOW, ReviewTooFarOff)
async def hold(command: SpokenOfTask, held: body[HoldTask]) -> Response:
    """Let work wait, as a manager, until a review date; no deadline pauses, and at that date work goes on by itself."""

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        hold_task(file, task, by, moment, reason=held.reason, review_at=held.review_at)

    return await command.run("hold_task", word, remark=("hold_remark", held.remark))


@router.post("/v1/tasks/{task_id}/resume", response_model=TaskView)
@refuses(*NOT_NOW)
async def resume(command: SpokenOfTask, resumed: body[ResumeTask]) -> Response:
    """Go on with a task that waits."""

    def word(file: CaseFile, task: Task, by: Actor, _moment: Moment) -> None:
        resume_task(file, task, by)

    return await command.run("resume_task", word, remark=("resume_remark", resumed.remark))


@router.post("/v1/tasks/{task_id}/fulfil", response_model=TaskView)
@refuses(*NOT_NOW, SeenInTheFuture, ContactMissing, EvidenceMissing)
async def fulfil(command: SpokenOfTask, done: body[FulfilTask]) -> Response:
    """Finish the task. The contact comes with it where the step asks to see the child and none is on record."""

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        fulfil_task(file, task, by, done.outcome, moment, contact=done.contact is not None, services=done.services)

    return await command.run("fulfil_task", word, contact=done.contact, remark=("child_view", done.child_view))


@router.post("/v1/tasks/{task_id}/not-achieved", response_model=TaskView)
@refuses(*NOT_NOW, NobodyElse)
async def not_achieved(command: SpokenOfTask, failed: body[NotAchieveTask]) -> Response:
    """Say, as a manager, that it could not be done; at high risk another agency is accountable at once."""

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        fail_task(file, task, by, failed.reason, moment)

    return await command.run("fail_task", word, remark=("not_achieved_remark", failed.remark))
