"""Decides what is told and answered about sittings of the commission on juvenile affairs; must never carry what was said there on the bus."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from tereze.contracts.cases import CaseEvent, Remark
from tereze.contracts.ids import AgencyId, CaseId, SittingId, StaffId, TaskId
from tereze.contracts.labels import ALLEGATION, OPERATIONAL, STAFF, Contract
from tereze.contracts.protocols import LimitText
from tereze.contracts.words import ClockKind, TaskState


class SittingState(StrEnum):
    """Where a sitting stands. One that lacks its quorum stays convened."""

    CONVENED = "convened"
    HELD = "held"


class ConvenedBecause(StrEnum):
    """Who or what convened the commission."""

    PROTOCOL = "protocol"
    REPEATED_BREACH = "repeated_breach"
    REQUEST = "request"


class CommissionMeasure(StrEnum):
    """What the commission decides that somebody does."""

    PROTECT_CHILD = "protect_child"
    EXAMINE_CHILD = "examine_child"
    VISIT_HOME = "visit_home"
    SUPPORT_AT_SCHOOL = "support_at_school"
    PLACE_IN_CENTRE = "place_in_centre"
    TREAT = "treat"
    CORRECT_BEHAVIOUR = "correct_behaviour"
    FAMILY_PLAN = "family_plan"
    CHECK_INSTITUTION = "check_institution"
    REPORT_BACK = "report_back"


class Answer(StrEnum):
    """What an invited body answered."""

    COMING = "coming"
    NOT_COMING = "not_coming"


class SittingEvent(CaseEvent):
    """What every event of a sitting carries."""

    sitting_id: Annotated[SittingId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="The commission that sits")]
    by_agency_id: Annotated[AgencyId | None, OPERATIONAL, Field(description="Absent: the system itself")] = None
    by_staff_id: Annotated[StaffId | None, STAFF] = None


class CommissionConvened(SittingEvent):
    """The commission is convened; every body invited hears of it. Who must not touch the case is not invited."""

    type: ClassVar[str] = "tereze.commission.convened.v1"
    because: Annotated[ConvenedBecause, OPERATIONAL]
    urgent: Annotated[bool, OPERATIONAL]
    rows: Annotated[tuple[str, ...], ALLEGATION, Field(description="Rows of the protocol that say why")]
    sits_at: Annotated[AwareDatetime, OPERATIONAL]
    invited_agency_ids: Annotated[tuple[AgencyId, ...], OPERATIONAL]


class CommissionAnswered(SittingEvent):
    """An invited body answered."""

    type: ClassVar[str] = "tereze.commission.answered.v1"
    answer: Annotated[Answer, OPERATIONAL]


class CommissionAdjourned(SittingEvent):
    """The sitting is on another day; the clock that asks for it runs on."""

    type: ClassVar[str] = "tereze.commission.adjourned.v1"
    sits_at: Annotated[AwareDatetime, OPERATIONAL]


class CommissionSat(SittingEvent):
    """The sitting was held with its quorum."""

    type: ClassVar[str] = "tereze.commission.sat.v1"
    present_agency_ids: Annotated[tuple[AgencyId, ...], OPERATIONAL]
    decisions: Annotated[int, OPERATIONAL]


class CommissionDecided(SittingEvent):
    """One decision: a task with its clocks came of it."""

    type: ClassVar[str] = "tereze.commission.decided.v1"
    task_id: Annotated[TaskId, OPERATIONAL]
    measure: Annotated[CommissionMeasure, ALLEGATION]
    holder_agency_id: Annotated[AgencyId, OPERATIONAL]
    due_at: Annotated[AwareDatetime, OPERATIONAL]


class ConveneCommission(Contract):
    """Body of ``POST /v1/commission``: convene for a case on request."""

    case_id: Annotated[CaseId, OPERATIONAL]
    urgent: Annotated[bool, OPERATIONAL] = False
    remark: Annotated[Remark, ALLEGATION, Field(description="Why")]


class AnswerInvitation(Contract):
    """Body of ``POST /v1/commission/{id}/answer``."""

    answer: Annotated[Answer, OPERATIONAL]
    staff_id: Annotated[StaffId | None, STAFF, Field(description="Who comes; left out, whoever answers")] = None


class AdjournSitting(Contract):
    """Body of ``POST /v1/commission/{id}/adjourn``."""

    sits_at: Annotated[AwareDatetime, OPERATIONAL]
    remark: Annotated[Remark, ALLEGATION]


class Present(Contract):
    """One person who sat."""

    agency_id: Annotated[AgencyId, OPERATIONAL]
    staff_id: Annotated[StaffId, STAFF]


class MakeDecision(Contract):
    """One decision: who does what within which limit."""

    measure: Annotated[CommissionMeasure, ALLEGATION]
    holder_agency_id: Annotated[AgencyId, OPERATIONAL]
    limit: Annotated[LimitText, OPERATIONAL]
    remark: Annotated[Remark, ALLEGATION, Field(description="The decision in words")]


class HoldSitting(Contract):
    """Body of ``POST /v1/commission/{id}/hold``: who sat, the minutes, what was decided."""

    present: Annotated[tuple[Present, ...], OPERATIONAL, Field(min_length=1, max_length=60)]
    minutes: Annotated[str, ALLEGATION, Field(min_length=1, max_length=20_000, pattern=r"\S")]
    decisions: Annotated[tuple[MakeDecision, ...], OPERATIONAL, Field(max_length=40)] = ()


class MemberView(Contract):
    """A body of the commission for this sitting."""

    agency_id: Annotated[AgencyId, OPERATIONAL]
    answer: Annotated[Answer | None, OPERATIONAL] = None
    staff_id: Annotated[StaffId | None, STAFF] = None
    present: Annotated[bool, OPERATIONAL] = False


class AgendaItem(Contract):
    """One question of the sitting: a row of the protocol, or a duty that is late."""

    code: Annotated[str, ALLEGATION]
    task_id: Annotated[TaskId | None, OPERATIONAL] = None
    clock_kind: Annotated[ClockKind | None, OPERATIONAL] = None
    agency_id: Annotated[AgencyId | None, OPERATIONAL] = None


class DecisionView(Contract):
    """One decision and how far it has come."""

    task_id: Annotated[TaskId, OPERATIONAL]
    measure: Annotated[CommissionMeasure, ALLEGATION]
    title: Annotated[str, ALLEGATION]
    holder_agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="Accountable now")]
    due_at: Annotated[AwareDatetime, OPERATIONAL]
    state: Annotated[TaskState, OPERATIONAL]
    breached: Annotated[bool, OPERATIONAL]


class SittingSummary(Contract):
    """A row of ``GET /v1/commission``."""

    sitting_id: Annotated[SittingId, OPERATIONAL]
    case_id: Annotated[CaseId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL, Field(description="Send it back as If-Match")]
    state: Annotated[SittingState, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    urgent: Annotated[bool, OPERATIONAL]
    because: Annotated[ConvenedBecause, OPERATIONAL]
    convened_at: Annotated[AwareDatetime, OPERATIONAL]
    sits_at: Annotated[AwareDatetime, OPERATIONAL]


class SittingView(SittingSummary):
    """Answer of ``GET /v1/commission/{id}``, redacted for whoever asks."""

    rows: Annotated[tuple[str, ...], ALLEGATION] = ()
    agenda: Annotated[tuple[AgendaItem, ...], OPERATIONAL] = ()
    quorum: Annotated[int, OPERATIONAL, Field(description="So many bodies must be present")]
    members: Annotated[tuple[MemberView, ...], OPERATIONAL] = ()
    adjourned: Annotated[int, OPERATIONAL, Field(description="How often it was put off")] = 0
    held_at: Annotated[AwareDatetime | None, OPERATIONAL] = None
    decisions: Annotated[tuple[DecisionView, ...], OPERATIONAL] = ()


class SittingPage(Contract):
    """One page of sittings, by id."""

    items: Annotated[tuple[SittingSummary, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None
