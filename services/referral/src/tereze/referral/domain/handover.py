"""Decides how a duty passes from one agency to the next; must never let a clock begin again or a duty be nobody's."""

from tereze.contracts.cases import TaskRerouted
from tereze.contracts.facts import Conflict
from tereze.contracts.words import ClockKind, ClockState, Transition
from tereze.protocol import transition
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.routing import NoEligibleAgency
from tereze.referral.domain.tasks import Actor, Task

_ANSWERS = frozenset({ClockKind.ACKNOWLEDGE, ClockKind.DECIDE})


class NobodyElse(Conflict):
    """Every other body had the duty already or must not touch the case."""

    code = "nobody-else"
    title = "Nobody else may take this task; your agency stays accountable"


def barred_from(file: CaseFile, task: Task) -> frozenset[str]:
    """Who may not get a task: the excluded, whoever had it, and whoever does the same for this case already."""
    same = {other.agency_id for other in file.open_tasks() if other.service is task.service}
    return file.excluded | same | {task.agency_id, *task.tried}


def next_holder(file: CaseFile, task: Task, moment: Moment) -> str:
    """The agency that gets the duty after its present holder; raises NobodyElse."""
    barred = barred_from(file, task)
    try:
        return moment.roster.holder(task.service, excluded=barred, hop=task.hop + 1).agency_id
    except NoEligibleAgency:
        raise NobodyElse(current_state=task.state, current_version=task.version) from None


def pass_on(file: CaseFile, task: Task, agency_id: str, moment: Moment) -> None:
    """Another agency becomes accountable and owes every answer anew, by the instants that were set at the beginning."""
    rule = transition(task.state, Transition.REROUTED, risk=file.risk)
    owed = _owed(file, task)
    _reroute(file, task, agency_id)
    task.state = rule.target
    for clock in owed:
        file.succeed(clock, clock.successor(moment.new_id("clk"), agency_id=agency_id, risk=file.risk), moment.now)


def pass_within(file: CaseFile, task: Task, moment: Moment) -> None:
    """The responsible person must not go on: their agency stays accountable and owes every answer anew, through a colleague."""
    owed = _owed(file, task)
    task.state = transition(task.state, Transition.REROUTED, risk=file.risk).target
    task.responsible_staff_id = None
    file.tell_of(task, TaskRerouted, from_agency_id=task.agency_id, person_id=file.person_id, hop=task.hop)
    for clock in owed:
        file.succeed(clock, clock.successor(moment.new_id("clk"), risk=file.risk), moment.now)


def take_over(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
    """The agency that was offered the duty takes it: answers that were late came now, other duties go on with it."""
    transition(task.state, Transition.REROUTED, risk=file.risk)
    owed = file.going_clocks(task.task_id)
    _reroute(file, task, by.agency_id)
    for clock in owed:
        if clock.kind not in _ANSWERS:
            successor = clock.successor(moment.new_id("clk"), agency_id=by.agency_id, risk=file.risk)
            file.succeed(clock, successor, moment.now)
        elif clock.state is ClockState.BREACHED:
            file.stop_clock(clock, moment.now)
        else:
            file.cancel_clock(clock, moment.now)


def _owed(file: CaseFile, task: Task) -> list[Clock]:
    """The clocks a new holder gets: those that run, and the answers the one before gave for itself."""
    clocks = ((kind, file.clock_of(task, kind)) for kind in ClockKind)
    return [clock for kind, clock in clocks if clock is not None and (clock.going or kind in _ANSWERS)]


def _reroute(file: CaseFile, task: Task, agency_id: str) -> None:
    earlier = task.agency_id
    task.pass_to(agency_id)
    file.tell_of(task, TaskRerouted, from_agency_id=earlier, person_id=file.person_id, hop=task.hop)
