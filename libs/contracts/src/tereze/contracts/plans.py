"""Decides what is told and answered about family plans of Social Patronage; must never carry a family's words on the bus."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from tereze.contracts.cases import CaseEvent, ClockView, Contact, Remark
from tereze.contracts.ids import AgencyId, CaseId, FamilyPlanId, StaffId, TaskId
from tereze.contracts.labels import ALLEGATION, OPERATIONAL, STAFF, Contract
from tereze.contracts.protocols import LimitText
from tereze.contracts.words import TaskState


class FamilyPlanState(StrEnum):
    """Where a family plan stands. An amended one was followed by a newer edition."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    AMENDED = "amended"
    ENDED = "ended"


class PlanGoal(StrEnum):
    """What the family wants to reach."""

    CHILD_SAFE_AT_HOME = "child_safe_at_home"
    REGULAR_SCHOOL = "regular_school"
    NO_VIOLENCE = "no_violence"
    SOBER_PARENT = "sober_parent"
    STEADY_INCOME = "steady_income"
    SAFE_HOUSING = "safe_housing"
    HEALTH = "health"
    DOCUMENTS = "documents"


class FamilyService(StrEnum):
    """What a body does for the family."""

    HOME_VISITS = "home_visits"
    PARENTING_SUPPORT = "parenting_support"
    PSYCHOLOGIST = "psychologist"
    SCHOOL_SUPPORT = "school_support"
    MEDICAL_CARE = "medical_care"
    ADDICTION_TREATMENT = "addiction_treatment"
    LEGAL_HELP = "legal_help"
    SOCIAL_PAYMENTS = "social_payments"
    BEHAVIOUR_PROGRAMME = "behaviour_programme"


class PlanExit(StrEnum):
    """Why a plan ended."""

    GOALS_REACHED = "goals_reached"
    CHILD_PLACED = "child_placed"
    FAMILY_MOVED = "family_moved"
    FAMILY_REFUSED = "family_refused"
    OTHER_RESPONSE = "other_response"


class FamilyPlanEvent(CaseEvent):
    """What every event of a family plan carries."""

    plan_id: Annotated[FamilyPlanId, OPERATIONAL]
    edition: Annotated[int, OPERATIONAL, Field(description="1, and one more with each amendment")]
    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="Who leads the plan")]
    state: Annotated[FamilyPlanState, OPERATIONAL]
    by_agency_id: Annotated[AgencyId | None, OPERATIONAL] = None
    by_staff_id: Annotated[StaffId | None, STAFF] = None


class PlanDrafted(FamilyPlanEvent):
    """A plan, or the next edition of one, waits for the signatures of whoever carries it out."""

    type: ClassVar[str] = "tereze.family-plan.drafted.v1"
    goals: Annotated[tuple[PlanGoal, ...], ALLEGATION]
    service_agency_ids: Annotated[tuple[AgencyId, ...], OPERATIONAL]


class PlanSigned(FamilyPlanEvent):
    """One body signed for its services."""

    type: ClassVar[str] = "tereze.family-plan.signed.v1"


class PlanInForce(FamilyPlanEvent):
    """Everybody signed: each service is a duty now."""

    type: ClassVar[str] = "tereze.family-plan.in-force.v1"


class HomeVisited(FamilyPlanEvent):
    """The family was visited; the next visit has its own clock."""

    type: ClassVar[str] = "tereze.family-plan.home-visited.v1"


class PlanReviewed(FamilyPlanEvent):
    """The plan was looked at; the next review has its own clock."""

    type: ClassVar[str] = "tereze.family-plan.reviewed.v1"


class PlanEnded(FamilyPlanEvent):
    """The family leaves the plan."""

    type: ClassVar[str] = "tereze.family-plan.ended.v1"
    reason: Annotated[PlanExit, OPERATIONAL]


class ServiceOfPlan(Contract):
    """One service: which body does what for the family within which limit."""

    service: Annotated[FamilyService, ALLEGATION]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    limit: Annotated[LimitText, OPERATIONAL]


class DraftPlan(Contract):
    """Body of ``POST /v1/plans``."""

    case_id: Annotated[CaseId, OPERATIONAL]
    goals: Annotated[tuple[PlanGoal, ...], ALLEGATION, Field(min_length=1, max_length=len(PlanGoal))]
    services: Annotated[tuple[ServiceOfPlan, ...], OPERATIONAL, Field(min_length=1, max_length=20)]
    remark: Annotated[Remark, ALLEGATION, Field(description="The plan in the family's words")]


class AmendPlan(Contract):
    """Body of ``POST /v1/plans/{id}/amend``: the next edition; this one holds until that one is signed."""

    goals: Annotated[tuple[PlanGoal, ...], ALLEGATION, Field(min_length=1, max_length=len(PlanGoal))]
    services: Annotated[tuple[ServiceOfPlan, ...], OPERATIONAL, Field(min_length=1, max_length=20)]
    remark: Annotated[Remark, ALLEGATION]


class VisitFamily(Contract):
    """Body of ``POST /v1/plans/{id}/visit``."""

    contact: Annotated[Contact, OPERATIONAL]
    remark: Annotated[Remark | None, ALLEGATION] = None


class ReviewFamilyPlan(Contract):
    """Body of ``POST /v1/plans/{id}/review``."""

    remark: Annotated[Remark, ALLEGATION]
    child_view: Annotated[Remark | None, ALLEGATION] = None


class EndPlan(Contract):
    """Body of ``POST /v1/plans/{id}/end``."""

    reason: Annotated[PlanExit, OPERATIONAL]
    remark: Annotated[Remark, ALLEGATION]


class PlanServiceView(ServiceOfPlan):
    """A service with its signature and how far it has come."""

    signed_by_staff_id: Annotated[StaffId | None, STAFF] = None
    task_id: Annotated[TaskId | None, OPERATIONAL] = None
    state: Annotated[TaskState | None, OPERATIONAL] = None


class FamilyPlanSummary(Contract):
    """A row of ``GET /v1/plans``."""

    plan_id: Annotated[FamilyPlanId, OPERATIONAL]
    case_id: Annotated[CaseId, OPERATIONAL]
    edition: Annotated[int, OPERATIONAL]
    version: Annotated[int, OPERATIONAL, Field(description="Send it back as If-Match")]
    state: Annotated[FamilyPlanState, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    drafted_at: Annotated[AwareDatetime, OPERATIONAL]
    in_force_at: Annotated[AwareDatetime | None, OPERATIONAL] = None
    ended_at: Annotated[AwareDatetime | None, OPERATIONAL] = None


class FamilyPlanView(FamilyPlanSummary):
    """Answer of ``GET /v1/plans/{id}``, redacted for whoever asks."""

    goals: Annotated[tuple[PlanGoal, ...], ALLEGATION] = ()
    services: Annotated[tuple[PlanServiceView, ...], OPERATIONAL] = ()
    visits: Annotated[int, OPERATIONAL] = 0
    end_reason: Annotated[PlanExit | None, OPERATIONAL] = None
    clocks: Annotated[tuple[ClockView, ...], OPERATIONAL] = ()


class FamilyPlanPage(Contract):
    """One page of family plans, by id."""

    items: Annotated[tuple[FamilyPlanSummary, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None
