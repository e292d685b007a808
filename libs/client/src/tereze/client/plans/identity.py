"""Decides how it is said what a person is: born, adopted, erased, known by another number; must never do I/O."""

from datetime import date

from tereze.client.call import Call, creating, segment, shape
from tereze.contracts.persons import (
    ActView,
    AdoptionRegistered,
    AskAct,
    EndIdentifier,
    PersonView,
    RecordBirth,
    RegisterAdoption,
    Unsealed,
)
from tereze.contracts.referrals import Child


def record_birth(person_id: str, child: Child) -> Call[PersonView]:
    """Say that an expected child was born: the same person, on the same case."""
    return Call("POST", _path(person_id, "birth"), shape(PersonView), body=RecordBirth(child=child))


def end_identifier(person_id: str, value: str, *, ended_on: date, reason: str) -> Call[PersonView]:
    """Say that a number is no longer the person's own; it goes on finding them."""
    body = EndIdentifier(value=value, ended_on=ended_on, reason=reason)
    return Call("POST", _path(person_id, "identifiers", "end"), shape(PersonView), body=body)


def register_adoption(
    person_id: str, child: Child, *, legal_basis: str, idempotency_key: str | None = None
) -> Call[AdoptionRegistered]:
    """Register who an adopted child is from now on. Nothing but a sealed tie leads back."""
    body = RegisterAdoption(child=child, legal_basis=legal_basis)
    headers = creating(idempotency_key)
    path = _path(person_id, "adoption")
    return Call("POST", path, shape(AdoptionRegistered), body=body, headers=headers, repeatable=True)


def ask_to_unseal(
    person_id: str, *, reason: str, legal_basis: str, idempotency_key: str | None = None
) -> Call[ActView]:
    """Ask who else a child is known as; somebody else has to agree."""
    return _ask(_path(person_id, "unsealings"), reason, legal_basis, idempotency_key)


def confirm_unsealing(person_id: str, act_id: str) -> Call[ActView]:
    """Agree to somebody else's request to unseal."""
    return Call("POST", _path(person_id, "unsealings", act_id, "confirm"), shape(ActView))


def unsealed(person_id: str, act_id: str) -> Call[Unsealed]:
    """Who else the child is known as: for who asked, for an hour after somebody agreed."""
    return Call("GET", _path(person_id, "unsealings", act_id), shape(Unsealed), repeatable=True)


def ask_to_erase(person_id: str, *, reason: str, legal_basis: str, idempotency_key: str | None = None) -> Call[ActView]:
    """Ask to erase a person; the Ombudsman's reviewer has to agree."""
    return _ask(_path(person_id, "erasures"), reason, legal_basis, idempotency_key)


def confirm_erasure(person_id: str, act_id: str) -> Call[ActView]:
    """Agree to an erasure: the keys of everything said about the person are destroyed."""
    return Call("POST", _path(person_id, "erasures", act_id, "confirm"), shape(ActView))


def _ask(path: str, reason: str, legal_basis: str, idempotency_key: str | None) -> Call[ActView]:
    body = AskAct(reason=reason, legal_basis=legal_basis)
    return Call("POST", path, shape(ActView), body=body, headers=creating(idempotency_key), repeatable=True)


def _path(person_id: str, *more: str) -> str:
    return "/".join(("/v1/persons", segment(person_id), *map(segment, more)))
