"""Decides how an ended task is owed again and how one is taken back as an error; must never give back time that was used."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from tereze.contracts.facts import Conflict
from tereze.contracts.tasks import TaskReopened, TaskVoided, TaskVoidProposed
from tereze.contracts.words import ClockKind, ClockState, ReopenReason, Transition, VoidReason
from tereze.protocol import planned_step
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.standing import allow
from tereze.referral.domain.tasks import Actor, Task


class DutyGoesOn(Conflict):
    """Another task does the same duty now."""

    code = "duty-goes-on"
    title = "The duty goes on in another task"


class SecondPersonNeeded(Conflict):
    """Two different persons have to say this."""

    code = "second-person-needed"
    title = "A second person has to say so too"


def reopen_task(file: CaseFile, task: Task, by: Actor, reason: ReopenReason, moment: Moment) -> None:
    """An ended task is owed again. Raises DutyGoesOn where another task does the same duty meanwhile, or its agency is excluded."""
    rule = allow(file, task, Transition.REOPENED, by)
    same = [other for other in file.pending_tasks() if other is not task and other.service is task.service]
    if task.agency_id in file.excluded or any(_does_the_same(other, task) for other in same):
        raise DutyGoesOn(current_state=task.state, current_version=task.version)
    for clock in file.going_clocks(task.task_id):
        file.cancel_clock(clock, moment.now)
    assert rule.target is not None
    task.state, task.risk = rule.target, file.risk
    facts = {"person_id": file.person_id, "risk": task.risk, "step": task.step}
    file.tell_of(task, TaskReopened, by, reason=reason, **facts)
    owe_again(file, task, moment)


def owe_again(file: CaseFile, task: Task, moment: Moment) -> None:
    """A task that had ended has its clocks anew, linked to the old ones.

    Where evidence had been given, the full limit runs from now. Where it had not, what was left when the task ended is left
    now, and the ladder goes on where it was: ending a duty and taking it up again wins no time.
    """
    task.outcome, task.services, task.responsible_staff_id = None, (), None
    task.awaits_confirmation, task.child_seen, task.void_proposed_by, task.void_reason = False, False, None, None
    before = {clock.kind: clock for clock in _history(file, task)}
    for kind, due_at in _owed(task, before, moment):
        old = before.get(kind)
        clock = _anew(task, kind, moment, due_at)
        if old is not None:
            clock.follows_clock_id = old.clock_id
            if old.state is ClockState.CANCELLED and old.stopped_at is not None:
                _take_up(clock, old, moment.now)
        file.start_clock(clock)


def _owed(task: Task, before: Mapping[ClockKind, Clock], moment: Moment) -> Iterator[tuple[ClockKind, datetime]]:
    """What a task owes and by when: as its protocol says, or, where somebody else set the limits, for as long as before."""
    pack = moment.version(task.protocol_version)
    if task.step in pack.steps:
        planned = planned_step(pack, task.risk, task.step).clocks
        yield from ((wanted.kind, wanted.due(moment.now, moment.calendar)) for wanted in planned)
    else:
        yield from ((kind, moment.now + (clock.due_at - clock.started_at)) for kind, clock in before.items())


def void_task(file: CaseFile, task: Task, by: Actor, reason: VoidReason, moment: Moment) -> None:
    """Entered in error: said once by a coordinator it is a proposal, said by a second person it takes effect."""
    if task.void_proposed_by is None:
        allow(file, task, Transition.VOID_PROPOSED, by, live=False)
        task.void_proposed_by, task.void_reason = by.staff_id, reason
        file.tell_of(task, TaskVoidProposed, by, reason=reason)
        return
    rule = allow(file, task, Transition.VOIDED, by, live=False)
    if task.void_proposed_by == by.staff_id:
        raise SecondPersonNeeded(current_state=task.state, current_version=task.version)
    assert rule.target is not None
    task.state, task.awaits_confirmation = rule.target, False
    task.end_offer()
    task.go_on()
    file.tell_of(task, TaskVoided, by, reason=task.void_reason or reason, proposed_by_staff_id=task.void_proposed_by)
    for clock in file.going_clocks(task.task_id):
        file.cancel_clock(clock, moment.now)


def _does_the_same(other: Task, task: Task) -> bool:
    return other.agency_id == task.agency_id or other.follows_task_id == task.task_id


def _history(file: CaseFile, task: Task) -> list[Clock]:
    """The task's clocks, the latest of each kind last."""
    own = [c for c in file.clocks.values() if c.task_id == task.task_id and c.agency_id == task.agency_id]
    return sorted(own, key=lambda clock: (clock.stopped_at is None, clock.stopped_at or clock.due_at, clock.clock_id))


def _anew(task: Task, kind: ClockKind, moment: Moment, due_at: datetime) -> Clock:
    return Clock(
        clock_id=moment.new_id("clk"),
        kind=kind,
        task_id=task.task_id,
        agency_id=task.agency_id,
        risk=task.risk,
        started_at=moment.now,
        due_at=due_at,
    )


def _take_up(clock: Clock, old: Clock, now: datetime) -> None:
    assert old.stopped_at is not None
    passed = now - old.stopped_at
    clock.started_at, due_at = old.started_at + passed, old.due_at + passed
    clock.due_at = min(clock.due_at, due_at)
    clock.take_in(old)
