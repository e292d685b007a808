"""Decides what is told and answered about who must not touch a case, and what they had seen; must never carry a name or a narrative."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field, StringConstraints

from tereze.contracts.cases import CaseEvent, Remark
from tereze.contracts.events import Event
from tereze.contracts.ids import AgencyId, CaseId, DisclosureId, ExclusionId, StaffId, TaskId
from tereze.contracts.labels import ALLEGATION, OPERATIONAL, STAFF, Contract, Sensitivity


class ExclusionBasis(StrEnum):
    """Why somebody must not touch a case. Only the accused lose their access everywhere."""

    ACCUSED = "accused"
    MUST_NOT_SEE = "must_not_see"
    CONFLICT_OF_INTEREST = "conflict_of_interest"


class _ExclusionEvent(CaseEvent):
    """What every event of an exclusion says of it."""

    exclusion_id: Annotated[ExclusionId, OPERATIONAL]
    agency_ids: Annotated[
        tuple[AgencyId, ...],
        ALLEGATION,
        Field(
            description="Every agency it keeps out: the one named, its units and, where an institution is accused, its parents"
        ),
    ] = ()
    staff_ids: Annotated[tuple[StaffId, ...], ALLEGATION, Field(description="Every person it keeps out")] = ()
    with_units: Annotated[
        tuple[AgencyId, ...],
        ALLEGATION,
        Field(description="Those of the agencies whose units it keeps out too, also units founded after this event"),
    ] = ()
    by_agency_id: Annotated[AgencyId | None, OPERATIONAL, Field(description="Absent: it came with a referral")] = None
    by_staff_id: Annotated[StaffId | None, STAFF] = None


class ExclusionRecorded(_ExclusionEvent):
    """From this event on these bodies neither handle, see nor hear of the case. It precedes whatever the case tells next.

    The same exclusion is told again, with one person more, when somebody leaves a body that is kept out.
    """

    type: ClassVar[str] = "tereze.case.exclusion-recorded.v1"
    basis: Annotated[ExclusionBasis, ALLEGATION]


class ExclusionLifted(_ExclusionEvent):
    """Two persons found that the exclusion does not hold. Another exclusion of the same body stands on its own."""

    type: ClassVar[str] = "tereze.case.exclusion-lifted.v1"


class StaffAccused(Event):
    """A staff member is accused in a case: their access ends everywhere, at once. It says nothing of the case."""

    type: ClassVar[str] = "tereze.staff.accused.v1"
    topic: ClassVar[str] = "tereze.referral.accusations"
    key_field: ClassVar[str] = "staff_id"

    staff_id: Annotated[StaffId, OPERATIONAL]
    exclusion_id: Annotated[ExclusionId, OPERATIONAL, Field(description="Whoever may know more finds the case by it")]
    accused_at: Annotated[AwareDatetime, OPERATIONAL]


class RecordExclusion(Contract):
    """Body of ``POST /v1/cases/{id}/exclusions``: exactly one of agency and staff member."""

    agency_id: Annotated[AgencyId | None, ALLEGATION] = None
    staff_id: Annotated[StaffId | None, ALLEGATION] = None
    basis: Annotated[ExclusionBasis, ALLEGATION]
    remark: Annotated[Remark, ALLEGATION, Field(description="Why; kept sealed")]


class LiftExclusion(Contract):
    """Body of ``POST /v1/cases/{id}/exclusions/{exclusion_id}/lift``; two persons have to say it."""

    remark: Annotated[Remark, ALLEGATION, Field(description="Why it does not hold; kept sealed")]


class ExclusionState(StrEnum):
    """Whether an exclusion holds. Until the second person has spoken it does."""

    IN_FORCE = "in_force"
    LIFT_ASKED = "lift_asked"
    LIFTED = "lifted"


class Disclosure(Contract):
    """What was shown to whom, when, through which door, and which policies allowed it; never the value shown."""

    disclosure_id: Annotated[DisclosureId, OPERATIONAL]
    case_id: Annotated[CaseId, OPERATIONAL]
    at: Annotated[AwareDatetime, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    staff_id: Annotated[StaffId | None, STAFF] = None
    door: Annotated[
        Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")],
        OPERATIONAL,
        Field(description="case, case_list, task, task_list, narrative, feed or webhook"),
    ]
    task_id: Annotated[TaskId | None, OPERATIONAL] = None
    labels: Annotated[tuple[Sensitivity, ...], OPERATIONAL, Field(description="Which labels were let through")] = ()
    policy_id: Annotated[str, OPERATIONAL]


class ExclusionView(Contract):
    """An exclusion as those see it who may, with what the excluded had seen before."""

    exclusion_id: Annotated[ExclusionId, OPERATIONAL]
    case_id: Annotated[CaseId, OPERATIONAL]
    basis: Annotated[ExclusionBasis, ALLEGATION]
    state: Annotated[ExclusionState, OPERATIONAL]
    agency_ids: Annotated[tuple[AgencyId, ...], ALLEGATION] = ()
    staff_ids: Annotated[tuple[StaffId, ...], ALLEGATION] = ()
    recorded_at: Annotated[AwareDatetime, OPERATIONAL]
    by_agency_id: Annotated[AgencyId | None, OPERATIONAL] = None
    by_staff_id: Annotated[StaffId | None, STAFF] = None
    lifted_at: Annotated[AwareDatetime | None, OPERATIONAL] = None
    had_seen: Annotated[tuple[Disclosure, ...], OPERATIONAL] = ()


class ExclusionList(Contract):
    """Answer of ``GET /v1/cases/{id}/exclusions``."""

    items: Annotated[tuple[ExclusionView, ...], OPERATIONAL]


class DisclosurePage(Contract):
    """One page of disclosures, newest first."""

    items: Annotated[tuple[Disclosure, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None
