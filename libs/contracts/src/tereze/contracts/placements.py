"""Decides what is told and answered about rehabilitation centres and the beds children get there; must never say who a child is on the bus."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field, StringConstraints

from tereze.contracts.cases import CaseEvent, ClockView, Remark
from tereze.contracts.directory import LocalName
from tereze.contracts.events import Event
from tereze.contracts.ids import AgencyId, CaseId, CentreId, PlacementId, RegionCode, StaffId
from tereze.contracts.labels import ALLEGATION, IDENTITY, LOCATION, OPERATIONAL, STAFF, Contract
from tereze.contracts.words import CentreProfile, PlacedAs, Risk, Sex

DecisionId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[0-9A-Za-zА-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі№/.-]+$"),
    Field(description="Number of the act at the body that made it; never a person's number"),
]
Age = Annotated[int, Field(ge=0, le=17, description="In whole years")]


class PlacementState(StrEnum):
    """Where a request for a bed stands. A bed is taken from ``held`` to ``admitted``."""

    WAITING = "waiting"
    HELD = "held"
    PLACED = "placed"
    ADMITTED = "admitted"
    DISCHARGED = "discharged"
    WITHDRAWN = "withdrawn"


class LegalBasis(StrEnum):
    """By whose act a child is placed."""

    COURT_DECISION = "court_decision"
    GUARDIANSHIP_DECISION = "guardianship_decision"
    COMMISSION_DECISION = "commission_decision"
    POLICE_ORDER = "police_order"
    PARENTAL_CONSENT = "parental_consent"
    CHILDS_OWN_REQUEST = "childs_own_request"


class PlacementEnd(StrEnum):
    """Why a stay, or a request, ended."""

    RETURNED_TO_FAMILY = "returned_to_family"
    TO_GUARDIAN = "to_guardian"
    TO_HOSPITAL = "to_hospital"
    TO_ANOTHER_CENTRE = "to_another_centre"
    TERM_OVER = "term_over"
    NOT_NEEDED = "not_needed"
    REFUSED_BY_FAMILY = "refused_by_family"


class OfferReason(StrEnum):
    """Why a centre is offered, or is not."""

    FREE_BEDS = "free_beds"
    DISTANCE = "distance"
    FITS = "fits"
    FULL = "full"
    PROFILE = "profile"
    SITUATION = "situation"
    AGE = "age"
    SEX = "sex"
    EXCLUDED = "excluded"
    CLOSED = "closed"


class PlacementEvent(CaseEvent):
    """What every event of a placement carries."""

    placement_id: Annotated[PlacementId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="Who asked for the bed")]
    state: Annotated[PlacementState, OPERATIONAL, Field(description="After this event")]
    centre_id: Annotated[CentreId | None, LOCATION] = None
    centre_agency_id: Annotated[AgencyId | None, LOCATION, Field(description="The body that runs the centre")] = None
    by_agency_id: Annotated[AgencyId | None, OPERATIONAL, Field(description="Absent: the system itself")] = None
    by_staff_id: Annotated[StaffId | None, STAFF] = None


class PlacementRequested(PlacementEvent):
    """A bed is asked for; without one free, the child is in line."""

    type: ClassVar[str] = "tereze.placement.requested.v1"
    profile: Annotated[CentreProfile, ALLEGATION]


class PlacementHeld(PlacementEvent):
    """A bed is held for the child until a decision comes or the hold runs out."""

    type: ClassVar[str] = "tereze.placement.held.v1"
    held_until: Annotated[AwareDatetime, OPERATIONAL]


class PlacementReleased(PlacementEvent):
    """The held bed was given up; the child is in line again."""

    type: ClassVar[str] = "tereze.placement.released.v1"
    reason: Annotated[str, OPERATIONAL, Field(description="hold_expired or centre_excluded")]


class PlacementDecided(PlacementEvent):
    """The child's stay has a legal basis and a term."""

    type: ClassVar[str] = "tereze.placement.decided.v1"
    legal_basis: Annotated[LegalBasis, ALLEGATION]
    decision_id: Annotated[DecisionId, ALLEGATION]
    term_ends_on: Annotated[date, OPERATIONAL]


class PlacementAdmitted(PlacementEvent):
    """The child arrived at the centre."""

    type: ClassVar[str] = "tereze.placement.admitted.v1"


class PlacementReviewed(PlacementEvent):
    """Somebody looked whether the stay is still right; the next review has its own clock."""

    type: ClassVar[str] = "tereze.placement.reviewed.v1"


class PlacementDischarged(PlacementEvent):
    """The child left the centre."""

    type: ClassVar[str] = "tereze.placement.discharged.v1"
    reason: Annotated[PlacementEnd, OPERATIONAL]


class PlacementWithdrawn(PlacementEvent):
    """The bed is no longer asked for."""

    type: ClassVar[str] = "tereze.placement.withdrawn.v1"
    reason: Annotated[PlacementEnd, OPERATIONAL]


class CentreChanged(Event):
    """A centre's beds as they are now; ``centre_version`` grows with each change."""

    type: ClassVar[str] = "tereze.centre.changed.v1"
    topic: ClassVar[str] = "tereze.referral.places"
    key_field: ClassVar[str] = "centre_id"

    centre_id: Annotated[CentreId, OPERATIONAL]
    centre_version: Annotated[int, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    region_code: Annotated[RegionCode, OPERATIONAL]
    capacity: Annotated[int, OPERATIONAL]
    taken: Annotated[int, OPERATIONAL]


class Coordinates(Contract):
    """A point on the map, in degrees."""

    latitude: Annotated[float, OPERATIONAL, Field(ge=-90, le=90)]
    longitude: Annotated[float, OPERATIONAL, Field(ge=-180, le=180)]


class OpenCentre(Contract):
    """Body of ``POST /v1/centres``: whom a centre takes, where it is, how many beds it has."""

    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="The rehabilitation body that runs it")]
    region_code: Annotated[RegionCode, OPERATIONAL]
    name: Annotated[LocalName, OPERATIONAL]
    profiles: Annotated[tuple[CentreProfile, ...], OPERATIONAL, Field(min_length=1, max_length=len(CentreProfile))]
    situations: Annotated[tuple[PlacedAs, ...], OPERATIONAL, Field(min_length=1, max_length=len(PlacedAs))]
    youngest: Annotated[Age, OPERATIONAL]
    oldest: Annotated[Age, OPERATIONAL]
    sexes: Annotated[tuple[Sex, ...], OPERATIONAL, Field(min_length=1, max_length=2)]
    capacity: Annotated[int, OPERATIONAL, Field(ge=0, le=10_000, description="Beds")]
    at: Annotated[Coordinates, OPERATIONAL]


class SetCapacity(Contract):
    """Body of ``POST /v1/centres/{id}/capacity``; never below the beds that are taken."""

    capacity: Annotated[int, OPERATIONAL, Field(ge=0, le=10_000)]


class CentreView(OpenCentre):
    """A centre with the beds that are free now."""

    centre_id: Annotated[CentreId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL, Field(description="Send it back as If-Match")]
    free_beds: Annotated[int, OPERATIONAL]


class CentrePage(Contract):
    """One page of centres, by id."""

    items: Annotated[tuple[CentreView, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None


class RequestPlacement(Contract):
    """Body of ``POST /v1/placements``. ``from_region_code``: where the child is, if not in the region of the case."""

    case_id: Annotated[CaseId, OPERATIONAL]
    profile: Annotated[CentreProfile, ALLEGATION]
    placed_as: Annotated[PlacedAs, ALLEGATION]
    age: Annotated[Age, IDENTITY]
    sex: Annotated[Sex, IDENTITY, Field(description="unknown fits only centres that take both")]
    from_region_code: Annotated[RegionCode | None, LOCATION] = None


class Reason(Contract):
    """One reason, as a code and in the reader's language."""

    code: Annotated[OfferReason, OPERATIONAL]
    text: Annotated[str, OPERATIONAL]


class Offer(Contract):
    """One centre as it was weighed for one child. ``rank`` is absent where it cannot take the child now."""

    centre_id: Annotated[CentreId, LOCATION]
    title: Annotated[str, LOCATION]
    agency_id: Annotated[AgencyId, LOCATION]
    rank: Annotated[int | None, OPERATIONAL] = None
    distance_km: Annotated[int, LOCATION]
    free_beds: Annotated[int, OPERATIONAL]
    reasons: Annotated[tuple[Reason, ...], OPERATIONAL]


class HoldBed(Contract):
    """Body of ``POST /v1/placements/{id}/hold``: another centre than the window chose."""

    centre_id: Annotated[CentreId, LOCATION]


class DecidePlacement(Contract):
    """Body of ``POST /v1/placements/{id}/decide``: by whose act, until when. Again while the child stays: a new term."""

    legal_basis: Annotated[LegalBasis, ALLEGATION]
    decision_id: Annotated[DecisionId, ALLEGATION]
    term_ends_on: Annotated[date, OPERATIONAL, Field(description="Last day of the stay")]


class ReviewPlacement(Contract):
    """Body of ``POST /v1/placements/{id}/review``: why the stay is still right, and what the child says."""

    remark: Annotated[Remark, ALLEGATION]
    child_view: Annotated[Remark | None, ALLEGATION] = None


class EndPlacement(Contract):
    """Body of ``POST /v1/placements/{id}/discharge`` and ``/withdraw``."""

    reason: Annotated[PlacementEnd, OPERATIONAL]
    remark: Annotated[Remark | None, ALLEGATION] = None


class PlacementSummary(Contract):
    """A row of ``GET /v1/placements``."""

    placement_id: Annotated[PlacementId, OPERATIONAL]
    case_id: Annotated[CaseId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL, Field(description="Send it back as If-Match")]
    state: Annotated[PlacementState, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="Who asked")]
    urgency: Annotated[Risk | None, ALLEGATION] = None
    requested_at: Annotated[AwareDatetime, OPERATIONAL]
    centre_id: Annotated[CentreId | None, LOCATION] = None
    centre_agency_id: Annotated[AgencyId | None, LOCATION] = None
    held_until: Annotated[AwareDatetime | None, OPERATIONAL] = None
    term_ends_on: Annotated[date | None, OPERATIONAL] = None


class PlacementView(PlacementSummary):
    """Answer of ``GET /v1/placements/{id}``, redacted for whoever asks."""

    profile: Annotated[CentreProfile | None, ALLEGATION] = None
    placed_as: Annotated[PlacedAs | None, ALLEGATION] = None
    age: Annotated[Age | None, IDENTITY] = None
    sex: Annotated[Sex | None, IDENTITY] = None
    from_region_code: Annotated[RegionCode | None, LOCATION] = None
    ahead_in_line: Annotated[
        int | None, OPERATIONAL, Field(description="How many come before this child; only while waiting")
    ] = None
    holds: Annotated[
        int, OPERATIONAL, Field(description="How many beds were held so far; each ran out once at most")
    ] = 0
    legal_basis: Annotated[LegalBasis | None, ALLEGATION] = None
    decision_id: Annotated[DecisionId | None, ALLEGATION] = None
    admitted_at: Annotated[AwareDatetime | None, OPERATIONAL] = None
    ended_at: Annotated[AwareDatetime | None, OPERATIONAL] = None
    end_reason: Annotated[PlacementEnd | None, OPERATIONAL] = None
    offers: Annotated[tuple[Offer, ...], OPERATIONAL, Field(description="Until a decision is made")] = ()
    clocks: Annotated[tuple[ClockView, ...], OPERATIONAL] = ()


class PlacementPage(Contract):
    """One page of placements: those in line by urgency and age, then the others."""

    items: Annotated[tuple[PlacementSummary, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None
