"""Decides how persons are read, joined and divided; must never do I/O."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from tereze.client.call import Call, Stream, creating, pages, query, segment, shape
from tereze.contracts.labels import Contract
from tereze.contracts.persons import (
    KeepApart,
    KeptApart,
    Look,
    LookPage,
    MergePersons,
    MergeView,
    PersonView,
    SplitPerson,
    SplitView,
    UndoMerge,
)

T = TypeVar("T")


def get(person_id: str) -> Call[PersonView]:
    """Who the child is, for an agency that has accepted a task. A retired id answers with who goes on."""
    return Call("GET", _path(person_id), shape(PersonView), repeatable=True)


def looks(person_id: str, *, limit: int | None = None) -> Stream[Look]:
    """Who asked for the person and was shown what, newest first; pages are fetched as they are needed."""
    return pages(Call("GET", _path(person_id, "looks"), shape(LookPage), query(limit=limit), repeatable=True))


def merge(person_id: str, with_person_id: str, *, reason: str, idempotency_key: str | None = None) -> Call[MergeView]:
    """Say that another person is the same child; the first one goes on. Where both have open cases it waits for a
    second person's ``confirm_merge``."""
    body = MergePersons(with_person_id=with_person_id, reason=reason)
    return _create(_path(person_id, "merges"), shape(MergeView), body, idempotency_key)


def get_merge(person_id: str, merge_id: str) -> Call[MergeView]:
    """A merge as it stands."""
    return Call("GET", _path(person_id, "merges", merge_id), shape(MergeView), repeatable=True)


def confirm_merge(person_id: str, merge_id: str) -> Call[MergeView]:
    """The second word on a merge, by somebody else than who asked for it."""
    return Call("POST", _path(person_id, "merges", merge_id, "confirm"), shape(MergeView))


def undo_merge(person_id: str, merge_id: str, *, reason: str) -> Call[MergeView]:
    """Undo a merge exactly: every record is whose it was."""
    path = _path(person_id, "merges", merge_id, "undo")
    return Call("POST", path, shape(MergeView), body=UndoMerge(reason=reason))


def split(
    person_id: str, records: Iterable[str], *, reason: str, idempotency_key: str | None = None
) -> Call[SplitView]:
    """Say that these records are about somebody else, who becomes a person of their own."""
    body = SplitPerson(records=tuple(records), reason=reason)
    return _create(_path(person_id, "splits"), shape(SplitView), body, idempotency_key)


def keep_apart(
    person_id: str, other_person_id: str, *, reason: str, idempotency_key: str | None = None
) -> Call[KeptApart]:
    """Say that two persons are certainly two; nothing automatic joins them from now on."""
    body = KeepApart(other_person_id=other_person_id, reason=reason)
    return _create(_path(person_id, "no-links"), shape(KeptApart), body, idempotency_key)


def _path(person_id: str, *more: str) -> str:
    return "/".join(("/v1/persons", segment(person_id), *map(segment, more)))


def _create(path: str, read: Callable[[bytes], T], body: Contract, idempotency_key: str | None) -> Call[T]:
    return Call("POST", path, read, body=body, headers=creating(idempotency_key), repeatable=True)
