"""Decides how a family plan is drafted, signed, lived by, amended and left; must never be in force for somebody who did not sign."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, model_validator

from tereze.contracts.cases import TaskAssigned
from tereze.contracts.directory import LocalName
from tereze.contracts.facts import Conflict, Invalid
from tereze.contracts.plans import (
    FamilyPlanEvent,
    FamilyPlanState,
    FamilyService,
    HomeVisited,
    PlanDrafted,
    PlanEnded,
    PlanExit,
    PlanGoal,
    PlanInForce,
    PlanReviewed,
    PlanSigned,
)
from tereze.contracts.words import AgencyKind, CaseState, ClockKind, Starts, WithdrawReason
from tereze.protocol import Limit, due
from tereze.protocol.parts import Part
from tereze.referral.domain.casefile import Capacity, CaseFile, Moment
from tereze.referral.domain.commands import withdraw_task
from tereze.referral.domain.duties import start_duty, start_on
from tereze.referral.domain.evidence import put_plan_in_force
from tereze.referral.domain.placement_rules import Limits
from tereze.referral.domain.standing import LIVE, CaseNotLive
from tereze.referral.domain.tasks import Actor, Task

OPEN = frozenset({FamilyPlanState.DRAFT, FamilyPlanState.IN_FORCE})
"""States of a plan that still means something."""


class PatronageRules(Part):
    """One version of a country's rules about families under a plan."""

    version: Annotated[str, Field(pattern=r"^[a-z-]+/[0-9]+$")]
    effective: date
    services: Mapping[FamilyService, LocalName]
    home_visit: Limits

    @model_validator(mode="after")
    def _every_service(self) -> "PatronageRules":
        if missing := [service.value for service in FamilyService if service not in self.services]:
            raise ValueError(f"no words for {', '.join(missing)}")
        return self


def step_of(service: FamilyService) -> str:
    """The step a service's task stands under."""
    return f"plan.{service}"


class PlannedAlready(Conflict):
    """The family of the case has a plan, or one that waits for signatures."""

    code = "planned-already"
    title = "The family has a plan already; amend it"


class PlanNotInThisState(Conflict):
    """The plan is in a state that this does not start from."""

    code = "plan-not-in-this-state"
    title = "The plan's state does not allow this"


class NothingToSign(Conflict):
    """The body has no service in the plan, or signed already."""

    code = "nothing-to-sign"
    title = "Your body has nothing to sign in this plan"


class BodyCannotServe(Invalid):
    """A service is given to a body that is not there or must not touch the case, or twice."""

    code = "body-cannot-serve"
    title = "A service is given once, to a body of the case's region or the nation that may touch the case"


@dataclass(slots=True)
class PlannedHelp:
    """One service of a plan: who, what, within which limit; the signature and the task that came of it."""

    service: FamilyService
    agency_id: str
    limit: Limit
    signed_by_staff_id: str | None = None
    task_id: str | None = None


@dataclass(slots=True)
class FamilyPlan:
    """One edition of a family's plan."""

    plan_id: str
    case_id: str
    edition: int
    agency_id: str
    goals: tuple[PlanGoal, ...]
    drafted_at: datetime
    services: list[PlannedHelp] = field(default_factory=list)
    state: FamilyPlanState = FamilyPlanState.DRAFT
    version: int = 0
    visits: int = 0
    in_force_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: PlanExit | None = None

    @property
    def open(self) -> bool:
        """Whether it still means something."""
        return self.state in OPEN


def draft_plan(
    file: CaseFile,
    earlier: Iterable[FamilyPlan],
    by: Actor,
    *,
    goals: tuple[PlanGoal, ...],
    services: Sequence[PlannedHelp],
    moment: Moment,
) -> FamilyPlan:
    """A plan that waits for signatures. Raises CaseNotLive, PlannedAlready, BodyCannotServe."""
    if file.state not in LIVE:
        raise CaseNotLive(current_state=file.state, current_version=file.version)
    plans = list(earlier)
    if any(plan.open for plan in plans):
        raise PlannedAlready(current_state=file.state)
    return _draft(file, by, goals=goals, services=services, moment=moment, edition=len(plans) + 1)


def amend_plan(
    file: CaseFile,
    plan: FamilyPlan,
    earlier: Iterable[FamilyPlan],
    by: Actor,
    *,
    goals: tuple[PlanGoal, ...],
    services: Sequence[PlannedHelp],
    moment: Moment,
) -> FamilyPlan:
    """The next edition. What goes on unchanged keeps its task; this edition holds until that one is signed by everybody.

    Then what it no longer asks for is withdrawn.
    """
    _in_state(plan, FamilyPlanState.IN_FORCE)
    plans = list(earlier)
    if any(other.state is FamilyPlanState.DRAFT for other in plans):
        raise PlannedAlready(current_state=FamilyPlanState.DRAFT)
    kept = {(help_.service, help_.agency_id): help_.task_id for help_ in plan.services}
    for help_ in services:
        help_.task_id = kept.get((help_.service, help_.agency_id))
    return _draft(file, by, goals=goals, services=services, moment=moment, edition=plan.edition + 1)


def sign_family_plan(
    file: CaseFile, plan: FamilyPlan, before: FamilyPlan | None, by: Actor, *, moment: Moment, rules: PatronageRules
) -> None:
    """A body signs for its services; with the last signature the plan is in force and every service a duty.

    ``before`` is the edition that this one takes the place of. Raises PlanNotInThisState, NothingToSign.
    """
    _in_state(plan, FamilyPlanState.DRAFT)
    own = [help_ for help_ in plan.services if help_.agency_id == by.agency_id and help_.signed_by_staff_id is None]
    if not own:
        raise NothingToSign(current_state=plan.state, current_version=plan.version)
    for help_ in own:
        help_.signed_by_staff_id = by.staff_id
    _tell(file, plan, PlanSigned, by)
    if all(help_.signed_by_staff_id for help_ in plan.services):
        _put_in_force(file, plan, before, by, moment=moment, rules=rules)


def record_visit(file: CaseFile, plan: FamilyPlan, by: Actor, moment: Moment, rules: PatronageRules) -> None:
    """The family was visited; the next visit is owed from now on."""
    _in_state(plan, FamilyPlanState.IN_FORCE)
    plan.visits += 1
    _tell(file, plan, HomeVisited, by)
    file.stop_clocks(None, frozenset({ClockKind.HOME_VISIT}), moment.now)
    _owe_visit(file, plan, moment, rules)


def review_family_plan(file: CaseFile, plan: FamilyPlan, by: Actor, moment: Moment) -> None:
    """The plan was looked at; the next review is owed from now on."""
    _in_state(plan, FamilyPlanState.IN_FORCE)
    _tell(file, plan, PlanReviewed, by)
    file.stop_clocks(None, frozenset({ClockKind.PLAN_REVIEW}), moment.now)
    start_on(file, Starts.PLAN_SIGNED, moment)


def end_plan(file: CaseFile, plan: FamilyPlan, by: Actor, reason: PlanExit, moment: Moment) -> None:
    """The family leaves the plan; visits and reviews are owed no more, and work on the case goes on."""
    _in_state(plan, *OPEN)
    was_in_force = plan.state is FamilyPlanState.IN_FORCE
    plan.state, plan.ended_at, plan.end_reason = FamilyPlanState.ENDED, moment.now, reason
    if was_in_force and file.state is CaseState.PLAN_IN_FORCE:
        file.state = CaseState.ACTIVE
    _tell(file, plan, PlanEnded, by, reason=reason)
    if was_in_force:
        _end_clocks(file, moment)


def _draft(
    file: CaseFile,
    by: Actor,
    *,
    goals: tuple[PlanGoal, ...],
    services: Sequence[PlannedHelp],
    moment: Moment,
    edition: int,
) -> FamilyPlan:
    there = {agency.agency_id for agency in moment.roster.agencies} - file.excluded
    named = [(help_.service, help_.agency_id) for help_ in services]
    for index, (service, agency_id) in enumerate(named):
        if agency_id not in there or named.count((service, agency_id)) > 1:
            raise BodyCannotServe(pointer=f"/services/{index}")
    plan = FamilyPlan(
        plan_id=moment.new_id("fpl"),
        case_id=file.case_id,
        edition=edition,
        agency_id=by.agency_id,
        goals=goals,
        drafted_at=moment.now,
        services=list(services),
    )
    bodies = tuple(dict.fromkeys(help_.agency_id for help_ in services))
    for agency_id in bodies:
        file.admit(agency_id, Capacity.TOLD)
    _tell(file, plan, PlanDrafted, by, goals=goals, service_agency_ids=bodies)
    return plan


def _put_in_force(
    file: CaseFile, plan: FamilyPlan, before: FamilyPlan | None, by: Actor, *, moment: Moment, rules: PatronageRules
) -> None:
    plan.state, plan.in_force_at = FamilyPlanState.IN_FORCE, moment.now
    if before is not None and before.state is FamilyPlanState.IN_FORCE:
        before.state, before.ended_at = FamilyPlanState.AMENDED, moment.now
        before.version += 1
        plan.visits = before.visits
        _end_clocks(file, moment)
    _tell(file, plan, PlanInForce, by)
    put_plan_in_force(file, by, moment)
    for help_ in plan.services:
        going = file.tasks.get(help_.task_id) if help_.task_id else None
        if going is None or not going.open:
            help_.task_id = _charge(file, help_, by, moment)
    if before is not None:
        _release(file, before, plan, moment)
    _owe_visit(file, plan, moment, rules)


def _release(file: CaseFile, before: FamilyPlan, plan: FamilyPlan, moment: Moment) -> None:
    """What the edition before asked for and this one does not is no longer anybody's duty."""
    kept = {help_.task_id for help_ in plan.services}
    dropped = dict.fromkeys(help_.task_id for help_ in before.services if help_.task_id and help_.task_id not in kept)
    for task_id in dropped:
        task = file.tasks.get(task_id)
        if task is not None and task.open:
            withdraw_task(file, task, None, WithdrawReason.NOT_NEEDED, moment)


def _charge(file: CaseFile, help_: PlannedHelp, by: Actor, moment: Moment) -> str:
    """The service as a duty with its limit; a body that carries one for this family already gets the clock on that task."""
    service = AgencyKind.FAMILY_SUPPORT_CENTRE
    held = [task for task in file.open_tasks() if task.service is service and task.agency_id == help_.agency_id]
    task = held[0] if held else _assign(file, help_, by, moment)
    running = {clock.kind for clock in file.going_clocks(task.task_id)}
    if ClockKind.COMPLETE not in running:
        start_duty(file, ClockKind.COMPLETE, task.agency_id, help_.limit, moment, task_id=task.task_id)
    return task.task_id


def _assign(file: CaseFile, help_: PlannedHelp, by: Actor, moment: Moment) -> Task:
    task = Task(
        task_id=moment.new_id("tsk"),
        service=AgencyKind.FAMILY_SUPPORT_CENTRE,
        step=step_of(help_.service),
        agency_id=help_.agency_id,
        risk=file.risk,
        assigned_at=moment.now,
        region_code=file.region_code,
        protocol_version=moment.in_force.version,
    )
    file.tell_of(task, TaskAssigned, by, person_id=file.person_id, risk=file.risk, step=task.step)
    limit = moment.in_force.obligations[ClockKind.ACKNOWLEDGE].limits[file.risk]
    if isinstance(limit, Limit):
        first = min(limit, help_.limit, key=lambda one: due(one, moment.now, moment.calendar))
        start_duty(file, ClockKind.ACKNOWLEDGE, task.agency_id, first, moment, task_id=task.task_id)
    return task


def _owe_visit(file: CaseFile, plan: FamilyPlan, moment: Moment, rules: PatronageRules) -> None:
    start_duty(file, ClockKind.HOME_VISIT, plan.agency_id, rules.home_visit.at(file.risk), moment)


def _end_clocks(file: CaseFile, moment: Moment) -> None:
    for clock in file.going_clocks(None):
        if clock.kind in {ClockKind.HOME_VISIT, ClockKind.PLAN_REVIEW}:
            file.cancel_clock(clock, moment.now)


def _in_state(plan: FamilyPlan, *states: FamilyPlanState) -> None:
    if plan.state not in states:
        raise PlanNotInThisState(current_state=plan.state, current_version=plan.version)


def _tell(file: CaseFile, plan: FamilyPlan, event: type[FamilyPlanEvent], by: Actor, **facts: Any) -> None:
    plan.version += 1
    file.tell(
        event,
        plan_id=plan.plan_id,
        edition=plan.edition,
        agency_id=plan.agency_id,
        state=plan.state,
        by_agency_id=by.agency_id,
        by_staff_id=by.staff_id,
        **facts,
    )
