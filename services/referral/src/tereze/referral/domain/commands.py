"""Decides what an agency's word on a task changes; must never let anybody but the holder, or the one offered, speak."""

from tereze.access import Bodies, units_of
from tereze.contracts.cases import TaskAccepted, TaskDeclined, TaskFulfilled, TaskReceived, TaskStarted
from tereze.contracts.exclusions import ExclusionBasis
from tereze.contracts.facts import Conflict, Invalid
from tereze.contracts.words import CaseState, ClockKind, DeclineReason, Outcome, TaskState, Transition
from tereze.protocol import Rule, transition
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.exclusion import Exclusion
from tereze.referral.domain.handover import next_holder, pass_on, take_over
from tereze.referral.domain.keeping_out import record_exclusion, take_everything
from tereze.referral.domain.response import LIVE, CaseNotLive
from tereze.referral.domain.tasks import Actor, Task


class NotTheHolder(Conflict):
    """Another agency is accountable for the task."""

    code = "not-the-holder"
    title = "Your agency does not hold this task"


class ResponsibleExcluded(Invalid):
    """Whoever is named as responsible must not touch the case."""

    code = "responsible-excluded"
    title = "This person must not touch the case; name another"


def receive_task(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
    """A named member of the holder saw the task."""
    rule = _allowed(file, task, Transition.RECEIVED, by)
    task.state = rule.target
    file.tell_of(task, TaskReceived, by)
    file.stop_clocks(task.task_id, rule.stops, moment.now)


def accept_task(file: CaseFile, task: Task, by: Actor, responsible_staff_id: str, moment: Moment) -> None:
    """The holder takes the task; or the agency that was offered it takes it over. Raises ResponsibleExcluded."""
    if responsible_staff_id in file.excluded:
        raise ResponsibleExcluded(pointer="/responsible_staff_id")
    if task.offered_agency_id == by.agency_id and file.state in LIVE:
        transition(TaskState.REQUESTED, Transition.ACCEPTED, roles=by.roles, risk=task.risk)
        take_over(file, task, by, moment)
    rule = _allowed(file, task, Transition.ACCEPTED, by)
    task.state, task.responsible_staff_id, task.offered_agency_id = rule.target, responsible_staff_id, None
    if file.state is CaseState.TRIAGED:
        file.state = CaseState.ACTIVE
    file.tell_of(task, TaskAccepted, by, responsible_staff_id=responsible_staff_id)
    file.stop_clocks(task.task_id, rule.stops, moment.now)


def decline_task(file: CaseFile, task: Task, by: Actor, reason: DeclineReason, moment: Moment) -> None:
    """The holder's manager refuses, and in the same breath the next agency becomes accountable.

    Raises DeclineBarred, or NobodyElse where there is none. A conflict of interest takes every duty of the case away.
    """
    rule = _allowed(file, task, Transition.DECLINED, by)
    successor = next_holder(file, task, moment)
    task.state = rule.target
    file.tell_of(task, TaskDeclined, by, reason=reason)
    file.stop_clocks(task.task_id, rule.stops, moment.now)
    if reason is DeclineReason.CONFLICT_OF_INTEREST:
        record_exclusion(file, _own_conflict(by, moment))
        pass_on(file, task, successor, moment)
        take_everything(file, moment)
    else:
        pass_on(file, task, successor, moment)


def _own_conflict(by: Actor, moment: Moment) -> Exclusion:
    bodies = Bodies(agency_ids=units_of(by.agency_id, moment.roster.agencies))
    exclusion_id, basis = moment.new_id("exc"), ExclusionBasis.CONFLICT_OF_INTEREST
    return Exclusion(exclusion_id, basis, bodies, moment.now, by.agency_id, by.staff_id)


def start_task(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
    """Contact with the child was recorded."""
    rule = _allowed(file, task, Transition.STARTED, by, contact=True)
    task.state = rule.target
    file.tell_of(task, TaskStarted, by)
    file.stop_clocks(task.task_id, rule.stops, moment.now)


def fulfil_task(file: CaseFile, task: Task, by: Actor, outcome: Outcome, moment: Moment, *, contact: bool) -> None:
    """The piece of the response is done."""
    rule = _allowed(file, task, Transition.FULFILLED, by, contact=contact)
    task.state, task.outcome, task.offered_agency_id = rule.target, outcome, None
    file.tell_of(task, TaskFulfilled, by, outcome=outcome)
    file.stop_clocks(task.task_id, rule.stops, moment.now)


def _allowed(file: CaseFile, task: Task, what: Transition, by: Actor, *, contact: bool = False) -> Rule:
    if file.state not in LIVE:
        raise CaseNotLive(current_state=file.state, current_version=task.version)
    if task.agency_id != by.agency_id:
        raise NotTheHolder(current_state=task.state, current_version=task.version)
    sees = any(c.kind is ClockKind.SEE_THE_CHILD for c in file.clocks.values() if c.task_id == task.task_id)
    return transition(task.state, what, roles=by.roles, risk=task.risk, contact=contact, sees_the_child=sees)
