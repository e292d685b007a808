"""Decides the JSON Schemas of events and bodies as published; must never lose a sensitivity label on the way."""

import json
from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import models_json_schema

from tereze.contracts.events import Event, event_types
from tereze.contracts.labels import Contract
from tereze.rig.apidocs.examples import example

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def every_event() -> tuple[type[Event], ...]:
    """All event types of the contracts, by name."""
    return tuple(shape for _, shape in sorted(event_types().items()))


def open_to_additions(schema: Any) -> Any:
    """The schema as a reader should hold it: a field added later is not an error."""
    if isinstance(schema, dict):
        kept = schema.items() if schema.get("additionalProperties") is not False else _without_lid(schema)
        return {name: open_to_additions(part) for name, part in kept}
    if isinstance(schema, list):
        return [open_to_additions(part) for part in schema]
    return schema


def _without_lid(schema: Schema) -> Iterable[tuple[str, Any]]:
    return [(name, part) for name, part in schema.items() if name != "additionalProperties"]


def may_be_withheld(schema: Schema) -> Schema:
    """The schema of an event at a partner's door, where all but operational fields may be absent."""
    properties = schema.get("properties", {})
    required = [name for name in schema.get("required", []) if properties[name].get("x-sensitivity") == "operational"]
    return {**schema, "required": required}


def event_schema(shape: type[Event]) -> Schema:
    """One event's stand-alone JSON Schema 2020-12."""
    schema = open_to_additions(shape.model_json_schema())
    return {
        "$schema": DIALECT,
        "$id": f"/schemas/{shape.type}.json",
        **schema,
        "x-topic": shape.topic,
        "x-key": shape.key_field,
        "examples": [json.loads(example(shape))],
    }


def shared_schemas(shapes: Iterable[type[Contract]], template: str) -> dict[str, Schema]:
    """All shapes and the shapes within them, by name, referring to each other by ``template``."""
    _, whole = models_json_schema([(shape, "validation") for shape in shapes], ref_template=template)
    definitions: dict[str, Schema] = open_to_additions(whole).get("$defs", {})
    return dict(sorted(definitions.items()))
