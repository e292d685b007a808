import json
from typing import Any

import jsonschema_rs
import pytest

from tereze.contracts.events import Event, read_envelope
from tereze.contracts.labels import Contract, every_contract, label_of
from tereze.rig.apidocs.asyncapi import asyncapi_document, delivered_events
from tereze.rig.apidocs.examples import example, example_envelope
from tereze.rig.apidocs.shapes import event_schema, every_event

DOCUMENT = asyncapi_document("1")
SHAPES = [
    shape for shape in every_contract() if shape.__module__.startswith("tereze.contracts.") and shape is not Event
]


def messages() -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = DOCUMENT["components"]["messages"]
    return list(found.values())


def validator(payload: dict[str, Any]) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for({**payload, "components": DOCUMENT["components"]})


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_shape_has_a_valid_example(shape: type[Contract]) -> None:
    shape.model_validate_json(example(shape))


@pytest.mark.parametrize("shape", every_event(), ids=lambda shape: shape.type)
def test_the_schema_of_an_event_is_draft_2020_12_and_takes_its_example(shape: type[Event]) -> None:
    schema = event_schema(shape)
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["$id"] == example_envelope(shape).headers()["ce_dataschema"]
    jsonschema_rs.meta.validate(schema)
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(json.loads(example(shape)))


@pytest.mark.parametrize("shape", every_event(), ids=lambda shape: shape.type)
def test_the_schema_of_an_event_refuses_a_wrong_id_and_names_every_label(shape: type[Event]) -> None:
    schema = event_schema(shape)
    wrong = json.loads(example(shape)) | {shape.key_field: "somebody@example.org"}
    assert not jsonschema_rs.validator_for(schema).is_valid(wrong)
    written = {name: part.get("x-sensitivity") for name, part in schema["properties"].items()}
    assert written == {name: str(label_of(field)) for name, field in shape.model_fields.items()}


@pytest.mark.parametrize("shape", every_event(), ids=lambda shape: shape.type)
def test_an_example_travels_through_its_own_headers(shape: type[Event]) -> None:
    envelope = example_envelope(shape)
    assert read_envelope(envelope.headers(), envelope.payload()) == envelope


def test_every_topic_is_a_channel_and_every_event_a_message() -> None:
    topics = {channel["address"] for channel in DOCUMENT["channels"].values()}
    assert topics == {shape.topic for shape in every_event()} | {None}
    assert {message["name"] for message in messages()} >= {shape.type for shape in every_event()}


def test_every_example_in_the_document_is_valid_against_the_schema_beside_it() -> None:
    assert len(messages()) > 30
    for message in messages():
        for shown in message["examples"]:
            validator(message["payload"]).validate(shown["payload"])


def test_headers_of_the_examples_are_those_described() -> None:
    described = DOCUMENT["components"]["messageTraits"]["CloudEvent"]["headers"]
    for message in messages():
        for shown in message["examples"]:
            if "headers" in shown:
                jsonschema_rs.validator_for(described).validate(shown["headers"])
                assert set(shown["headers"]) <= set(described["properties"])


def test_a_delivered_event_may_lack_what_the_reader_may_not_see_and_nothing_else() -> None:
    for shape in delivered_events():
        schema = DOCUMENT["components"]["schemas"][f"{shape.__name__}Delivered"]
        operational = {
            name
            for name, field in shape.model_fields.items()
            if field.is_required() and str(label_of(field)) == "operational"
        }
        assert set(schema["required"]) == operational


def test_only_case_events_reach_partners_and_none_of_them_has_an_identity_field() -> None:
    assert {shape.topic for shape in delivered_events()} == {"tereze.referral.cases"}
    for shape in delivered_events():
        labels = {str(label_of(field)) for field in shape.model_fields.values()}
        assert not labels & {"identity", "sealed", "reporter", "medical", "education"}
