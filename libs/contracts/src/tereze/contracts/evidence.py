"""Decides what is put on record as evidence that a duty of a case was done; must never carry its text on the bus."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field, StringConstraints

from tereze.contracts.cases import CaseEvent, Remark
from tereze.contracts.ids import AgencyId, StaffId, TaskId
from tereze.contracts.labels import ALLEGATION, OPERATIONAL, STAFF, Contract
from tereze.contracts.words import ClockKind

Reference = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w./№-]+$")]


class EvidenceRecorded(CaseEvent):
    """It is on record that a duty was done; its deadline, if one ran, ends by it."""

    type: ClassVar[str] = "tereze.case.evidence-recorded.v1"
    duty: Annotated[ClockKind, OPERATIONAL]
    task_id: Annotated[TaskId | None, OPERATIONAL, Field(description="Absent: the case's own")] = None
    agency_ids: Annotated[tuple[AgencyId, ...], OPERATIONAL, Field(description="Who was told or took part")] = ()
    by_agency_id: Annotated[AgencyId, OPERATIONAL]
    by_staff_id: Annotated[StaffId | None, STAFF] = None


class RecordDisclosures(Contract):
    """Body of ``POST /v1/cases/{id}/agencies-informed``: which agencies were told, and on which ground."""

    agency_ids: Annotated[tuple[AgencyId, ...], OPERATIONAL, Field(min_length=1, max_length=50)]
    at: Annotated[AwareDatetime, OPERATIONAL]
    remark: Annotated[Remark, ALLEGATION, Field(description="What was told, and the legal ground")]


class RecordMinutes(Contract):
    """Body of ``POST /v1/cases/{id}/strategy-minutes``; decisions become tasks by ``POST /v1/cases/{id}/tasks``."""

    agency_ids: Annotated[tuple[AgencyId, ...], OPERATIONAL, Field(min_length=2, max_length=50)]
    at: Annotated[AwareDatetime, OPERATIONAL]
    minutes: Annotated[Remark, ALLEGATION]


class ApproveAssessment(Contract):
    """Body of ``POST /v1/cases/{id}/assessment``: approved by somebody other than its author."""

    author_staff_id: Annotated[StaffId, STAFF]
    summary: Annotated[Remark, ALLEGATION]


class RecordEvidence(Contract):
    """Body of ``POST /v1/tasks/{id}/evidence``: a duty of the task was done. A protective measure names its decision."""

    duty: Annotated[ClockKind, OPERATIONAL]
    at: Annotated[AwareDatetime, OPERATIONAL]
    reference: Annotated[
        Reference | None, ALLEGATION, Field(description="Number of the decision or record in the body's own books")
    ] = None
    remark: Annotated[Remark | None, ALLEGATION] = None


class SignPlan(Contract):
    """Body of ``POST /v1/cases/{id}/plan``: signed by every agency that holds a part of it."""

    agency_ids: Annotated[tuple[AgencyId, ...], OPERATIONAL, Field(min_length=1, max_length=50)]
    at: Annotated[AwareDatetime, OPERATIONAL]
    summary: Annotated[Remark, ALLEGATION]


class RecordPlanReview(Contract):
    """Body of ``POST /v1/cases/{id}/plan-reviews``; the next one is due from then on."""

    at: Annotated[AwareDatetime, OPERATIONAL]
    summary: Annotated[Remark, ALLEGATION]


class TellReporter(Contract):
    """Body of ``POST /v1/cases/{id}/reporter-told``: what the reporter was told, in safe wording."""

    at: Annotated[AwareDatetime, OPERATIONAL]
    message: Annotated[Remark, ALLEGATION]
