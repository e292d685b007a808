"""Decides what is told and answered about emergency access to a case; must never carry a name or a reason in words on the bus."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field, StringConstraints

from tereze.contracts.cases import CaseEvent, Remark
from tereze.contracts.exclusions import Disclosure
from tereze.contracts.ids import AgencyId, CaseId, EmergencyAccessId, StaffId
from tereze.contracts.labels import ALLEGATION, OPERATIONAL, STAFF, Contract


class EmergencyReason(StrEnum):
    """Why somebody without a task on a case has to see it now."""

    CHILD_IN_DANGER = "child_in_danger"
    MEDICAL_EMERGENCY = "medical_emergency"
    HOLDER_UNREACHABLE = "holder_unreachable"
    INDEPENDENT_REVIEW = "independent_review"


class EmergencyVerdict(StrEnum):
    """What another body finds about an emergency access afterwards."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


class _EmergencyEvent(CaseEvent):
    """What every event of an emergency access says of it. ``agency_id`` is the body of whoever opened the case to themselves."""

    access_id: Annotated[EmergencyAccessId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    staff_id: Annotated[StaffId, STAFF]
    ends_at: Annotated[AwareDatetime, OPERATIONAL, Field(description="From this instant on nothing is open to them")]


class EmergencyAccessOpened(_EmergencyEvent):
    """A person opened the case to themselves for a few hours; their own agency and everybody on the case hear of it at once."""

    type: ClassVar[str] = "tereze.case.emergency-access-opened.v1"
    reason: Annotated[EmergencyReason, ALLEGATION]


class EmergencyAccessReviewed(_EmergencyEvent):
    """Another body found whether it was justified; where it was not, it ends here."""

    type: ClassVar[str] = "tereze.case.emergency-access-reviewed.v1"
    verdict: Annotated[EmergencyVerdict, OPERATIONAL]
    by_agency_id: Annotated[AgencyId, OPERATIONAL]
    by_staff_id: Annotated[StaffId, STAFF]


class OpenEmergencyAccess(Contract):
    """Body of ``POST /v1/cases/{id}/emergency-access``: for one person, one case and at most four hours."""

    reason: Annotated[EmergencyReason, ALLEGATION]
    remark: Annotated[
        Remark, StringConstraints(min_length=10), ALLEGATION, Field(description="Why in your own words; kept sealed")
    ]
    hours: Annotated[int, OPERATIONAL, Field(ge=1, le=4, description="After so many hours it ends by itself")] = 1


class ReviewEmergencyAccess(Contract):
    """Body of ``POST /v1/cases/{id}/emergency-access/{access_id}/review``."""

    verdict: Annotated[EmergencyVerdict, OPERATIONAL]
    remark: Annotated[Remark, ALLEGATION, Field(description="The reasons; kept sealed")]


class EmergencyAccessView(Contract):
    """An emergency access as those see it who may. ``remark``, ``looked_at``: only for whoever reviews it."""

    access_id: Annotated[EmergencyAccessId, OPERATIONAL]
    case_id: Annotated[CaseId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    staff_id: Annotated[StaffId | None, STAFF] = None
    reason: Annotated[EmergencyReason | None, ALLEGATION] = None
    remark: Annotated[str | None, ALLEGATION] = None
    opened_at: Annotated[AwareDatetime, OPERATIONAL]
    ends_at: Annotated[AwareDatetime, OPERATIONAL]
    verdict: Annotated[EmergencyVerdict | None, OPERATIONAL, Field(description="Absent: still to be reviewed")] = None
    reviewed_at: Annotated[AwareDatetime | None, OPERATIONAL] = None
    reviewed_by_agency_id: Annotated[AgencyId | None, OPERATIONAL] = None
    reviewed_by_staff_id: Annotated[StaffId | None, STAFF] = None
    looked_at: Annotated[
        tuple[Disclosure, ...], OPERATIONAL, Field(description="What of the case was shown by it; persons: GET …/looks")
    ] = ()


class EmergencyAccessList(Contract):
    """Answer of ``GET /v1/cases/{id}/emergency-access``."""

    items: Annotated[tuple[EmergencyAccessView, ...], OPERATIONAL]


class EmergencyAccessPage(Contract):
    """One page of the emergency accesses by an agency's people, newest first."""

    items: Annotated[tuple[EmergencyAccessView, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None
