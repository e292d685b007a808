"""Decides which clocks begin only when something happens, and who keeps them; must never give one more time than the pack."""

from tereze.contracts.words import AgencyKind, ClockKind, Starts
from tereze.protocol import Limit, due
from tereze.referral.domain.casefile import Capacity, CaseFile, Moment
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.response import plan_for, start_case_clock, start_planned
from tereze.referral.domain.tasks import Task


def start_on(file: CaseFile, event: Starts, moment: Moment, task: Task | None = None) -> None:
    """Something happened by which duties of the plan begin: of the case, or of a task. One that runs already runs on."""
    planned = plan_for(file, moment)
    if task is None:
        going = {clock.kind for clock in file.going_clocks(None)}
        for wanted in planned.starting(event):
            if wanted.clock.kind not in going:
                start_case_clock(file, wanted, moment, since=moment.now)
        return
    going = {clock.kind for clock in file.going_clocks(task.task_id)}
    for step in planned.steps:
        if step.service is task.service:
            for clock in step.starting(event):
                if clock.kind not in going:
                    start_planned(file, clock, moment, task_id=task.task_id, agency_id=task.agency_id, since=moment.now)


def start_for_desk(file: CaseFile, kind: ClockKind, limit: Limit, moment: Moment, task_id: str) -> None:
    """The window desk owes something about a task from now on."""
    desks = sorted(file.having(Capacity.DESK) - file.excluded)
    desk = desks[0] if desks else moment.roster.holder(AgencyKind.WINDOW_DESK, excluded=file.excluded).agency_id
    start_duty(file, kind, desk, limit, moment, task_id=task_id)


def start_duty(
    file: CaseFile,
    kind: ClockKind,
    agency_id: str,
    limit: Limit,
    moment: Moment,
    *,
    task_id: str | None = None,
    follows: Clock | None = None,
) -> Clock:
    """A body owes something that is not of the plan, from now on."""
    clock = Clock(
        clock_id=moment.new_id("clk"),
        kind=kind,
        task_id=task_id,
        agency_id=agency_id,
        risk=file.risk,
        started_at=moment.now,
        due_at=due(limit, moment.now, moment.calendar_of(agency_id)),
        follows_clock_id=follows.clock_id if follows else None,
    )
    file.start_clock(clock)
    return clock
