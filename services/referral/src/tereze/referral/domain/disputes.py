"""Decides who rules on a disputed refusal and what the ruling does; must never leave the child without a holder meanwhile."""

from tereze.contracts.disputes import TaskDisputed, TaskDisputeRaised, TaskOverturned, TaskUpheld
from tereze.contracts.facts import Conflict
from tereze.contracts.words import ClockKind, DisputeFinding, DisputeReason, Transition, WithdrawReason
from tereze.protocol import Limit, transition
from tereze.referral.domain.casefile import Capacity, CaseFile, Moment
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.commands import withdraw_task
from tereze.referral.domain.duties import start_duty
from tereze.referral.domain.reopening import owe_again
from tereze.referral.domain.standing import allow
from tereze.referral.domain.tasks import Actor, Task


class MayNotHold(Conflict):
    """The agency refused because it must not touch the case; nobody can make it."""

    code = "may-not-hold"
    title = "The agency must not touch this case"


def dispute_task(file: CaseFile, task: Task, by: Actor, reason: DisputeReason, moment: Moment) -> None:
    """A refusal is said to be wrong. Whoever got the task meanwhile keeps it until it is decided."""
    rule = allow(file, task, Transition.DISPUTED, by)
    if task.agency_id in file.excluded:
        raise MayNotHold(current_state=task.state, current_version=task.version)
    assert rule.target is not None
    task.dispute_level = 0
    level, decider = _begin_level(file, task, moment, barred=frozenset({by.agency_id, task.agency_id}))
    task.state = rule.target
    file.tell_of(task, TaskDisputed, by, reason=reason, level=level, decider_agency_id=decider)


def raise_dispute(file: CaseFile, task: Task, clock: Clock, moment: Moment) -> None:
    """Nobody decided in time: the next level has to; above the last one nobody stands, and its clock climbs the ladder."""
    transition(task.state, Transition.DISPUTE_RAISED, risk=task.risk)
    if _level_at(task.dispute_level + 1, file.excluded | {task.agency_id}, moment) is None:
        return
    file.cancel_clock(clock, moment.now)
    level, decider = _begin_level(file, task, moment, barred=frozenset({task.agency_id}))
    file.tell_of(task, TaskDisputeRaised, level=level, decider_agency_id=decider)


def decide_dispute(file: CaseFile, task: Task, by: Actor, finding: DisputeFinding, moment: Moment) -> None:
    """The body that decides says whether the refusal stands. Raises MayNotHold for an agency that was kept out meanwhile."""
    upheld = finding is DisputeFinding.UPHELD
    if not upheld and task.agency_id in file.excluded:
        raise MayNotHold(current_state=task.state, current_version=task.version)
    rule = allow(file, task, Transition.UPHELD if upheld else Transition.OVERTURNED, by)
    file.stop_clocks(task.task_id, rule.stops, moment.now)
    assert rule.target is not None
    task.state, task.dispute_level = rule.target, 0
    if upheld:
        file.tell_of(task, TaskUpheld, by)
    else:
        _give_back(file, task, by, moment)


def _give_back(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
    """The agency owes its task again. Whoever took it up meanwhile is released, unless they accepted and work on it."""
    file.tell_of(task, TaskOverturned, by, person_id=file.person_id)
    owe_again(file, task, moment)
    for other in file.open_tasks():
        if other.follows_task_id == task.task_id and not other.accepted:
            withdraw_task(file, other, None, WithdrawReason.DISPUTE_OVERTURNED, moment)


def _begin_level(file: CaseFile, task: Task, moment: Moment, *, barred: frozenset[str]) -> tuple[int, str]:
    found = _level_at(task.dispute_level + 1, file.excluded | barred, moment)
    if found is None:  # the disputer's own body may be the highest there is
        found = _level_at(1, file.excluded | {task.agency_id}, moment)
    if found is None:
        raise MayNotHold(current_state=task.state, current_version=task.version)
    task.dispute_level, decider, limit = found
    file.admit(decider, Capacity.TOLD)
    start_duty(file, ClockKind.DISPUTE, decider, limit, moment, task_id=task.task_id)
    return task.dispute_level, decider


def _level_at(level: int, barred: frozenset[str], moment: Moment) -> tuple[int, str, Limit] | None:
    """The level that decides, at ``level`` or above: its number, agency and limit. Parties and the excluded are skipped upward."""
    for number, row in enumerate(moment.pack.rules.disputes.levels, start=1):
        if number >= level and (agency := moment.roster.of_kind(row.owner, excluded=barred)):
            return number, agency.agency_id, row.limit
    return None
