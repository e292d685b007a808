"""Decides which part of FHIR R4's Patient is understood and shown; must never refuse an element it does not know.

Names are FHIR's own (https://hl7.org/fhir/R4/patient.html), so they stand in mixed case here and nowhere else.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from tereze.contracts.labels import IDENTITY, OPERATIONAL, Contract

IIN_SYSTEM = "urn:tereze:kz-iin"
MATCH_GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"

Text = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"\S")]
FhirDate = Annotated[
    str, StringConstraints(pattern=r"^(19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")
]


class FhirPart(Contract):
    """What every FHIR shape has in common: elements we do not use are ignored, as FHIR asks of a receiver."""

    model_config = ConfigDict(extra="ignore")


class FhirIdentifier(FhirPart):
    """A number a person is known by."""

    system: Annotated[str | None, OPERATIONAL] = None
    value: Annotated[Text, IDENTITY]


class HumanName(FhirPart):
    """A name; a patronymic is the last of several given names."""

    family: Annotated[Text | None, IDENTITY] = None
    given: Annotated[tuple[Text, ...], IDENTITY, Field(max_length=5)] = ()


class ContactPoint(FhirPart):
    """A telephone number, or another way to reach somebody."""

    system: Annotated[str | None, OPERATIONAL] = None
    value: Annotated[Text | None, IDENTITY] = None


class FhirAddress(FhirPart):
    """An address in words."""

    text: Annotated[Text | None, IDENTITY] = None


class Reference(FhirPart):
    """Another resource."""

    reference: Annotated[str, IDENTITY]


class PatientLink(FhirPart):
    """An id that was merged into this one."""

    other: Annotated[Reference, IDENTITY]
    type: Annotated[str, OPERATIONAL]


class Patient(FhirPart):
    """FHIR R4 Patient, as far as the registry uses it."""

    resourceType: Annotated[Literal["Patient"], OPERATIONAL] = "Patient"
    id: Annotated[str | None, OPERATIONAL] = None
    active: Annotated[bool | None, OPERATIONAL] = None
    identifier: Annotated[tuple[FhirIdentifier, ...], IDENTITY, Field(max_length=20)] = ()
    name: Annotated[tuple[HumanName, ...], IDENTITY, Field(max_length=20)] = ()
    telecom: Annotated[tuple[ContactPoint, ...], IDENTITY, Field(max_length=20)] = ()
    gender: Annotated[Literal["male", "female", "other", "unknown"] | None, IDENTITY] = None
    birthDate: Annotated[FhirDate | None, IDENTITY] = None
    address: Annotated[tuple[FhirAddress, ...], IDENTITY, Field(max_length=20)] = ()
    link: Annotated[tuple[PatientLink, ...], IDENTITY] = ()


class MatchParameter(FhirPart):
    """One parameter of ``$match``: ``resource``, ``onlyCertainMatches`` or ``count``."""

    name: Annotated[str, OPERATIONAL]
    resource: Annotated[Patient | None, IDENTITY] = None
    valueBoolean: Annotated[bool | None, OPERATIONAL] = None
    valueInteger: Annotated[Annotated[int, Field(ge=1, le=100)] | None, OPERATIONAL] = None


class MatchParameters(FhirPart):
    """Body of ``POST /fhir/Patient/$match`` (FHIR R4 Parameters)."""

    resourceType: Annotated[Literal["Parameters"], OPERATIONAL]
    parameter: Annotated[tuple[MatchParameter, ...], IDENTITY, Field(min_length=1, max_length=10)]


class MatchExtension(FhirPart):
    """How sure the match is: certain, probable or possible."""

    url: Annotated[str, OPERATIONAL] = MATCH_GRADE
    valueCode: Annotated[str, OPERATIONAL]


class EntrySearch(FhirPart):
    """How good a match is: ``score`` is the probability, from 0 to 1."""

    mode: Annotated[Literal["match"], OPERATIONAL] = "match"
    score: Annotated[float, OPERATIONAL]
    extension: Annotated[tuple[MatchExtension, ...], OPERATIONAL]


class BundleEntry(FhirPart):
    """One person that may be meant."""

    fullUrl: Annotated[str, OPERATIONAL]
    resource: Annotated[Patient, IDENTITY]
    search: Annotated[EntrySearch, OPERATIONAL]


class MatchBundle(FhirPart):
    """Answer of ``$match`` (FHIR R4 Bundle): whom you may know of, the likeliest first."""

    resourceType: Annotated[Literal["Bundle"], OPERATIONAL] = "Bundle"
    type: Annotated[Literal["searchset"], OPERATIONAL] = "searchset"
    total: Annotated[int, OPERATIONAL]
    entry: Annotated[tuple[BundleEntry, ...], OPERATIONAL] = ()
