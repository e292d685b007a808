"""Decides what is asked and answered when a staff member is said to have broken the policy; must never ride the bus."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from tereze.contracts.cases import Remark
from tereze.contracts.ids import AgencyId, ExclusionId, InvestigationId, StaffId
from tereze.contracts.labels import OPERATIONAL, STAFF, Contract


class BreachKind(StrEnum):
    """What somebody is said to have done."""

    ACCUSED_IN_A_CASE = "accused_in_a_case"
    HARM_OR_RISK = "harm_or_risk"
    CONFIDENTIALITY = "confidentiality"
    CONFLICT_HIDDEN = "conflict_hidden"
    DID_NOT_ACT = "did_not_act"
    CONDUCT = "conduct"


class InvestigationState(StrEnum):
    """How far an investigation has come; it is concluded only after both an interview and the person's own account."""

    OPEN = "open"
    CONCLUDED = "concluded"


class InvestigationOutcome(StrEnum):
    """What follows from the findings."""

    NO_BREACH = "no_breach"
    TRAINING = "training"
    MENTORING = "mentoring"
    REMOVAL = "removal"


class OpenInvestigation(Contract):
    """Body of ``POST /v1/staff/{id}/investigations``; the person's access ends with it."""

    kind: Annotated[BreachKind, STAFF]
    concern: Annotated[Remark, STAFF, Field(description="What is said to have happened; kept sealed")]


class RecordInterview(Contract):
    """Body of ``POST …/interview``: the person was heard."""

    at: Annotated[AwareDatetime, STAFF]


class RecordAccount(Contract):
    """Body of ``POST …/account``: the person's own account, in their words; left out, they were asked and gave none."""

    account: Annotated[Remark | None, STAFF, Field(description="Kept sealed")] = None


class ConcludeInvestigation(Contract):
    """Body of ``POST …/conclude``; mentoring names the mentor."""

    outcome: Annotated[InvestigationOutcome, STAFF]
    finding: Annotated[Remark, STAFF, Field(description="What was found, and why; kept sealed")]
    mentor_staff_id: Annotated[StaffId | None, STAFF] = None


class InvestigationView(Contract):
    """An investigation as those see it who lead it; never the person's own agency where a case accuses them."""

    investigation_id: Annotated[InvestigationId, OPERATIONAL]
    staff_id: Annotated[StaffId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL, Field(description="Send it back as If-Match")]
    state: Annotated[InvestigationState, OPERATIONAL]
    kind: Annotated[BreachKind, STAFF]
    opened_at: Annotated[AwareDatetime, OPERATIONAL]
    opened_by: Annotated[StaffId | None, STAFF, Field(description="Absent: a case accused them")] = None
    exclusion_id: Annotated[ExclusionId | None, OPERATIONAL] = None
    interviewed_at: Annotated[AwareDatetime | None, STAFF] = None
    account_at: Annotated[AwareDatetime | None, STAFF] = None
    concluded_at: Annotated[AwareDatetime | None, STAFF] = None
    outcome: Annotated[InvestigationOutcome | None, STAFF] = None
    mentor_staff_id: Annotated[StaffId | None, STAFF] = None
    concern: Annotated[str | None, STAFF] = None
    account: Annotated[str | None, STAFF] = None
    finding: Annotated[str | None, STAFF] = None


class InvestigationList(Contract):
    """Answer of ``GET /v1/staff/{id}/investigations``, the newest first."""

    items: Annotated[tuple[InvestigationView, ...], OPERATIONAL]
