"""Decides which tasks and clocks a case needs as referrals come in and its risk is confirmed; must never take one away."""

from datetime import datetime

from tereze.contracts.cases import CaseOpened, CasePersonSettled, CaseTriaged, ReferralAttached, TaskAssigned
from tereze.contracts.facts import Conflict
from tereze.contracts.words import CaseState, ClockKind, ClockState, Risk, Starts, Transition
from tereze.protocol import Duty, Facts, Plan, PlannedClock, PlannedStep, plan, renewed, stricter, transition
from tereze.referral.domain.casefile import Capacity, CaseFile, Moment, Referral
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.keeping_out import keep_out
from tereze.referral.domain.tasks import Actor, Task

LIVE = frozenset({CaseState.REPORTED, CaseState.TRIAGED, CaseState.ACTIVE, CaseState.PLAN_IN_FORCE, CaseState.REOPENED})
"""States of a case on which work goes on."""


class CaseNotLive(Conflict):
    """Work on the case has ended or goes on elsewhere."""

    code = "case-not-live"
    title = "Work on this case has ended or goes on in another"


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
    file.tell(
        ReferralAttached,
        referral_id=referral.referral_id,
        agency_id=referral.agency_id,
        risk=referral.risk,
        categories=referral.categories,
    )
    respond(file, moment, since=referral.received_at, prefer=referral.agency_id)


def _keep_out_whom_it_names(file: CaseFile, referral: Referral, moment: Moment) -> None:
    for exclusion in referral.exclusions:
        keep_out(file, exclusion, moment)


def respond(file: CaseFile, moment: Moment, *, since: datetime, prefer: str | None = None) -> None:
    """Put the protocol's plan for the case's risk and categories into force, as far as it is not yet.

    New clocks start at ``since``; ``prefer`` is an agency that takes a new task itself if it is of the kind asked for.
    """
    planned = plan_for(file, moment)
    _hold_case_clocks(file, planned, since, moment)
    _rate_tasks(file)
    for step in planned.steps:
        held = [task for task in file.open_tasks() if task.service is step.service]
        for task in held:
            _strengthen(file, task, step, since, moment)
        if not held:
            _assign_task(file, step, since, prefer, moment)


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
    file.tell(CaseTriaged, risk=risk, by_agency_id=by.agency_id, by_staff_id=by.staff_id)
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


def _hold_case_clocks(file: CaseFile, planned: Plan, since: datetime, moment: Moment) -> None:
    own = [clock for clock in file.clocks.values() if clock.task_id is None]
    for wanted in planned.starting(Starts.RECEIVED):
        same = [clock for clock in own if clock.kind is wanted.clock.kind]
        for clock in same:
            _bring_forward(file, clock, wanted.clock, moment)
        if not same:
            desk = moment.roster.holder(wanted.holder, excluded=file.excluded)
            file.admit(desk.agency_id, Capacity.DESK)
            _start(file, wanted.clock, moment, task_id=None, agency_id=desk.agency_id, since=since)


def _assign_task(file: CaseFile, step: PlannedStep, since: datetime, prefer: str | None, moment: Moment) -> None:
    holder = moment.roster.holder(step.service, excluded=file.excluded, prefer=prefer)
    rule = transition(None, Transition.ASSIGNED, risk=file.risk)
    task = Task(
        task_id=moment.new_id("tsk"),
        service=step.service,
        step=step.code,
        agency_id=holder.agency_id,
        risk=file.risk,
        assigned_at=moment.now,
        mandatory=step.mandatory,
        state=rule.target,
        protocol_version=moment.in_force.version,
    )
    file.tell_of(task, TaskAssigned, person_id=file.person_id, risk=file.risk, step=step.code)
    for wanted in step.at_once:
        _start(file, wanted, moment, task_id=task.task_id, agency_id=task.agency_id, since=since)


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
            _start(file, wanted, moment, task_id=task.task_id, agency_id=task.agency_id, since=since)


def _bring_forward(file: CaseFile, clock: Clock, wanted: PlannedClock, moment: Moment) -> None:
    """A stricter plan ends a running clock earlier; one that is breached has nothing earlier to give."""
    due_at, bound = wanted.ends(clock.started_at, moment.calendar, file.occurred_at)
    if clock.state is ClockState.RUNNING and due_at < clock.due_at:
        successor = clock.successor(moment.new_id("clk"), risk=file.risk, due_at=due_at, row=bound.row)
        file.succeed(clock, successor, moment.now)


def _start(
    file: CaseFile, wanted: PlannedClock, moment: Moment, *, task_id: str | None, agency_id: str, since: datetime
) -> None:
    due_at, bound = wanted.ends(since, moment.calendar, file.occurred_at)
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
