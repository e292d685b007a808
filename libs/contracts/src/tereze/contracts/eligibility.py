"""Decides what is told and answered about the services a child may receive; must never say why in a family's words on the bus."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from tereze.contracts.cases import CaseEvent, Remark
from tereze.contracts.ids import AgencyId, CaseId, PersonId, ServiceRequestId, StaffId
from tereze.contracts.labels import ALLEGATION, OPERATIONAL, STAFF, Contract
from tereze.contracts.protocols import LimitText
from tereze.contracts.words import AgencyKind, Circumstance, Ground, ServiceCode


class ServiceRequestState(StrEnum):
    """Where a request for a service stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class ServiceRefusal(StrEnum):
    """Why a service is refused."""

    NO_GROUND = "no_ground_in_the_pack"
    GROUND_NOT_MET = "ground_not_met"
    NO_CAPACITY = "no_capacity"
    REFUSED_BY_FAMILY = "refused_by_family"


class ServiceEvent(CaseEvent):
    """What every event of a service request carries."""

    request_id: Annotated[ServiceRequestId, OPERATIONAL]
    service: Annotated[ServiceCode, ALLEGATION]
    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="Who asked")]
    row: Annotated[str, ALLEGATION, Field(description="The row of the protocol that decided")]
    by_agency_id: Annotated[AgencyId | None, OPERATIONAL, Field(description="Absent: the system itself")] = None
    by_staff_id: Annotated[StaffId | None, STAFF] = None


class ServiceAsked(ServiceEvent):
    """A service is asked for on a ground that holds; somebody decides by a time."""

    type: ClassVar[str] = "tereze.service.asked.v1"
    ground: Annotated[Ground, ALLEGATION]
    decider_agency_id: Annotated[AgencyId, OPERATIONAL]
    due_at: Annotated[AwareDatetime, OPERATIONAL]


class ServiceGranted(ServiceEvent):
    """The child receives the service."""

    type: ClassVar[str] = "tereze.service.granted.v1"
    ground: Annotated[Ground, ALLEGATION]


class ServiceRefused(ServiceEvent):
    """The child does not receive the service, with a coded reason."""

    type: ClassVar[str] = "tereze.service.refused.v1"
    reason: Annotated[ServiceRefusal, OPERATIONAL]


class ServiceGapFound(ServiceEvent):
    """The child needs a service and the rules have no ground on which to give it; gaps are counted by child."""

    type: ClassVar[str] = "tereze.service.gap-found.v1"
    person_id: Annotated[PersonId, OPERATIONAL]


class AskService(Contract):
    """Body of ``POST /v1/eligibility``. ``circumstances``: facts learnt since the report, such as socially_deprived."""

    case_id: Annotated[CaseId, OPERATIONAL]
    service: Annotated[ServiceCode, ALLEGATION]
    circumstances: Annotated[tuple[Circumstance, ...], ALLEGATION, Field(max_length=len(Circumstance))] = ()


class DecideService(Contract):
    """Body of ``POST /v1/eligibility/{id}/decide``. Without ``refusal`` the service is granted."""

    refusal: Annotated[ServiceRefusal | None, OPERATIONAL] = None
    remark: Annotated[Remark | None, ALLEGATION] = None


class EntitledService(Contract):
    """One service the case calls for: on which ground it may be received now, or why not."""

    service: Annotated[ServiceCode, ALLEGATION]
    title: Annotated[str, ALLEGATION]
    entitled: Annotated[bool, ALLEGATION]
    ground: Annotated[Ground | None, ALLEGATION] = None
    reason: Annotated[str | None, ALLEGATION, Field(description="The legal basis, or why there is none")] = None
    row: Annotated[str, ALLEGATION]
    decider: Annotated[AgencyKind, OPERATIONAL]
    limit: Annotated[LimitText, OPERATIONAL]


class Eligibility(Contract):
    """Answer of ``GET /v1/eligibility?case_id=``: what this child may receive now."""

    case_id: Annotated[CaseId, OPERATIONAL]
    protocol_version: Annotated[str, OPERATIONAL]
    services: Annotated[
        tuple[EntitledService, ...] | None, ALLEGATION, Field(description="Absent where what happened may not be told")
    ] = None


class ServiceRequestView(Contract):
    """One request for a service and what became of it."""

    request_id: Annotated[ServiceRequestId, OPERATIONAL]
    case_id: Annotated[CaseId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL, Field(description="Send it back as If-Match")]
    state: Annotated[ServiceRequestState, OPERATIONAL]
    service: Annotated[ServiceCode | None, ALLEGATION] = None
    agency_id: Annotated[AgencyId, OPERATIONAL]
    decider_agency_id: Annotated[AgencyId | None, OPERATIONAL] = None
    ground: Annotated[Ground | None, ALLEGATION] = None
    refusal: Annotated[ServiceRefusal | None, OPERATIONAL] = None
    reason: Annotated[str | None, ALLEGATION, Field(description="The legal basis, or why there is none")] = None
    asked_at: Annotated[AwareDatetime, OPERATIONAL]
    due_at: Annotated[AwareDatetime | None, OPERATIONAL] = None
    decided_at: Annotated[AwareDatetime | None, OPERATIONAL] = None


class GapRow(Contract):
    """How many children met one gap of the rules."""

    service: Annotated[ServiceCode, OPERATIONAL]
    protocol_version: Annotated[str, OPERATIONAL]
    children: Annotated[int, OPERATIONAL]
    last_found_at: Annotated[AwareDatetime, OPERATIONAL]


class GapBoard(Contract):
    """Answer of ``GET /v1/gaps``: where the rules have no ground for what children need."""

    as_of: Annotated[AwareDatetime, OPERATIONAL]
    rows: Annotated[tuple[GapRow, ...], OPERATIONAL]
