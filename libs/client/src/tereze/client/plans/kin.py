"""Decides how families and their shared record are read and added to; must never do I/O."""

from tereze.client.call import Call, creating, if_match, query, segment, shape
from tereze.contracts.families import (
    AddRelation,
    EntryView,
    FamilyRecord,
    FamilyView,
    RelationView,
    ReviseEntry,
    WriteEntry,
)


def get(person_id: str, *, steps: int | None = None) -> Call[FamilyView]:
    """The family around a person, relation by relation as you need to know, up to ``steps`` relations away."""
    return Call("GET", _path(person_id), shape(FamilyView), query(steps=steps), repeatable=True)


def relate(person_id: str, relation: AddRelation, *, idempotency_key: str | None = None) -> Call[RelationView]:
    """Say what somebody is to a person; what others say of the same two stays beside it."""
    headers = creating(idempotency_key)
    path = _path(person_id, "relations")
    return Call("POST", path, shape(RelationView), body=relation, headers=headers, repeatable=True)


def record(person_id: str) -> Call[FamilyRecord]:
    """What agencies entered about the family; what is not for you is counted."""
    return Call("GET", _path(person_id, "record"), shape(FamilyRecord), repeatable=True)


def write(person_id: str, entry: WriteEntry, *, idempotency_key: str | None = None) -> Call[EntryView]:
    """Enter something, with consent or with a lawful reason to do without."""
    headers = creating(idempotency_key)
    return Call("POST", _path(person_id, "entries"), shape(EntryView), body=entry, headers=headers, repeatable=True)


def revise(entry: EntryView, text: str) -> Call[EntryView]:
    """Word an entry of your own agency anew; the earlier wording stays. Raises Stale where it changed meanwhile."""
    path = _path(entry.person_id, "entries", entry.entry_id, "revisions")
    return Call("POST", path, shape(EntryView), body=ReviseEntry(text=text), headers=if_match(entry.version))


def _path(person_id: str, *more: str) -> str:
    return "/".join(("/v1/families", segment(person_id), *map(segment, more)))
