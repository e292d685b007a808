"""Decides what an agency's word on its own task changes; must never let anybody but the holder, or the one offered, speak."""

from tereze.access import Bodies, units_of
from tereze.contracts.cases import TaskAccepted, TaskDeclined, TaskFulfilled, TaskReceived, TaskStarted, TaskWithdrawn
from tereze.contracts.casework import CaseActivated
from tereze.contracts.exclusions import ExclusionBasis
from tereze.contracts.facts import Conflict, Invalid
from tereze.contracts.tasks import (
    TaskConfirmed,
    TaskContactAttempted,
    TaskContactRecorded,
    TaskNotAchieved,
    TaskResponsibleNamed,
)
from tereze.contracts.words import (
    CaseState,
    ClockKind,
    DeclineReason,
    DeliveredService,
    NotAchievedReason,
    Outcome,
    Starts,
    TaskState,
    Transition,
    WithdrawReason,
)
from tereze.protocol import GRAVE, Rule
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.duties import start_for_desk, start_on
from tereze.referral.domain.exclusion import Exclusion
from tereze.referral.domain.handover import follow_on, next_holder, take_over
from tereze.referral.domain.keeping_out import record_exclusion, take_everything
from tereze.referral.domain.standing import LIVE, allow
from tereze.referral.domain.tasks import Actor, Task


class NothingToConfirm(Conflict):
    """No coordinator is asked to confirm this result, or one did."""

    code = "no-confirmation-asked"
    title = "Nothing is to be confirmed on this task"


class EvidenceMissing(Conflict):
    """A duty of the task has no evidence yet; finishing the task is none."""

    code = "evidence-missing"
    title = "A duty of this task has no evidence yet"


class ResponsibleExcluded(Invalid):
    """Whoever is named as responsible must not touch the case."""

    code = "responsible-excluded"
    title = "This person must not touch the case; name another"


def receive_task(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
    """A named member of the holder saw the task."""
    rule = allow(file, task, Transition.RECEIVED, by)
    _move(task, rule)
    file.tell_of(task, TaskReceived, by)
    file.stop_clocks(task.task_id, rule.stops, moment.now)
    start_on(file, Starts.TASK_RECEIVED, moment, task)


def accept_task(file: CaseFile, task: Task, by: Actor, responsible_staff_id: str, moment: Moment) -> None:
    """The holder takes the task; or the agency that was offered it takes it over. Raises ResponsibleExcluded."""
    if responsible_staff_id in file.excluded:
        raise ResponsibleExcluded(pointer="/responsible_staff_id")
    if task.offered_agency_id == by.agency_id and not task.hand_over and file.state in LIVE:
        take_over(file, task, by, moment)
    rule = allow(file, task, Transition.ACCEPTED, by)
    _move(task, rule)
    task.responsible_staff_id = responsible_staff_id
    task.end_offer()
    file.tell_of(task, TaskAccepted, by, responsible_staff_id=responsible_staff_id)
    file.stop_clocks(task.task_id, rule.stops, moment.now)
    start_on(file, Starts.TASK_ACCEPTED, moment, task)
    if file.state in {CaseState.TRIAGED, CaseState.REOPENED}:
        file.state = CaseState.ACTIVE
        file.tell(CaseActivated, state=file.state, by_agency_id=by.agency_id, by_staff_id=by.staff_id)


def name_responsible(file: CaseFile, task: Task, by: Actor, responsible_staff_id: str, moment: Moment) -> None:
    """The holder's manager says which of their people has the task from now on."""
    if responsible_staff_id in file.excluded:
        raise ResponsibleExcluded(pointer="/responsible_staff_id")
    rule = allow(file, task, Transition.NAMED, by)
    task.responsible_staff_id = responsible_staff_id
    file.tell_of(task, TaskResponsibleNamed, by, responsible_staff_id=responsible_staff_id)
    file.stop_clocks(task.task_id, rule.stops, moment.now)


def decline_task(file: CaseFile, task: Task, by: Actor, reason: DeclineReason, moment: Moment) -> None:
    """The holder's manager refuses, and in the same breath the next agency becomes accountable.

    Raises DeclineBarred, or NobodyElse where there is none. A conflict of interest takes every duty of the case away.
    """
    rule = allow(file, task, Transition.DECLINED, by)
    conflict = _own_conflict(by, moment) if reason is DeclineReason.CONFLICT_OF_INTEREST else None
    successor = next_holder(file, task, moment, also_barred=conflict.bodies.all if conflict else frozenset())
    _move(task, rule)
    task.end_offer()
    file.tell_of(task, TaskDeclined, by, reason=reason)
    file.stop_clocks(task.task_id, rule.stops, moment.now)
    if conflict is not None:
        record_exclusion(file, conflict)
    follow_on(file, task, successor, moment)
    if conflict is not None:
        take_everything(file, moment)


def _own_conflict(by: Actor, moment: Moment) -> Exclusion:
    units = units_of(by.agency_id, moment.roster.agencies)
    bodies = Bodies(agency_ids=units, with_units=units)
    exclusion_id, basis = moment.new_id("exc"), ExclusionBasis.CONFLICT_OF_INTEREST
    return Exclusion(exclusion_id, basis, bodies, moment.now, by.agency_id, by.staff_id)


def start_task(file: CaseFile, task: Task, by: Actor, moment: Moment, *, contact: bool) -> None:
    """Work began; where the step asks to see the child, with the record of a contact."""
    rule = allow(file, task, Transition.STARTED, by, contact=contact)
    _move(task, rule)
    task.child_seen |= contact
    file.tell_of(task, TaskStarted, by)
    file.stop_clocks(task.task_id, rule.stops, moment.now)


def record_contact(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
    """The child was seen, once more or at last."""
    rule = allow(file, task, Transition.CONTACTED, by)
    task.child_seen = True
    file.tell_of(task, TaskContactRecorded, by)
    file.stop_clocks(task.task_id, rule.stops, moment.now)


def record_attempt(file: CaseFile, task: Task, by: Actor) -> None:
    """Somebody tried to see the child. Nothing ends by it."""
    allow(file, task, Transition.CONTACTED, by)
    file.tell_of(task, TaskContactAttempted, by)


def fulfil_task(
    file: CaseFile,
    task: Task,
    by: Actor,
    outcome: Outcome,
    moment: Moment,
    *,
    contact: bool,
    services: tuple[DeliveredService, ...] = (),
) -> None:
    """The piece of the response is done. At high risk a coordinator has to confirm it."""
    rule = allow(file, task, Transition.FULFILLED, by, contact=contact)
    owed = [clock.kind for clock in file.going_clocks(task.task_id) if clock.kind not in rule.stops]
    if owed:
        raise EvidenceMissing(f"put on record first: {', '.join(owed)}", current_state=task.state)
    _move(task, rule)
    task.outcome, task.services, task.child_seen = outcome, services, task.child_seen or contact
    task.awaits_confirmation = task.risk in GRAVE
    task.end_offer()
    facts = {"outcome": outcome, "services": services, "awaits_confirmation": task.awaits_confirmation}
    file.tell_of(task, TaskFulfilled, by, **facts)
    file.stop_clocks(task.task_id, rule.stops, moment.now)
    if task.awaits_confirmation:
        start_for_desk(
            file, ClockKind.CONFIRM_RESULT, moment.pack.rules.confirm_result[file.risk], moment, task.task_id
        )


def confirm_task(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
    """A coordinator confirms the result. Whoever does not, reopens the task."""
    rule = allow(file, task, Transition.CONFIRMED, by)
    if not task.awaits_confirmation:
        raise NothingToConfirm(current_state=task.state, current_version=task.version)
    task.awaits_confirmation = False
    file.tell_of(task, TaskConfirmed, by)
    file.stop_clocks(task.task_id, rule.stops, moment.now)


def fail_task(file: CaseFile, task: Task, by: Actor, reason: NotAchievedReason, moment: Moment) -> None:
    """It could not be done. At high risk another agency is accountable in the same breath. Raises NobodyElse."""
    rule = allow(file, task, Transition.NOT_ACHIEVED, by)
    successor = next_holder(file, task, moment) if task.risk in GRAVE else None
    _move(task, rule)
    task.end_offer()
    file.tell_of(task, TaskNotAchieved, by, reason=reason)
    if successor:
        follow_on(file, task, successor, moment)
    for clock in file.going_clocks(task.task_id):
        file.cancel_clock(clock, moment.now)


def withdraw_task(file: CaseFile, task: Task, by: Actor | None, reason: WithdrawReason, moment: Moment) -> None:
    """The task is no longer needed: a referrer's manager or a coordinator says so, or the system itself (``by`` None)."""
    rule = allow(file, task, Transition.WITHDRAWN, by)
    _move(task, rule)
    task.end_offer()
    file.tell_of(task, TaskWithdrawn, by, reason=reason)
    for clock in file.going_clocks(task.task_id):
        file.cancel_clock(clock, moment.now)


def _move(task: Task, rule: Rule) -> None:
    assert rule.target is not None, "this row of the table changes the state"
    task.state = rule.target
    if task.state is not TaskState.ON_HOLD:
        task.go_on()
