"""Decides which tasks and clocks a case needs as referrals come in and its risk is confirmed; must never take one away."""

from datetime import datetime

from tereze.contracts.cases import CaseOpened, CasePersonSettled, CaseTriaged, ReferralAttached
from tereze.contracts.directory import Agency
from tereze.contracts.facts import Conflict, Invalid
from tereze.contracts.words import AgencyKind, CaseState, ClockKind, ClockState, Risk, Starts, Transition
from tereze.protocol import CaseClock, Duty, Facts, Plan, PlannedClock, PlannedStep, plan, renewed, stricter, transition
from tereze.referral.domain.casefile import Capacity, CaseFile, Moment, Referral
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.handover import CannotHold, tell_assigned
from tereze.referral.domain.inquiry import open_inquiry
from tereze.referral.domain.keeping_out import keep_out
from tereze.referral.domain.standing import LIVE, CaseNotLive, parties
from tereze.referral.domain.tasks import Actor, Task

_EVERYWHERE = frozenset({AgencyKind.POLICE, AgencyKind.GUARDIANSHIP})
"""Kinds of bodies that protect a child in every region where the child was reported, not only in that of the case."""

_EACH_REPORTER = frozenset({ClockKind.TELL_REPORTER})
"""What is owed to each reporter, however many there were before."""


class UnknownStep(Invalid):
    """The case's protocol has no such step."""

    code = "unknown-step"
    title = "The protocol has no such step"


class HeldAlready(Conflict):
    """The agency does this for the case already."""

    code = "held-already"
    title = "This agency holds the same task on the case already"


def open_case(referral: Referral, person_id: str, moment: Moment, *, provisional: bool) -> CaseFile:
    """A case around one child, with the first referral on it and every clock running from when that was received."""
    file = CaseFile(
        case_id=moment.new_id("cas"),
        region_code=referral.region_code,
        protocol_version=moment.pack.version,
        person_id=person_id,
        provisional=provisional,
        risk=referral.risk,
        categories=referral.categories,
        opened_at=referral.received_at,
    )
    _keep_out_whom_it_names(file, referral, moment)
    file.tell(
        CaseOpened,
        person_id=person_id,
        provisional=provisional,
        risk=file.risk,
        categories=file.categories,
        opened_at=file.opened_at,
    )
    attach_referral(file, referral, moment)
    return file


def attach_referral(file: CaseFile, referral: Referral, moment: Moment) -> None:
    """One more referral on the case: what it adds is added, what it makes stricter becomes stricter.

    Whom it names is kept out before anything else of it is told or routed.
    """
    _keep_out_whom_it_names(file, referral, moment)
    file.admit(referral.agency_id, Capacity.REFERRER)
    file.risk = stricter(file.risk, referral.risk)
    file.categories = tuple(dict.fromkeys((*file.categories, *referral.categories)))
    file.circumstances = tuple(dict.fromkeys((*file.circumstances, *referral.circumstances)))
    file.occurred_at = referral.occurred_at or file.occurred_at
    file.reach_into(referral.region_code)
    file.tell(
        ReferralAttached,
        referral_id=referral.referral_id,
        agency_id=referral.agency_id,
        risk=referral.risk,
        categories=referral.categories,
        circumstances=referral.circumstances,
        received_at=referral.received_at,
        occurred_at=referral.occurred_at,
    )
    respond(file, moment, since=referral.received_at, prefer=referral.agency_id, anew=_EACH_REPORTER)


def _keep_out_whom_it_names(file: CaseFile, referral: Referral, moment: Moment) -> None:
    for exclusion in referral.exclusions:
        keep_out(file, exclusion, moment)


def respond(
    file: CaseFile,
    moment: Moment,
    *,
    since: datetime,
    prefer: str | None = None,
    anew: frozenset[ClockKind] = frozenset(),
) -> None:
    """Put the protocol's plan for the case's risk and categories into force, as far as it is not yet.

    New clocks start at ``since``; ``prefer`` is an agency that takes a new task itself if it is of the kind asked for;
    ``anew``: duties of the case that are owed once more although they were done.
    """
    planned = plan_for(file, moment)
    _hold_case_clocks(file, planned, since, moment, anew)
    _rate_tasks(file)
    if planned.independent_review:
        open_inquiry(file, moment, since)
    for step in planned.steps:
        held = [task for task in file.open_tasks() if task.service is step.service]
        for task in held:
            _strengthen(file, task, step, since, moment)
        for region_code in _regions_asked(file, step, moment):
            if not any(task.region_code == region_code for task in held):
                _assign_task(file, step, moment, since=since, prefer=prefer, region_code=region_code)


def assign_by_hand(file: CaseFile, step: PlannedStep, by: Actor, moment: Moment, named: Agency | None = None) -> Task:
    """A coordinator or a referrer asks for a step that the protocol did not ask for by itself.

    Raises CaseNotLive, NotYourRole, HeldAlready, and CannotHold for an agency that may not get it.
    """
    if file.state not in LIVE:
        raise CaseNotLive(current_state=file.state, current_version=file.version)
    transition(None, Transition.ASSIGNED, by=parties(file, None, by), risk=file.risk)
    barred = file.excluded | {task.agency_id for task in file.open_tasks() if task.service is step.service}
    if named is not None and (not named.active or named.kind is not step.service or named.agency_id in file.excluded):
        raise CannotHold(pointer="/agency_id")
    if named is not None and named.agency_id in barred:
        raise HeldAlready(current_state=file.state, current_version=file.version)
    agency_id = named.agency_id if named else moment.roster.holder(step.service, excluded=barred).agency_id
    region_code = named.region_code if named and named.region_code in file.also_in else file.region_code
    return _begin_task(file, step, moment, agency_id=agency_id, region_code=region_code, since=moment.now, by=by)


def plan_for(file: CaseFile, moment: Moment) -> Plan:
    """What the protocol asks for now: obligations that run stay as their version has them, others are as today's says."""
    facts = Facts(file.risk, file.categories, frozenset(file.circumstances), file.occurred_at)
    held: dict[Duty, Plan] = {}
    for clock in file.clocks.values():
        if clock.going and clock.protocol_version not in {None, moment.in_force.version}:
            version = plan(moment.version(clock.protocol_version), facts)
            task = file.tasks.get(clock.task_id) if clock.task_id else None
            holders = [task.service] if task else [c.holder for c in version.case_clocks if c.clock.kind is clock.kind]
            held |= {(holder, clock.kind): version for holder in holders}
    return renewed(plan(moment.in_force, facts), held)


def triage_case(file: CaseFile, risk: Risk, by: Actor, moment: Moment) -> None:
    """The window desk confirms the risk. Raised, it brings tasks and earlier due times; lowered, no clock gets more time."""
    if file.state not in LIVE:
        raise CaseNotLive(current_state=file.state, current_version=file.version)
    earlier, file.risk = file.risk, risk
    if file.state is CaseState.REPORTED:
        file.state = CaseState.ACTIVE if file.taken else CaseState.TRIAGED
    file.tell(CaseTriaged, risk=risk, state=file.state, by_agency_id=by.agency_id, by_staff_id=by.staff_id)
    file.stop_clocks(None, frozenset({ClockKind.TRIAGE}), moment.now)
    _rate_tasks(file)
    if stricter(risk, earlier) is risk:
        respond(file, moment, since=file.opened_at)


def settle_person(file: CaseFile, person_id: str) -> None:
    """The registry settled who the child of a provisional case is."""
    earlier, file.person_id, file.provisional = file.person_id, person_id, False
    file.tell(CasePersonSettled, person_id=person_id, provisional_person_id=earlier)


def _rate_tasks(file: CaseFile) -> None:
    for task in file.open_tasks():
        if task.risk is not file.risk:
            task.risk = file.risk
            file.touched.add(task.task_id)


def _hold_case_clocks(
    file: CaseFile, planned: Plan, since: datetime, moment: Moment, anew: frozenset[ClockKind]
) -> None:
    own = [clock for clock in file.clocks.values() if clock.task_id is None and (clock.going or clock.kind not in anew)]
    for wanted in planned.starting(Starts.RECEIVED):
        same = [clock for clock in own if clock.kind is wanted.clock.kind]
        for clock in same:
            _bring_forward(file, clock, wanted.clock, moment)
        if not same:
            start_case_clock(file, wanted, moment, since=since)


def start_case_clock(file: CaseFile, wanted: CaseClock, moment: Moment, *, since: datetime) -> None:
    """One of the case's own duties begins. Only the window desk leads the case by it; another body is told of it."""
    keeper = moment.roster.holder(wanted.holder, excluded=file.excluded)
    file.admit(keeper.agency_id, Capacity.DESK if wanted.holder is AgencyKind.WINDOW_DESK else Capacity.TOLD)
    start_planned(file, wanted.clock, moment, task_id=None, agency_id=keeper.agency_id, since=since)


def _regions_asked(file: CaseFile, step: PlannedStep, moment: Moment) -> list[str]:
    """Where somebody of that kind must hold the step: in the case's region, and protection wherever the child was reported."""
    elsewhere = [code for code in file.also_in if code in moment.elsewhere] if step.service in _EVERYWHERE else []
    return [file.region_code, *elsewhere]


def _assign_task(
    file: CaseFile, step: PlannedStep, moment: Moment, *, since: datetime, prefer: str | None, region_code: str
) -> None:
    holder = moment.roster_of(region_code).holder(step.service, excluded=file.excluded, prefer=prefer)
    if any(t.agency_id == holder.agency_id and t.service is step.service for t in file.open_tasks()):
        return  # a national body does it for both regions
    transition(None, Transition.ASSIGNED, risk=file.risk)
    _begin_task(file, step, moment, agency_id=holder.agency_id, region_code=region_code, since=since)


def _begin_task(
    file: CaseFile,
    step: PlannedStep,
    moment: Moment,
    *,
    agency_id: str,
    region_code: str,
    since: datetime,
    by: Actor | None = None,
) -> Task:
    task = Task(
        task_id=moment.new_id("tsk"),
        service=step.service,
        step=step.code,
        agency_id=agency_id,
        risk=file.risk,
        assigned_at=moment.now,
        region_code=region_code,
        mandatory=step.mandatory,
        protocol_version=moment.in_force.version,
    )
    tell_assigned(file, task, by)
    for wanted in step.at_once:
        start_planned(file, wanted, moment, task_id=task.task_id, agency_id=task.agency_id, since=since)
    return task


def _strengthen(file: CaseFile, task: Task, step: PlannedStep, since: datetime, moment: Moment) -> None:
    """An open task of that body exists: it keeps its state and gets the duties it lacks and the earlier due times."""
    own = [clock for clock in file.clocks.values() if clock.task_id == task.task_id]
    kinds = {clock.kind for clock in own}
    if step.code != task.step and {wanted.kind for wanted in step.clocks} >= kinds:
        task.step, task.mandatory = step.code, task.mandatory or step.mandatory
        file.touched.add(task.task_id)
    for wanted in step.at_once:
        for clock in own:
            if clock.kind is wanted.kind:
                _bring_forward(file, clock, wanted, moment)
        if wanted.kind not in kinds | task.evidence:
            start_planned(file, wanted, moment, task_id=task.task_id, agency_id=task.agency_id, since=since)


def _bring_forward(file: CaseFile, clock: Clock, wanted: PlannedClock, moment: Moment) -> None:
    """A stricter plan ends a running clock earlier; one that is breached has nothing earlier to give."""
    due_at, bound = wanted.ends(clock.started_at, moment.calendar_of(clock.agency_id), file.occurred_at)
    if clock.state is ClockState.RUNNING and due_at < clock.due_at:
        successor = clock.successor(moment.new_id("clk"), risk=file.risk, due_at=due_at, row=bound.row)
        file.succeed(clock, successor, moment.now)


def start_planned(
    file: CaseFile, wanted: PlannedClock, moment: Moment, *, task_id: str | None, agency_id: str, since: datetime
) -> None:
    """A duty of the plan begins to run for a body."""
    due_at, bound = wanted.ends(since, moment.calendar_of(agency_id), file.occurred_at)
    clock = Clock(
        clock_id=moment.new_id("clk"),
        kind=wanted.kind,
        task_id=task_id,
        agency_id=agency_id,
        risk=file.risk,
        started_at=since,
        due_at=due_at,
        protocol_version=wanted.protocol_version,
        row=bound.row,
    )
    file.start_clock(clock)
