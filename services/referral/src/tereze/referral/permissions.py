"""Decides what the access policies are told of a case or task; must never decide itself."""

from dataclasses import replace

from tereze.access import Actor, Decision, Resource, decide, decide_each
from tereze.contracts.placements import PlacementState
from tereze.contracts.words import CaseState, ClockKind
from tereze.referral.domain.casefile import Capacity, CaseFile
from tereze.referral.domain.commission import Sitting
from tereze.referral.domain.eligibility import ServiceRequest
from tereze.referral.domain.patronage import FamilyPlan
from tereze.referral.domain.placement import Placement
from tereze.referral.domain.tasks import Task


def case_resource(file: CaseFile) -> Resource:
    """The case as the policies weigh it: who holds, was offered, accepted, referred, triages, was told, must not know."""
    live = list(file.tasks.values()) if file.state is CaseState.JOINED else file.open_tasks()
    return Resource(
        "case",
        holders=frozenset(task.agency_id for task in live),
        offered=frozenset(task.offered_agency_id for task in live if task.offered_agency_id),
        accepted_holders=frozenset(task.agency_id for task in live if task.accepted),
        participants=file.having(Capacity.REFERRER),
        desks=file.having(Capacity.DESK),
        told=file.having(Capacity.TOLD),
        keepers=frozenset(clock.agency_id for clock in file.going_clocks(None)),
        reviewers=frozenset(c.agency_id for c in file.going_clocks(None) if c.kind is ClockKind.INDEPENDENT_REVIEW),
        excluded=file.excluded,
        opened_to=file.opened_to,
        risk=file.risk,
        region_code=file.region_code,
    )


def task_resource(file: CaseFile, task: Task) -> Resource:
    """The task as the policies weigh it. Its holder is who is accountable, or was when it ended."""
    holder = frozenset({task.agency_id})
    return Resource(
        "task",
        holders=holder,
        offered=frozenset({task.offered_agency_id} if task.offered_agency_id else ()),
        accepted_holders=holder if task.accepted else frozenset(),
        participants=file.having(Capacity.REFERRER),
        desks=file.having(Capacity.DESK),
        deciders=frozenset(c.agency_id for c in file.going_clocks(task.task_id) if c.kind is ClockKind.DISPUTE),
        excluded=file.excluded,
        risk=task.risk,
        region_code=file.region_code,
    )


def placement_resource(file: CaseFile, placement: Placement) -> Resource:
    """The placement as the policies weigh it: who asked (its owner), the centre (offered, once decided accepted), the case's own."""
    case, centre = case_resource(file), placement.centre_agency_id
    settled = {PlacementState.PLACED, PlacementState.ADMITTED, PlacementState.DISCHARGED}
    return replace(
        case,
        kind="placement",
        owner_agency_id=placement.agency_id,
        offered=frozenset({centre} if centre else ()),
        accepted_holders=case.accepted_holders | ({centre} if centre and placement.state in settled else set()),
    )


def sitting_resource(file: CaseFile, sitting: Sitting) -> Resource:
    """The sitting as the policies weigh it: the commission owns it, the bodies it invited are offered a seat."""
    return replace(
        case_resource(file),
        kind="sitting",
        owner_agency_id=sitting.agency_id,
        offered=frozenset(sitting.members),
    )


def plan_resource(file: CaseFile, plan: FamilyPlan) -> Resource:
    """The family plan as the policies weigh it: who leads it owns it, the bodies that serve in it are offered a part."""
    bodies = frozenset(help_.agency_id for help_ in plan.services)
    return replace(case_resource(file), kind="plan", owner_agency_id=plan.agency_id, offered=bodies)


def service_resource(file: CaseFile, request: ServiceRequest) -> Resource:
    """The service request as the policies weigh it: who asked owns it, the body that decides is offered the word."""
    decider = frozenset({request.decider_agency_id} if request.decider_agency_id else ())
    return replace(case_resource(file), kind="service", owner_agency_id=request.agency_id, offered=decider)


def may_read_case(actor: Actor, file: CaseFile) -> Decision:
    """Whether the case may be known of, and which labels are seen of it."""
    return decide(actor, "read_case", case_resource(file))


def may_read_narrative(actor: Actor, file: CaseFile) -> bool:
    """Whether the reporters' words may be read."""
    return decide(actor, "read_narrative", case_resource(file)).allowed


def may_read_task(actor: Actor, file: CaseFile, task: Task) -> Decision:
    """Whether the task may be known of: by its agency, or by whoever may read its case."""
    own, whole = decide_each(actor, [("read_case", task_resource(file, task)), ("read_case", case_resource(file))])
    if own.allowed and whole.allowed:
        return Decision(allowed=True, policy_id=f"{own.policy_id} {whole.policy_id}", labels=own.labels | whole.labels)
    return own if own.allowed and actor.agency_id not in file.excluded else whole
