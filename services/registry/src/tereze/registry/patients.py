"""Decides how a person looks as a FHIR Patient, and a Patient as an account of a child; must never invent an element."""

from collections.abc import Mapping
from datetime import date
from math import log2
from typing import Literal

from tereze.contracts.facts import Invalid
from tereze.contracts.fhir import (
    IIN_SYSTEM,
    ContactPoint,
    FhirAddress,
    FhirIdentifier,
    HumanName,
    MatchParameters,
    Patient,
    PatientLink,
    Reference,
)
from tereze.contracts.iin import normalise_iin
from tereze.contracts.persons import PersonState, PersonView
from tereze.contracts.referrals import Child
from tereze.contracts.words import Sex

_WHOLE_DATE = 10
_SEX = {"male": Sex.MALE, "female": Sex.FEMALE}
_GENDER: Mapping[Sex, Literal["male", "female", "unknown"]] = {
    Sex.MALE: "male", Sex.FEMALE: "female", Sex.UNKNOWN: "unknown",
}  # fmt: skip
_IIN_DIGITS = 12
_SUREST = 1_000.0


class NoPatient(Invalid):
    """The parameters hold no patient to look for."""

    code = "no-patient"
    title = "Send a parameter named resource that holds a Patient"


class NoSuchDate(Invalid):
    """The birth date is none of the calendar's."""

    code = "no-such-date"
    title = "This date is not in the calendar"


def wanted_of(parameters: MatchParameters) -> tuple[Patient, bool, int]:
    """Whom to look for, whether only certain matches count, and how many at most. Raises NoPatient."""
    by_name = {one.name: one for one in parameters.parameter}
    resource = by_name["resource"].resource if "resource" in by_name else None
    if resource is None:
        raise NoPatient(pointer="/parameter")
    certain = by_name["onlyCertainMatches"].valueBoolean if "onlyCertainMatches" in by_name else None
    count = by_name["count"].valueInteger if "count" in by_name else None
    return resource, bool(certain), count or 100


def child_of(patient: Patient) -> Child:
    """What a Patient says of a child. The number is the one of our system, or any of twelve digits. Raises NoSuchDate."""
    name = next(iter(patient.name), HumanName())
    given, patronymic = (*name.given[:1], None)[0], name.given[-1] if len(name.given) > 1 else None
    born = patient.birthDate
    return Child(
        family=name.family,
        given=given,
        patronymic=patronymic,
        birth_date=_date(born) if born and len(born) == _WHOLE_DATE else None,
        birth_year=int(born[:4]) if born and len(born) < _WHOLE_DATE else None,
        sex=_SEX.get(patient.gender or "", Sex.UNKNOWN),
        iin=_number(patient),
        phone=next((one.value for one in patient.telecom if one.value), None),
        address=next((one.text for one in patient.address if one.text), None),
    )


def patient_of(person: PersonView) -> Patient:
    """A person as a Patient."""
    child = person.child or Child()
    given = tuple(name for name in (child.given, child.patronymic) if name)
    born = child.birth_date.isoformat() if child.birth_date else None
    return Patient(
        id=person.person_id,
        active=person.state is PersonState.LIVE,
        identifier=tuple(FhirIdentifier(system=IIN_SYSTEM, value=one.value) for one in person.identifiers),
        name=(HumanName(family=child.family, given=given),) if child.family or given else (),
        telecom=(ContactPoint(system="phone", value=child.phone),) if child.phone else (),
        gender=_GENDER[child.sex],
        birthDate=born or (str(child.birth_year) if child.birth_year else None),
        address=(FhirAddress(text=child.address[:300]),) if child.address else (),
        link=tuple(
            PatientLink(other=Reference(reference=f"Patient/{retired}"), type="replaces")
            for retired in person.retired_ids
        ),
    )


def probability(weight: float, n_persons: int) -> float:
    """How likely the two are one, given how many there are to be taken for them; from 0 to 1."""
    odds = max(-_SUREST, min(_SUREST, weight - log2(max(n_persons, 1))))
    chance: float = 1 / (1 + 2.0**-odds)
    return round(chance, 4)


def _number(patient: Patient) -> str | None:
    ours = [one.value for one in patient.identifier if one.system == IIN_SYSTEM]
    like = [one.value for one in patient.identifier if len(normalise_iin(one.value)) == _IIN_DIGITS]
    return next(iter(one[:32] for one in (*ours, *like)), None)


def _date(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise NoSuchDate(pointer="/parameter") from None
