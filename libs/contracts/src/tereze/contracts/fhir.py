"""Decides which part of FHIR R4 is understood and shown; must never pass over an element that changes what the others mean.

Names are FHIR's own (https://hl7.org/fhir/R4/patient.html), so they stand in mixed case here and nowhere else.
"""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from tereze.contracts.labels import IDENTITY, OPERATIONAL, Contract

IIN_SYSTEM = "urn:tereze:kz-iin"
MATCH_GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"
PROBLEM_SYSTEM = "urn:tereze:problem"
FAULT_SYSTEM = "urn:tereze:fault"
TRACE_EXTENSION = "urn:tereze:trace-id"
_CHANGING = frozenset({"modifierExtension", "implicitRules"})

Text = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"\S")]
FhirDate = Annotated[
    str, StringConstraints(pattern=r"^(19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")
]


class FhirPart(Contract):
    """What every FHIR shape that is sent to us has in common: elements we do not use are ignored, as FHIR asks of a receiver."""

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="after")
    def _refuse_what_changes_the_rest(self) -> Self:
        """FHIR lets nobody ignore two elements: they may turn a statement into its opposite. The others are not kept."""
        if any((self.model_extra or {}).get(name) for name in _CHANGING):
            raise PydanticCustomError("not_understood", "an element that changes the meaning of others")
        if self.model_extra:
            self.model_extra.clear()
        return self


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


class MatchExtension(Contract):
    """How sure the match is: certain, probable or possible."""

    url: Annotated[str, OPERATIONAL] = MATCH_GRADE
    valueCode: Annotated[str, OPERATIONAL]


class EntrySearch(Contract):
    """How good a match is: ``score`` is the probability, from 0 to 1."""

    mode: Annotated[Literal["match"], OPERATIONAL] = "match"
    score: Annotated[float, OPERATIONAL]
    extension: Annotated[tuple[MatchExtension, ...], OPERATIONAL]


class BundleEntry(Contract):
    """One person that may be meant."""

    fullUrl: Annotated[str, OPERATIONAL]
    resource: Annotated[Patient, IDENTITY]
    search: Annotated[EntrySearch, OPERATIONAL]


class MatchBundle(Contract):
    """Answer of ``$match`` (FHIR R4 Bundle): whom you may know of, the likeliest first."""

    resourceType: Annotated[Literal["Bundle"], OPERATIONAL] = "Bundle"
    type: Annotated[Literal["searchset"], OPERATIONAL] = "searchset"
    total: Annotated[int, OPERATIONAL]
    entry: Annotated[tuple[BundleEntry, ...], OPERATIONAL] = ()


IssueType = Literal[
    "structure", "required", "value", "invalid", "code-invalid", "too-long", "not-supported", "login", "expired",
    "forbidden", "not-found", "conflict", "processing", "exception", "transient",
]  # fmt: skip
"""Of FHIR's issue types those we use (https://hl7.org/fhir/R4/valueset-issue-type.html)."""


class Coding(Contract):
    """A code and the system it belongs to: ``urn:tereze:problem`` for our stable problem codes, ``urn:tereze:fault`` for a part's."""

    system: Annotated[str, OPERATIONAL]
    code: Annotated[str, OPERATIONAL, Field(description="Stable; programs may branch on it")]
    display: Annotated[str, OPERATIONAL]


class CodeableConcept(Contract):
    """What is wrong, by code and in words."""

    coding: Annotated[tuple[Coding, ...], OPERATIONAL]
    text: Annotated[str, OPERATIONAL]


class OutcomeIssue(Contract):
    """One thing that is wrong, where, and what to do about it."""

    severity: Annotated[Literal["fatal", "error"], OPERATIONAL]
    code: Annotated[IssueType, OPERATIONAL]
    details: Annotated[CodeableConcept, OPERATIONAL]
    diagnostics: Annotated[str, OPERATIONAL, Field(description="What to do about it")]
    expression: Annotated[
        tuple[str, ...] | None, OPERATIONAL, Field(description="FHIRPath of the element, where one is wrong")
    ] = None
    location: Annotated[
        tuple[str, ...] | None, OPERATIONAL, Field(description="`http.` and the parameter, where one is wrong")
    ] = None


class TraceExtension(Contract):
    """The trace of the request; quote it when you ask for help."""

    url: Annotated[str, OPERATIONAL]
    valueString: Annotated[str, OPERATIONAL]


class OperationOutcome(Contract):
    """How every address under ``/fhir/`` refuses (FHIR R4 OperationOutcome), served as ``application/fhir+json``."""

    resourceType: Annotated[Literal["OperationOutcome"], OPERATIONAL] = "OperationOutcome"
    extension: Annotated[tuple[TraceExtension, ...], OPERATIONAL] = ()
    issue: Annotated[tuple[OutcomeIssue, ...], OPERATIONAL, Field(min_length=1)]
