"""Decides what is told and asked as a case goes its way from report to closing; must never carry a narrative on the bus."""

from typing import Annotated, ClassVar

from pydantic import Field

from tereze.contracts.cases import CaseEvent, Remark
from tereze.contracts.ids import AgencyId, ClockId, StaffId, TaskId
from tereze.contracts.labels import ALLEGATION, OPERATIONAL, STAFF, Contract
from tereze.contracts.words import (
    CaseState,
    CloseReason,
    LadderLevel,
    ReopenReason,
    ReviewFinding,
    Risk,
    ScreenOutReason,
)


class CaseStateEvent(CaseEvent):
    """What every event says by which a case changes its state."""

    state: Annotated[CaseState, OPERATIONAL]
    by_agency_id: Annotated[AgencyId | None, OPERATIONAL, Field(description="Absent: the system itself")] = None
    by_staff_id: Annotated[StaffId | None, STAFF] = None


class CaseActivated(CaseStateEvent):
    """Somebody works on it."""

    type: ClassVar[str] = "tereze.case.activated.v1"


class CaseScreenedOut(CaseStateEvent):
    """A named person found the report below the threshold of a response, for a coded reason."""

    type: ClassVar[str] = "tereze.case.screened-out.v1"
    reason: Annotated[ScreenOutReason, ALLEGATION]
    sampled: Annotated[bool, OPERATIONAL, Field(description="Put up for a second look by another body")]


class CasePlanned(CaseStateEvent):
    """A plan is signed by its holders and in force."""

    type: ClassVar[str] = "tereze.case.plan-in-force.v1"


class CaseClosing(CaseStateEvent):
    """No mandatory task is open; what is left winds down."""

    type: ClassVar[str] = "tereze.case.closing.v1"
    reason: Annotated[CloseReason, OPERATIONAL]


class CaseClosed(CaseStateEvent):
    """Nobody owes the child anything any more."""

    type: ClassVar[str] = "tereze.case.closed.v1"


class CaseReopened(CaseStateEvent):
    """Work on the case goes on."""

    type: ClassVar[str] = "tereze.case.reopened.v1"
    reason: Annotated[ReopenReason, OPERATIONAL]


class CaseRiskRaised(CaseEvent):
    """Several reports that are low each are not low together: the protocol raised the risk."""

    type: ClassVar[str] = "tereze.case.risk-raised.v1"
    risk: Annotated[Risk, ALLEGATION]
    reports: Annotated[int, ALLEGATION, Field(description="How many reports on the child were counted")]
    within_days: Annotated[int, OPERATIONAL]


class CaseReviewed(CaseEvent):
    """Another body looked at a screened-out report again."""

    type: ClassVar[str] = "tereze.case.reviewed.v1"
    finding: Annotated[ReviewFinding, OPERATIONAL]
    by_agency_id: Annotated[AgencyId, OPERATIONAL]
    by_staff_id: Annotated[StaffId | None, STAFF] = None


class EscalationAcknowledged(CaseEvent):
    """Somebody who was told of a breach takes it up; a deadline of theirs begins. The breached one runs on."""

    type: ClassVar[str] = "tereze.escalation.acknowledged.v1"
    clock_id: Annotated[ClockId, OPERATIONAL, Field(description="The breached deadline")]
    task_id: Annotated[TaskId | None, OPERATIONAL] = None
    level: Annotated[LadderLevel, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="Who owes the breached duty")]
    by_agency_id: Annotated[AgencyId, OPERATIONAL]
    by_staff_id: Annotated[StaffId | None, STAFF] = None


class ScreenOutCase(Contract):
    """Body of ``POST /v1/cases/{id}/screen-out``; the reasons are a named person's and kept."""

    reason: Annotated[ScreenOutReason, ALLEGATION]
    remark: Annotated[Remark, ALLEGATION]


class CloseCase(Contract):
    """Body of ``POST /v1/cases/{id}/close``; refused while a mandatory task is open."""

    reason: Annotated[CloseReason, OPERATIONAL]
    remark: Annotated[Remark | None, ALLEGATION] = None


class ReopenCase(Contract):
    """Body of ``POST /v1/cases/{id}/reopen``."""

    reason: Annotated[ReopenReason, OPERATIONAL]
    remark: Annotated[Remark, ALLEGATION]


class ReviewScreening(Contract):
    """Body of ``POST /v1/cases/{id}/review``: another body's second look at a screened-out report."""

    finding: Annotated[ReviewFinding, OPERATIONAL]
    remark: Annotated[Remark, ALLEGATION]
