"""Decides whether a changed schema breaks those who use the released one; must never pass when it compared nothing.

Two promises, one for each side of a document. *Reads*: what was valid stays valid (request bodies; events, because the log is
read again). *Writes*: who read the old can read the new (responses, events). Codes may be added to an enum that is written:
readers are told to expect codes they do not know.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]
_FLOORS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_CEILINGS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_FORMS = ("pattern", "format", "multipleOf", "uniqueItems")
_ANY_TYPE = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})


@dataclass(frozen=True, slots=True)
class Promise:
    """Which side must hold."""

    reads: bool = False
    writes: bool = False


REQUEST, RESPONSE, EVENT = Promise(reads=True), Promise(writes=True), Promise(reads=True, writes=True)


@dataclass(frozen=True, slots=True)
class Documents:
    """The released and the present document, to resolve references in."""

    old: Schema
    new: Schema
    promise: Promise


def _resolved(schema: Schema, document: Schema) -> Schema:
    while "$ref" in schema:
        target: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = {**target, **{name: part for name, part in schema.items() if name != "$ref"}}
    return schema


def _types(schema: Schema) -> frozenset[str]:
    named = schema.get("type")
    if named is None:
        return _type_of_values(schema)
    types = frozenset([named] if isinstance(named, str) else named)
    return types | {"integer"} if "number" in types else types


def _type_of_values(schema: Schema) -> frozenset[str]:
    values = _values(schema)
    if values is None:
        return _ANY_TYPE
    return frozenset({"string" if isinstance(value, str) else "null" for value in values})


def _values(schema: Schema) -> set[Any] | None:
    if "const" in schema:
        return {schema["const"]}
    return set(schema["enum"]) if "enum" in schema else None


def _choices(schema: Schema, document: Schema) -> list[Schema]:
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    return [_resolved(choice, document) for choice in alternatives] if alternatives else [schema]


def _about_types(path: str, old: Schema, new: Schema, promise: Promise) -> Iterator[str]:
    before, after = _types(old), _types(new)
    if promise.reads and before - after:
        yield f"{path}: type narrowed, no longer {', '.join(sorted(before - after))}"
    if promise.writes and after - before:
        yield f"{path}: type widened, may now be {', '.join(sorted(after - before))}"


def _about_values(path: str, old: Schema, new: Schema, promise: Promise) -> Iterator[str]:
    before, after = _values(old), _values(new)
    if promise.reads and after is not None and (before is None or before - after):
        gone = "any text" if before is None else ", ".join(sorted(map(str, before - after)))
        yield f"{path}: enum narrowed, no longer {gone}"
    if promise.writes and before is not None and after is None:
        yield f"{path}: enum opened to any text"


def _about_limits(path: str, old: Schema, new: Schema, promise: Promise) -> Iterator[str]:
    if not promise.reads:
        return
    for name in _FLOORS:
        if name in new and (name not in old or new[name] > old[name]):
            yield f"{path}: {name} tightened from {old.get(name)} to {new[name]}"
    for name in _CEILINGS:
        if name in new and (name not in old or new[name] < old[name]):
            yield f"{path}: {name} tightened from {old.get(name)} to {new[name]}"
    if new.get("additionalProperties") is False and old.get("additionalProperties", True) is not False:
        yield f"{path}: closed to further fields"


def _about_form(path: str, old: Schema, new: Schema, promise: Promise) -> Iterator[str]:
    for name in _FORMS:
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if (promise.reads and after is not None) or (promise.writes and before is not None):
            yield f"{path}: {name} changed from {before} to {after}"


def _about_label(path: str, old: Schema, new: Schema, _promise: Promise) -> Iterator[str]:
    if old.get("x-sensitivity") != new.get("x-sensitivity"):
        yield f"{path}: sensitivity changed from {old.get('x-sensitivity')} to {new.get('x-sensitivity')}"


_ABOUT: tuple[Callable[[str, Schema, Schema, Promise], Iterator[str]], ...] = (
    _about_types, _about_values, _about_limits, _about_form, _about_label,
)  # fmt: skip


def _about_fields(path: str, old: Schema, new: Schema, documents: Documents) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before.keys() - after.keys():
        yield f"{path}/{name}: field removed"
    required_before, required_after = set(old.get("required", ())), set(new.get("required", ()))
    if documents.promise.reads:
        yield from (f"{path}/{name}: newly required" for name in required_after - required_before)
    if documents.promise.writes:
        yield from (f"{path}/{name}: no longer always there" for name in (required_before - required_after) & {*after})
    for name in before.keys() & after.keys():
        yield from schema_breaks(f"{path}/{name}", before[name], after[name], documents)


def _about_items(path: str, old: Schema, new: Schema, documents: Documents) -> Iterator[str]:
    if "items" in new or "items" in old:
        yield from schema_breaks(f"{path}/*", old.get("items", {}), new.get("items", {}), documents)
    both = (old.get("additionalProperties"), new.get("additionalProperties"))
    if isinstance(both[0], dict) and isinstance(both[1], dict):
        yield from schema_breaks(f"{path}/*", both[0], both[1], documents)


def _plain_breaks(path: str, old: Schema, new: Schema, documents: Documents) -> list[str]:
    found = [broken for about in _ABOUT for broken in about(path, old, new, documents.promise)]
    return [*found, *_about_fields(path, old, new, documents), *_about_items(path, old, new, documents)]


def _unmatched(
    path: str, choices: list[Schema], others: list[Schema], documents: Documents, *, swapped: bool
) -> Iterator[str]:
    """What breaks at each choice that has no compatible counterpart; said of the closest one."""
    for choice in choices:
        attempts = [
            _plain_breaks(path, *((other, choice) if swapped else (choice, other)), documents) for other in others
        ]
        closest = min(attempts, key=len)
        yield from closest


def schema_breaks(path: str, old: Schema, new: Schema, documents: Documents) -> Iterator[str]:
    """Everything at or below ``path`` that breaks the promise, in words."""
    old, new = _resolved(old, documents.old), _resolved(new, documents.new)
    before, after = _choices(old, documents.old), _choices(new, documents.new)
    if len(before) == len(after) == 1:
        yield from _plain_breaks(path, before[0], after[0], documents)
        return
    promise = documents.promise
    found = list(_about_label(path, old, new, promise))
    if promise.reads:
        reading = Documents(documents.old, documents.new, REQUEST)
        found += _unmatched(path, _unlabelled(before), _unlabelled(after), reading, swapped=False)
    if promise.writes:
        writing = Documents(documents.old, documents.new, RESPONSE)
        found += _unmatched(path, _unlabelled(after), _unlabelled(before), writing, swapped=True)
    yield from dict.fromkeys(found)


def _unlabelled(choices: list[Schema]) -> list[Schema]:
    """The alternatives without the label of the field around them, which is compared once."""
    return [{name: part for name, part in choice.items() if name != "x-sensitivity"} for choice in choices]
