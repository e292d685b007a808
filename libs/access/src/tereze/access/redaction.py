"""Decides what of a value leaves a door, by sensitivity label; must never let an unlabelled field through."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from tereze.contracts.labels import Contract, Sensitivity, label_of


@cache
def _labels(shape: type[Contract]) -> tuple[tuple[str, Sensitivity], ...]:
    """The shape's labelled fields; an unlabelled one is not listed and so never leaves."""
    labelled = ((name, label_of(field)) for name, field in shape.model_fields.items())
    return tuple((name, label) for name, label in labelled if label is not None)


class _Withheld:
    """Stands for a value that may not leave."""


_WITHHELD = _Withheld()


def _keep_items(values: list[Any]) -> list[Any]:
    return [value for value in values if value is not _WITHHELD]


def _redacted(value: Any, labels: frozenset[Sensitivity]) -> Any:
    if isinstance(value, Contract):
        return redact(value, labels)
    if isinstance(value, BaseModel):  # a shape outside the contracts carries no labels
        return _WITHHELD
    if isinstance(value, Mapping):
        kept = {str(key): _redacted(item, labels) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not _WITHHELD}
    if isinstance(value, tuple | list | set | frozenset):
        return _keep_items([_redacted(item, labels) for item in value])
    return to_jsonable_python(value)


def redact(value: Contract, labels: frozenset[Sensitivity]) -> dict[str, Any]:
    """The value as JSON-ready data holding only fields whose label is in ``labels``, at every depth. Withheld fields are absent.

    A field must pass at each level it is nested in: an ``operational`` list of shapes shows only those parts of each shape
    that its own labels let through.
    """
    kept = ((name, _redacted(getattr(value, name), labels)) for name, label in _labels(type(value)) if label in labels)
    return {name: item for name, item in kept if item is not _WITHHELD}
