"""Decides what a referral is on the wire: what is submitted, what is answered, what is told; must never carry a name outside a sealed part."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints

from tereze.contracts.events import Event
from tereze.contracts.ids import AgencyId, CaseId, DistrictCode, ReferralId, RegionCode, StaffId, TaskId
from tereze.contracts.labels import ALLEGATION, IDENTITY, LOCATION, MEDICAL, OPERATIONAL, REPORTER, SEALED, Contract
from tereze.contracts.words import AgencyKind, Category, Channel, Circumstance, ClockKind, Kinship, Risk, Sex, TaskState

Name = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True, pattern=r"\S")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True, pattern=r"\S")]


def _whole(value: object) -> object:
    """JSON has one kind of number: 2017.0 is the integer 2017."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Child(Contract):
    """The child as the reporter knows them. Everything may be missing: a concern never waits for a name."""

    family: Annotated[Name | None, IDENTITY] = None
    given: Annotated[Name | None, IDENTITY] = None
    patronymic: Annotated[Name | None, IDENTITY] = None
    birth_date: Annotated[date | None, IDENTITY, Field(description="Never in the future")] = None
    birth_year: Annotated[
        Annotated[int, Field(ge=1900, le=2200), BeforeValidator(_whole)] | None,
        IDENTITY,
        Field(description="Where the full date is not known"),
    ] = None
    sex: Annotated[Sex, IDENTITY] = Sex.UNKNOWN
    iin: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=32, strip_whitespace=True, pattern=r"\S")] | None,
        IDENTITY,
        Field(description="As given; a wrong number is kept and flagged, never refused"),
    ] = None
    address: Annotated[Line | None, IDENTITY] = None
    school: Annotated[Line | None, IDENTITY] = None
    phone: Annotated[Line | None, IDENTITY] = None


class RelatedPerson(Contract):
    """A caregiver or an alleged perpetrator as the reporter knows them."""

    family: Annotated[Name | None, IDENTITY] = None
    given: Annotated[Name | None, IDENTITY] = None
    patronymic: Annotated[Name | None, IDENTITY] = None
    relation: Annotated[Line | None, ALLEGATION] = None
    kinship: Annotated[Kinship | None, IDENTITY, Field(description="What they are to the child, where it is known")] = (
        None
    )
    birth_date: Annotated[date | None, IDENTITY] = None
    iin: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=32, strip_whitespace=True, pattern=r"\S")] | None,
        IDENTITY,
        Field(description="As given; never refused"),
    ] = None
    phone: Annotated[Line | None, IDENTITY] = None


class ExpectedChild(Contract):
    """A child who is not born yet: known by the mother and the day they are due."""

    mother: Annotated[RelatedPerson, IDENTITY]
    due_date: Annotated[date, MEDICAL, Field(description="As near as it is known; six weeks either way are one child")]


class Reporter(Contract):
    """Who saw or heard it; known to the window desk only."""

    name: Annotated[Name | None, REPORTER] = None
    position: Annotated[Line | None, REPORTER] = None
    phone: Annotated[Line | None, REPORTER] = None


class Named(Contract):
    """Whom a report names: an agency, a staff member, or somebody in words. Exactly one of the three."""

    agency_id: Annotated[AgencyId | None, ALLEGATION] = None
    staff_id: Annotated[StaffId | None, ALLEGATION] = None
    text: Annotated[
        Line | None, ALLEGATION, Field(description="Where nobody knows the id; sealed, for the window desk to settle")
    ] = None


class ReferralSubmission(Contract):
    """Body of ``POST /v1/referrals``."""

    region_code: Annotated[
        RegionCode, LOCATION, Field(description="ISO 3166-2 code of the region where the child is", examples=["KZ-75"])
    ]
    risk: Annotated[Risk, ALLEGATION]
    categories: Annotated[tuple[Category, ...], ALLEGATION, Field(min_length=1, max_length=17)]
    child: Annotated[Child, IDENTITY]
    expected: Annotated[
        ExpectedChild | None, IDENTITY, Field(description="Where the concern is about a child not born yet")
    ] = None
    narrative: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True, pattern=r"\S")],
        ALLEGATION,
        Field(description="What was seen or heard, in the reporter's words"),
    ]
    occurred_at: Annotated[AwareDatetime | None, ALLEGATION, Field(description="When it happened, if known")] = None
    circumstances: Annotated[
        tuple[Circumstance, ...],
        ALLEGATION,
        Field(max_length=11, description="Facts on which the protocol's answer depends"),
    ] = ()
    district_code: Annotated[
        DistrictCode | None,
        LOCATION,
        Field(
            description="District where the child is, if known: its school, clinic and police come first",
            examples=["KZ-75-medeu"],
        ),
    ] = None
    channel: Annotated[Channel, OPERATIONAL] = Channel.AGENCY_API
    agency_id: Annotated[
        AgencyId | None, OPERATIONAL, Field(description="The submitting agency; left out, it is taken from the token")
    ] = None
    caregivers: Annotated[tuple[RelatedPerson, ...], IDENTITY, Field(max_length=20)] = ()
    alleged_perpetrators: Annotated[tuple[RelatedPerson, ...], ALLEGATION, Field(max_length=20)] = ()
    reporter: Annotated[Reporter | None, REPORTER] = None
    concerns: Annotated[
        tuple[Named, ...],
        ALLEGATION,
        Field(
            max_length=20, description="Bodies and staff the report accuses; they neither handle, see nor hear of it"
        ),
    ] = ()
    must_not_see: Annotated[
        tuple[Named, ...], ALLEGATION, Field(max_length=20, description="Who else must not see this")
    ] = ()


class AnswerDue(Contract):
    """Who answers by when: one obligation the protocol already knows at acceptance."""

    holder: Annotated[AgencyKind, OPERATIONAL]
    obligation: Annotated[ClockKind, OPERATIONAL]
    due_at: Annotated[AwareDatetime, OPERATIONAL]


class Flag(Contract):
    """Something kept as it was given that a person should look at; never a refusal."""

    pointer: Annotated[str, OPERATIONAL]
    code: Annotated[str, OPERATIONAL]
    detail: Annotated[str, OPERATIONAL]


class ReferralAccepted(Contract):
    """Answer of ``POST /v1/referrals`` (202): the referral, its clocks and its events are committed."""

    referral_id: Annotated[ReferralId, OPERATIONAL]
    received_at: Annotated[AwareDatetime, OPERATIONAL]
    protocol_version: Annotated[str, OPERATIONAL]
    answers_due: Annotated[tuple[AnswerDue, ...], OPERATIONAL]
    flags: Annotated[tuple[Flag, ...], OPERATIONAL] = ()


class ProgressEntry(Contract):
    """One agency's part of the response, as its referrer may see it."""

    task_id: Annotated[TaskId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    service: Annotated[AgencyKind, OPERATIONAL]
    state: Annotated[TaskState, OPERATIONAL]
    next_due: Annotated[AwareDatetime | None, OPERATIONAL] = None
    breached: Annotated[bool, OPERATIONAL] = False


class ReferralView(Contract):
    """Answer of ``GET /v1/referrals/{id}``: what the submitting agency may know of what it submitted."""

    referral_id: Annotated[ReferralId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    received_at: Annotated[AwareDatetime, OPERATIONAL]
    channel: Annotated[Channel, OPERATIONAL]
    region_code: Annotated[RegionCode, LOCATION]
    risk: Annotated[Risk, ALLEGATION]
    categories: Annotated[tuple[Category, ...], ALLEGATION]
    case_id: Annotated[CaseId | None, OPERATIONAL, Field(description="Set once the referral is on a shared case")] = (
        None
    )
    answers_due: Annotated[tuple[AnswerDue, ...], OPERATIONAL] = ()
    progress: Annotated[tuple[ProgressEntry, ...], OPERATIONAL] = ()


class ReferralPage(Contract):
    """Answer of ``GET /v1/referrals``: one page of what the agency submitted, newest first."""

    items: Annotated[tuple[ReferralView, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None


class SealedForRegistry(Contract):
    """Plain text of ``sealed_particulars``; only the registry can open it."""

    child: Annotated[Child, IDENTITY]
    caregivers: Annotated[tuple[RelatedPerson, ...], IDENTITY] = ()
    alleged_perpetrators: Annotated[tuple[RelatedPerson, ...], ALLEGATION] = ()
    expected: Annotated[ExpectedChild | None, IDENTITY] = None


class SealedForReferral(Contract):
    """Plain text of ``sealed_account``; only the referral service can open it."""

    narrative: Annotated[str, ALLEGATION]
    reporter: Annotated[Reporter | None, REPORTER] = None
    concerns: Annotated[tuple[str, ...], ALLEGATION, Field(description="The accused in the reporter's words")] = ()
    must_not_see: Annotated[tuple[str, ...], ALLEGATION, Field(description="Who must not see it, in words")] = ()


class NamedBody(Contract):
    """An agency or a staff member that a referral names, by id. Of a staff member the agency is told too."""

    agency_id: Annotated[AgencyId, ALLEGATION]
    staff_id: Annotated[StaffId | None, ALLEGATION] = None
    accused: Annotated[bool, ALLEGATION, Field(description="False: named only as who must not see it")]


class ReferralSubmitted(Event):
    """A concern came in through the window."""

    type: ClassVar[str] = "tereze.referral.submitted.v1"
    topic: ClassVar[str] = "tereze.intake.referrals"
    key_field: ClassVar[str] = "referral_id"

    referral_id: Annotated[ReferralId, OPERATIONAL]
    received_at: Annotated[AwareDatetime, OPERATIONAL]
    occurred_at: Annotated[AwareDatetime | None, ALLEGATION] = None
    circumstances: Annotated[tuple[Circumstance, ...], ALLEGATION] = ()
    channel: Annotated[Channel, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    region_code: Annotated[RegionCode, LOCATION]
    district_code: Annotated[DistrictCode | None, LOCATION] = None
    risk: Annotated[Risk, ALLEGATION]
    categories: Annotated[tuple[Category, ...], ALLEGATION]
    concerns: Annotated[
        tuple[NamedBody, ...], ALLEGATION, Field(description="Who must neither handle, see nor hear of it")
    ] = ()
    sealed_particulars: Annotated[str, SEALED, Field(description="JWE to the registry: SealedForRegistry")]
    sealed_account: Annotated[str, SEALED, Field(description="JWE to the referral service: SealedForReferral")]
