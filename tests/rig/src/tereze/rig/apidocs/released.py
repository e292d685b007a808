"""Decides whether events and the API still serve those who use the released ones; must never pass on an empty baseline."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tereze.rig.apidocs.compatibility import EVENT, REQUEST, RESPONSE, Documents, schema_breaks

_METHODS = ("get", "post", "put", "patch", "delete")
_WORDS = {"description", "summary", "title", "examples", "example", "links", "webhooks", "tags"}
_NAMED = {"properties", "schemas", "$defs"}
Document = dict[str, Any]


class NothingReleased(LookupError):
    """There is no released document to compare with, so a comparison would say nothing."""


def what_is_promised(node: Any, *, names: bool = False) -> Any:
    """A document without the words and examples that may change at any time. ``names``: the keys here are fields' own."""
    if isinstance(node, dict):
        kept = ((name, part) for name, part in node.items() if names or name not in _WORDS)
        return {name: what_is_promised(part, names=name in _NAMED) for name, part in kept}
    return [what_is_promised(part) for part in node] if isinstance(node, list) else node


def read_released(folder: Path) -> tuple[dict[str, Document], Document]:
    """Released event schemas by file name, and the released OpenAPI document. Raises NothingReleased."""
    schemas = {
        path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("schemas/*.json"))
    }
    api = folder / "openapi.json"
    document: Document = json.loads(api.read_text(encoding="utf-8")) if api.exists() else {}
    if not schemas or not document.get("paths"):
        raise NothingReleased(f"{folder} holds no released schemas or no API; nothing was looked at")
    return schemas, document


def event_breaks(released: dict[str, Document], present: dict[str, Document]) -> Iterator[str]:
    """What breaks between two sets of event schemas."""
    if not released:
        raise NothingReleased("no released event schema")
    for name, old in released.items():
        new = present.get(name)
        if new is None:
            yield f"{name}: event removed"
            continue
        for mark in ("x-topic", "x-key"):
            if old.get(mark) != new.get(mark):
                yield f"{name}: {mark} changed from {old.get(mark)} to {new.get(mark)}"
        yield from schema_breaks(name, old, new, Documents(old, new, EVENT))


def _bodies(part: Document) -> Iterator[tuple[str, Document]]:
    return ((media, content.get("schema", {})) for media, content in part.get("content", {}).items())


def _request_breaks(where: str, old: Document, new: Document, documents: Documents) -> Iterator[str]:
    before, after = old.get("requestBody", {}), new.get("requestBody", {})
    if after.get("required") and not before.get("required"):
        yield f"{where}: body newly required"
    now = dict(_bodies(after))
    for media, schema in _bodies(before):
        if media not in now:
            yield f"{where}: {media} no longer taken"
        else:
            yield from schema_breaks(f"{where} body", schema, now[media], documents)


def _parameter_breaks(where: str, old: Document, new: Document, documents: Documents) -> Iterator[str]:
    before, after = (
        {(one["in"], one["name"]): one for one in operation.get("parameters", [])} for operation in (old, new)
    )
    for place, name in before.keys() - after.keys():
        yield f"{where}: {place} parameter {name} removed"
    for key, parameter in after.items():
        if parameter.get("required") and not before.get(key, {}).get("required"):
            yield f"{where}: {key[0]} parameter {key[1]} newly required"
        if key in before:
            yield from schema_breaks(
                f"{where}?{key[1]}", before[key].get("schema", {}), parameter.get("schema", {}), documents
            )


def _answer_breaks(where: str, old: Document, new: Document, documents: Documents) -> Iterator[str]:
    for status, answer in old.get("responses", {}).items():
        if not status.startswith("2"):
            continue
        present = new.get("responses", {}).get(status)
        if present is None:
            yield f"{where}: no longer answers {status}"
            continue
        now = dict(_bodies(present))
        for media, schema in _bodies(answer):
            if media not in now:
                yield f"{where} {status}: no longer answers {media}"
            else:
                yield from schema_breaks(f"{where} {status}", schema, now[media], documents)


def api_breaks(released: Document, present: Document) -> Iterator[str]:
    """What breaks between two OpenAPI documents."""
    if not released.get("paths"):
        raise NothingReleased("no released address")
    reading, writing = Documents(released, present, REQUEST), Documents(released, present, RESPONSE)
    for path, operations in released["paths"].items():
        for method in _METHODS:
            if method not in operations:
                continue
            where, old, new = f"{method.upper()} {path}", operations[method], present["paths"].get(path, {}).get(method)
            if new is None:
                yield f"{where}: removed"
                continue
            yield from _parameter_breaks(where, old, new, reading)
            yield from _request_breaks(where, old, new, reading)
            yield from _answer_breaks(where, old, new, writing)
