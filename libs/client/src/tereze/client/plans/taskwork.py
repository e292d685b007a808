"""Decides how a task is held, passed on, disputed, ended and owed again; must never do I/O or repeat a decision somebody overtook.

Like every command it takes the task as it was read, or its id with the ``version`` it was decided on.
"""

from datetime import datetime

from tereze.client.call import Flow
from tereze.client.plans.speaking import given, of_task
from tereze.contracts.cases import Contact, TaskView
from tereze.contracts.disputes import DecideDispute, DisputeTask
from tereze.contracts.evidence import RecordEvidence
from tereze.contracts.tasks import (
    AcceptHandOver,
    ConfirmTask,
    EndHandOver,
    HoldTask,
    NameResponsible,
    NotAchieveTask,
    OfferHandOver,
    RecordAttempt,
    RecordContact,
    RedirectTask,
    ReopenTask,
    RerouteTask,
    ResumeTask,
    VoidTask,
    WithdrawTask,
)
from tereze.contracts.words import (
    ClockKind,
    DisputeFinding,
    DisputeReason,
    HandOverReason,
    HoldReason,
    NotAchievedReason,
    Place,
    ReopenReason,
    RerouteReason,
    VoidReason,
    WithdrawReason,
)

OneTask = TaskView | str


def name_responsible(task: OneTask, *, responsible_staff_id: str, version: int | None = None) -> Flow[TaskView]:
    """Name, as a manager, who of your people has the task from now on."""
    body = NameResponsible(responsible_staff_id=responsible_staff_id)
    return (yield from of_task(task, "responsible", body, version))


def record_contact(task: OneTask, *, contact: Contact, version: int | None = None) -> Flow[TaskView]:
    """Record that the child was seen; stops *see the child*."""
    return (yield from of_task(task, "contacts", RecordContact(contact=contact), version))


def record_attempt(
    task: OneTask, *, at: datetime, place: Place, remark: str | None = None, version: int | None = None
) -> Flow[TaskView]:
    """Record that somebody tried to see the child; no deadline ends by it."""
    return (
        yield from of_task(task, "contact-attempts", given(RecordAttempt, at=at, place=place, remark=remark), version)
    )


def record_evidence(
    task: OneTask,
    *,
    duty: ClockKind,
    at: datetime,
    reference: str | None = None,
    remark: str | None = None,
    version: int | None = None,
) -> Flow[TaskView]:
    """Put on record that a duty of the task was done; a protective measure names its decision as ``reference``."""
    body = given(RecordEvidence, duty=duty, at=at, reference=reference, remark=remark)
    return (yield from of_task(task, "evidence", body, version))


def hold(
    task: OneTask, *, reason: HoldReason, review_at: datetime, remark: str | None = None, version: int | None = None
) -> Flow[TaskView]:
    """Let work wait, as a manager, until a review date; no deadline pauses."""
    return (
        yield from of_task(task, "hold", given(HoldTask, reason=reason, review_at=review_at, remark=remark), version)
    )


def resume(task: OneTask, *, remark: str | None = None, version: int | None = None) -> Flow[TaskView]:
    """Go on with a task that waits."""
    return (yield from of_task(task, "resume", given(ResumeTask, remark=remark), version))


def reroute(
    task: OneTask,
    *,
    reason: RerouteReason,
    agency_id: str | None = None,
    remark: str | None = None,
    version: int | None = None,
) -> Flow[TaskView]:
    """Give an unanswered task to another agency, as coordinator or operator."""
    body = given(RerouteTask, reason=reason, agency_id=agency_id, remark=remark)
    return (yield from of_task(task, "reroute", body, version))


def redirect(
    task: OneTask, *, reason: RerouteReason, agency_id: str, remark: str | None = None, version: int | None = None
) -> Flow[TaskView]:
    """Name the right agency, as the holder's manager; it is accountable at once."""
    body = given(RedirectTask, reason=reason, agency_id=agency_id, remark=remark)
    return (yield from of_task(task, "redirect", body, version))


def hand_over(
    task: OneTask, *, agency_id: str, reason: HandOverReason, remark: str | None = None, version: int | None = None
) -> Flow[TaskView]:
    """Ask another agency, as a manager, to take the task; you stay accountable until it accepts."""
    body = given(OfferHandOver, agency_id=agency_id, reason=reason, remark=remark)
    return (yield from of_task(task, "hand-over", body, version))


def accept_hand_over(
    task: OneTask, *, responsible_staff_id: str | None = None, version: int | None = None
) -> Flow[TaskView]:
    """Take a task that is handed over, as a manager, as it stands."""
    body = given(AcceptHandOver, responsible_staff_id=responsible_staff_id)
    return (yield from of_task(task, "hand-over/accept", body, version))


def end_hand_over(task: OneTask, *, remark: str | None = None, version: int | None = None) -> Flow[TaskView]:
    """Refuse a hand-over, or take your own offer back."""
    return (yield from of_task(task, "hand-over/end", given(EndHandOver, remark=remark), version))


def dispute(task: OneTask, *, reason: DisputeReason, remark: str, version: int | None = None) -> Flow[TaskView]:
    """Say that a refusal was wrong."""
    return (yield from of_task(task, "dispute", DisputeTask(reason=reason, remark=remark), version))


def decide_dispute(
    task: OneTask, *, finding: DisputeFinding, remark: str, version: int | None = None
) -> Flow[TaskView]:
    """Decide a dispute, as the body whose level it is at."""
    return (yield from of_task(task, "dispute/decide", DecideDispute(finding=finding, remark=remark), version))


def confirm(task: OneTask, *, remark: str | None = None, version: int | None = None) -> Flow[TaskView]:
    """Confirm the result of a task of high risk, as coordinator."""
    return (yield from of_task(task, "confirm", given(ConfirmTask, remark=remark), version))


def not_achieved(
    task: OneTask, *, reason: NotAchievedReason, remark: str | None = None, version: int | None = None
) -> Flow[TaskView]:
    """Say, as a manager, that it could not be done."""
    return (yield from of_task(task, "not-achieved", given(NotAchieveTask, reason=reason, remark=remark), version))


def withdraw(task: OneTask, *, reason: WithdrawReason, remark: str, version: int | None = None) -> Flow[TaskView]:
    """Say that a task is no longer needed, as a referrer's manager or coordinator."""
    return (yield from of_task(task, "withdraw", WithdrawTask(reason=reason, remark=remark), version))


def reopen(task: OneTask, *, reason: ReopenReason, remark: str, version: int | None = None) -> Flow[TaskView]:
    """Have an ended task owed again, as coordinator or Ombudsman."""
    return (yield from of_task(task, "reopen", ReopenTask(reason=reason, remark=remark), version))


def void(task: OneTask, *, reason: VoidReason, remark: str, version: int | None = None) -> Flow[TaskView]:
    """Say that a task was entered in error; it takes a second person to make it so."""
    return (yield from of_task(task, "void", VoidTask(reason=reason, remark=remark), version))
