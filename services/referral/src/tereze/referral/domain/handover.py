"""Decides how a duty passes from one agency to the next; must never let a clock begin again or a duty be nobody's."""

from tereze.contracts.cases import TaskAssigned, TaskRerouted
from tereze.contracts.directory import Agency
from tereze.contracts.facts import Conflict, Invalid
from tereze.contracts.tasks import TaskHandedOver, TaskHandOverEnded, TaskHandOverOffered
from tereze.contracts.words import ClockKind, ClockState, HandOverReason, RerouteReason, TaskState, Transition
from tereze.protocol import transition
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.routing import LAST_RESORTS, NoEligibleAgency
from tereze.referral.domain.standing import allow, parties
from tereze.referral.domain.tasks import Actor, Task

_ANSWERS = frozenset({ClockKind.ACKNOWLEDGE, ClockKind.DECIDE})
_INSIDE = frozenset({ClockKind.UNASSIGNED})
"""Clocks that are about one agency's own people: they end with its duty."""
_HOPS = 2


class NobodyElse(Conflict):
    """Every other body had the duty already or must not touch the case."""

    code = "nobody-else"
    title = "Nobody else may take this task; your agency stays accountable"


class CannotHold(Invalid):
    """The agency that was named cannot get the duty."""

    code = "cannot-hold"
    title = "This agency cannot hold the task"


class NothingOffered(Conflict):
    """No hand-over is offered at present."""

    code = "nothing-offered"
    title = "No hand-over of this task is offered"


def barred_from(file: CaseFile, task: Task) -> frozenset[str]:
    """Who may not get a task: the excluded, whoever had it, and whoever does the same for this case already."""
    return _unfit(file, task) | frozenset(task.tried)


def next_holder(file: CaseFile, task: Task, moment: Moment, *, also_barred: frozenset[str] = frozenset()) -> str:
    """The agency that gets the duty after its present holder; raises NobodyElse. ``also_barred``: about to be kept out."""
    barred, roster = barred_from(file, task) | also_barred, moment.roster_of(task.region_code)
    try:
        return roster.holder(task.service, excluded=barred, hop=task.hop + 1).agency_id
    except NoEligibleAgency:
        raise NobodyElse(current_state=task.state, current_version=task.version) from None


def reroute_task(
    file: CaseFile, task: Task, by: Actor, moment: Moment, *, reason: RerouteReason, named: Agency | None = None
) -> None:
    """A coordinator or an operator gives an unanswered duty to another agency. Raises CannotHold or NobodyElse."""
    allow(file, task, Transition.REROUTED, by)
    pass_on(file, task, _chosen(file, task, named, moment), moment, by=by, reason=reason)


def redirect_task(
    file: CaseFile, task: Task, by: Actor, moment: Moment, *, reason: RerouteReason, named: Agency
) -> None:
    """The holder's manager decides by naming the right agency. Raises CannotHold or NobodyElse."""
    rule = allow(file, task, Transition.REDIRECTED, by)
    _check_named(file, task, named)
    file.stop_clocks(task.task_id, rule.stops, moment.now)
    pass_on(file, task, _chosen(file, task, named, moment), moment, by=by, reason=reason)


def pass_on(
    file: CaseFile,
    task: Task,
    agency_id: str,
    moment: Moment,
    *,
    by: Actor | None = None,
    reason: RerouteReason | None = None,
) -> None:
    """Another agency becomes accountable and owes every answer anew, by the instants that were set at the beginning."""
    target = transition(task.state, Transition.REROUTED, risk=file.risk).target
    assert target is not None, "a reroute begins anew"
    owed = _owed(file, task, moment)
    _reroute(file, task, agency_id, target, by=by, reason=reason)
    _succeed(file, owed, task, moment)


def follow_on(file: CaseFile, task: Task, agency_id: str, moment: Moment) -> None:
    """The task has ended undone: another agency gets a task of its own that takes it up, by the same instants."""
    owed = _owed(file, task, moment)
    successor = Task(
        task_id=moment.new_id("tsk"),
        service=task.service,
        step=task.step,
        agency_id=agency_id,
        risk=file.risk,
        assigned_at=moment.now,
        region_code=task.region_code,
        mandatory=task.mandatory,
        hop=task.hop + 1,
        tried=tuple(dict.fromkeys((*task.tried, task.agency_id))),
        follows_task_id=task.task_id,
        protocol_version=task.protocol_version,
        child_seen=task.child_seen,
    )
    tell_assigned(file, successor)
    _succeed(file, owed, successor, moment)


def tell_assigned(file: CaseFile, task: Task, by: Actor | None = None) -> None:
    """An agency is accountable for a task that was not there before."""
    facts = {"person_id": file.person_id, "risk": task.risk, "step": task.step}
    file.tell_of(task, TaskAssigned, by, **facts, follows_task_id=task.follows_task_id)


def pass_within(file: CaseFile, task: Task, moment: Moment) -> None:
    """The responsible person must not go on: their agency stays accountable and owes every answer anew, through a colleague."""
    target = transition(task.state, Transition.REROUTED, risk=file.risk).target
    assert target is not None, "a reroute begins anew"
    owed = _owed(file, task, moment)
    task.state, task.responsible_staff_id = target, None
    task.go_on()
    file.tell_of(task, TaskRerouted, from_agency_id=task.agency_id, person_id=file.person_id, hop=task.hop)
    _succeed(file, owed, task, moment)


def take_over(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
    """The agency that was offered the duty takes it: answers that were late came now, other duties go on with it."""
    target = transition(task.state, Transition.TAKEN_OVER, by=parties(file, task, by), risk=task.risk).target
    assert target is not None, "a takeover begins anew"
    owed = file.going_clocks(task.task_id)
    _reroute(file, task, by.agency_id, target)
    for clock in owed:
        if clock.kind not in _ANSWERS | _INSIDE:
            successor = clock.successor(moment.new_id("clk"), agency_id=by.agency_id, risk=file.risk)
            file.succeed(clock, successor, moment.now)
        elif clock.state is ClockState.BREACHED:
            file.stop_clock(clock, moment.now)
        else:
            file.cancel_clock(clock, moment.now)


def offer_hand_over(file: CaseFile, task: Task, by: Actor, *, named: Agency, reason: HandOverReason) -> None:
    """The holder's manager asks another agency to take a duty that is being worked on. Raises CannotHold."""
    allow(file, task, Transition.HAND_OVER_OFFERED, by)
    _check_named(file, task, named)
    task.offered_agency_id, task.hand_over = named.agency_id, True
    file.tell_of(
        task, TaskHandOverOffered, by, offered_agency_id=named.agency_id, person_id=file.person_id, reason=reason
    )


def accept_hand_over(file: CaseFile, task: Task, by: Actor, responsible_staff_id: str, moment: Moment) -> None:
    """The other agency's manager takes the duty as it stands; until this instant the old holder was accountable."""
    allow(file, task, Transition.HANDED_OVER, by)
    _check_offered(task)
    owed, earlier = file.going_clocks(task.task_id), task.agency_id
    task.pass_to(by.agency_id)
    task.responsible_staff_id = responsible_staff_id
    facts = {"from_agency_id": earlier, "person_id": file.person_id, "responsible_staff_id": responsible_staff_id}
    file.tell_of(task, TaskHandedOver, by, **facts)
    _succeed(file, owed, task, moment)


def end_hand_over(file: CaseFile, task: Task, by: Actor) -> None:
    """The other agency refuses, or the holder takes the offer back: nothing changed hands."""
    allow(file, task, Transition.HAND_OVER_ENDED, by)
    offered = _check_offered(task)
    task.end_offer()
    file.tell_of(task, TaskHandOverEnded, by, offered_agency_id=offered)


def _unfit(file: CaseFile, task: Task) -> frozenset[str]:
    same = {other.agency_id for other in file.open_tasks() if other.service is task.service}
    return file.excluded | same | {task.agency_id}


def _chosen(file: CaseFile, task: Task, named: Agency | None, moment: Moment) -> str:
    """Who gets it by hand: whoever is named, for the first two hops; after them the duty goes up, whoever was named."""
    if named is None or task.hop >= _HOPS:
        return next_holder(file, task, moment)
    _check_named(file, task, named)
    return named.agency_id


def _check_named(file: CaseFile, task: Task, named: Agency) -> None:
    """Raises CannotHold: for another kind of duty, suspended, holding it already, or not to be told of the case."""
    fit = named.active and (named.kind is task.service or named.kind in LAST_RESORTS)
    if not fit or named.agency_id in _unfit(file, task):
        raise CannotHold(pointer="/agency_id")


def _check_offered(task: Task) -> str:
    if task.offered_agency_id is None or not task.hand_over:
        raise NothingOffered(current_state=task.state, current_version=task.version)
    return task.offered_agency_id


def _owed(file: CaseFile, task: Task, moment: Moment) -> list[Clock]:
    """The clocks that go to the next holder. What was about the present one's own people ends."""
    for clock in file.going_clocks(task.task_id):
        if clock.kind in _INSIDE:
            file.cancel_clock(clock, moment.now)
    clocks = ((kind, file.clock_of(task, kind) or _answered_by_another(file, task, kind)) for kind in ClockKind)
    return [clock for kind, clock in clocks if clock is not None and (clock.going or kind in _ANSWERS)]


def _answered_by_another(file: CaseFile, task: Task, kind: ClockKind) -> Clock | None:
    """The last clock of an answer that ended under an earlier holder: whoever took the task over never had one of their own."""
    same = [clock for clock in file.clocks.values() if (clock.task_id, clock.kind) == (task.task_id, kind)]
    return same[-1] if kind in _ANSWERS and same else None


def _succeed(file: CaseFile, owed: list[Clock], task: Task, moment: Moment) -> None:
    for clock in owed:
        successor = clock.successor(
            moment.new_id("clk"), agency_id=task.agency_id, task_id=task.task_id, risk=file.risk
        )
        file.succeed(clock, successor, moment.now)


def _reroute(
    file: CaseFile,
    task: Task,
    agency_id: str,
    target: TaskState,
    *,
    by: Actor | None = None,
    reason: RerouteReason | None = None,
) -> None:
    earlier = task.agency_id
    task.pass_to(agency_id)
    task.go_on()
    task.state = target
    facts = {"from_agency_id": earlier, "person_id": file.person_id, "hop": task.hop}
    file.tell_of(task, TaskRerouted, by, **facts, reason=reason)
