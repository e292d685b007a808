"""Each kind of break, made on purpose in a real event schema or a real body, must be caught; each harmless change must not."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tereze.contracts.cases import ClockBreached, TaskAccepted
from tereze.contracts.referrals import ReferralAccepted, ReferralSubmission
from tereze.rig.apidocs.released import NothingReleased, api_breaks, event_breaks, read_released, what_is_promised
from tereze.rig.apidocs.shapes import event_schema, open_to_additions

Schema = dict[str, Any]
Change = Callable[[Schema], object]
EVENT = event_schema(ClockBreached)


def api(request: Schema, answer: Schema) -> Schema:
    parameters = [
        {"in": "query", "name": "state", "schema": {"type": "string", "enum": ["requested", "received"]}},
        {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 100}},
    ]
    operation = {
        "parameters": parameters,
        "requestBody": {"required": True, "content": {"application/json": {"schema": request}}},
        "responses": {"202": {"content": {"application/json": {"schema": answer}}}},
    }
    return {"paths": {"/v1/referrals": {"post": operation, "get": {"responses": {"200": {}}}}}}


def _inlined(schema: Schema) -> Schema:
    """References point into the schema itself, so that it may stand anywhere in a document."""
    definitions = schema.pop("$defs", {})

    def within(node: Any) -> Any:
        if isinstance(node, dict) and "$ref" in node:
            target = definitions[node["$ref"].rpartition("/")[2]]
            return within({**target, **{name: part for name, part in node.items() if name != "$ref"}})
        if isinstance(node, dict):
            return {name: within(part) for name, part in node.items()}
        return [within(part) for part in node] if isinstance(node, list) else node

    inlined: Schema = within(schema)
    return inlined


API = api(
    _inlined(ReferralSubmission.model_json_schema()), open_to_additions(_inlined(ReferralAccepted.model_json_schema()))
)


def body(document: Schema) -> Schema:
    content: Schema = document["paths"]["/v1/referrals"]["post"]["requestBody"]["content"]
    schema: Schema = content["application/json"]["schema"]
    return schema


def answer(document: Schema) -> Schema:
    content: Schema = document["paths"]["/v1/referrals"]["post"]["responses"]["202"]["content"]
    schema: Schema = content["application/json"]["schema"]
    return schema


def operation(document: Schema) -> Schema:
    found: Schema = document["paths"]["/v1/referrals"]["post"]
    return found


BREAKING_EVENT: dict[str, Change] = {
    "field removed": lambda s: s["properties"].pop("late_by_ms"),
    "newly required": lambda s: s["required"].append("task_id"),
    "no longer always there": lambda s: s["required"].remove("due_at"),
    "enum narrowed": lambda s: s["$defs"]["Risk"]["enum"].remove("low"),
    "type narrowed": lambda s: s["properties"]["task_id"].update(anyOf=[s["properties"]["task_id"]["anyOf"][0]]),
    "type widened": lambda s: s["properties"]["late_by_ms"].update(type=["integer", "null"]),
    "minimum tightened": lambda s: s["properties"]["late_by_ms"].update(minimum=1),
    "maximum tightened": lambda s: s["properties"]["late_by_ms"].update(maximum=10),
    "minLength tightened": lambda s: s["properties"]["protocol_version"].update(minLength=3),
    "maxLength tightened": lambda s: s["properties"]["protocol_version"].update(maxLength=30),
    "maxItems tightened": lambda s: s["properties"]["told_agency_ids"].update(maxItems=3),
    "pattern changed": lambda s: s["properties"]["case_id"].update(pattern="^case_[0-9]+$"),
    "format changed": lambda s: s["properties"]["due_at"].pop("format"),
    "enum opened": lambda s: s["$defs"]["Risk"].pop("enum"),
    "sensitivity changed": lambda s: s["properties"]["risk"].update({"x-sensitivity": "operational"}),
    "closed to further fields": lambda s: s.update(additionalProperties=False),
    "x-topic changed": lambda s: s.update({"x-topic": "tereze.referral.clocks"}),
    "x-key changed": lambda s: s.update({"x-key": "clock_id"}),
    "/*: pattern changed": lambda s: s["properties"]["told_agency_ids"]["items"].update(pattern="^x$"),
}
HARMLESS_EVENT: dict[str, Change] = {
    "a new optional field": lambda s: s["properties"].update(note={"type": "string"}),
    "a new code": lambda s: s["$defs"]["Risk"]["enum"].append("unknown_yet"),
    "another description": lambda s: s["properties"]["late_by_ms"].update(description="Other words"),
    "another order of fields": lambda s: s.update(properties=dict(reversed(s["properties"].items()))),
    "another example": lambda s: s.update(examples=[]),
}
BREAKING_API: dict[str, Change] = {
    "removed": lambda d: d["paths"]["/v1/referrals"].pop("get"),
    "GET /v1/referrals: removed": lambda d: d["paths"].pop("/v1/referrals"),
    "narrative: field removed": lambda d: body(d)["properties"].pop("narrative"),
    "narrative: maxLength tightened": lambda d: body(d)["properties"]["narrative"].update(maxLength=100),
    "narrative: minLength tightened": lambda d: body(d)["properties"]["narrative"].update(minLength=50),
    "channel: newly required": lambda d: body(d)["required"].append("channel"),
    "enum narrowed": lambda d: body(d)["properties"]["risk"]["enum"].remove("advice_only"),
    "occurred_at: type narrowed": lambda d: body(d)["properties"]["occurred_at"].update(
        anyOf=[body(d)["properties"]["occurred_at"]["anyOf"][0]]
    ),
    "no longer takes": lambda d: operation(d)["requestBody"].update(content={}),
    "header parameter Digest newly required": lambda d: operation(d)["parameters"].append(
        {"in": "header", "name": "Digest", "required": True, "schema": {}}
    ),
    "query parameter limit removed": lambda d: operation(d)["parameters"].pop(1),
    "?limit: maximum tightened": lambda d: operation(d)["parameters"][1]["schema"].update(maximum=50),
    "?state: enum narrowed": lambda d: operation(d)["parameters"][0]["schema"]["enum"].pop(),
    "no longer answers 202": lambda d: operation(d)["responses"].pop("202"),
    "no longer answers application/json": lambda d: operation(d)["responses"]["202"].pop("content"),
    "received_at: field removed": lambda d: answer(d)["properties"].pop("received_at"),
    "received_at: no longer always there": lambda d: answer(d)["required"].remove("received_at"),
    "protocol_version: type widened": lambda d: answer(d)["properties"]["protocol_version"].update(
        type=["string", "null"]
    ),
    "referral_id: pattern changed": lambda d: answer(d)["properties"]["referral_id"].pop("pattern"),
}
HARMLESS_API: dict[str, Change] = {
    "a request field may be left out": lambda d: body(d)["required"].remove("risk"),
    "a new optional request field": lambda d: body(d)["properties"].update(note={"type": "string"}),
    "a longer narrative": lambda d: body(d)["properties"]["narrative"].update(maxLength=50_000),
    "a new code in a request": lambda d: body(d)["properties"]["risk"]["enum"].append("unknown_yet"),
    "a new field in an answer": lambda d: answer(d)["properties"].update(note={"type": "string"}),
    "an answer field always there": lambda d: answer(d)["required"].append("flags"),
    "a new optional parameter": lambda d: operation(d)["parameters"].append({"in": "query", "name": "q", "schema": {}}),
    "a new address": lambda d: d["paths"].update({"/v1/box": {"post": {"responses": {}}}}),
}


def changed(document: Schema, change: Change) -> Schema:
    copied = copy.deepcopy(document)
    change(copied)
    assert copied != document or change in HARMLESS_EVENT.values(), "the change changed nothing"
    return copied


@pytest.mark.parametrize("words", BREAKING_EVENT)
def test_a_breaking_event_is_caught(words: str) -> None:
    found = list(event_breaks({"x": EVENT}, {"x": changed(EVENT, BREAKING_EVENT[words])}))
    assert any(words in one for one in found), found


@pytest.mark.parametrize("words", HARMLESS_EVENT)
def test_a_harmless_event_change_passes(words: str) -> None:
    assert not list(event_breaks({"x": EVENT}, {"x": changed(EVENT, HARMLESS_EVENT[words])}))


@pytest.mark.parametrize("words", BREAKING_API)
def test_a_breaking_api_is_caught(words: str) -> None:
    found = list(api_breaks(API, changed(API, BREAKING_API[words])))
    assert any(words.replace("no longer takes", "no longer taken") in one for one in found), found


@pytest.mark.parametrize("words", HARMLESS_API)
def test_a_harmless_api_change_passes(words: str) -> None:
    assert not list(api_breaks(API, changed(API, HARMLESS_API[words])))


def test_the_same_limit_is_tight_for_whoever_sends_and_loose_for_whoever_reads() -> None:
    tighter = changed(API, lambda d: answer(d)["properties"]["protocol_version"].update(maxLength=5))
    assert not list(api_breaks(API, tighter))
    wider = changed(API, lambda d: body(d)["properties"]["narrative"].update(type=["string", "null"]))
    assert not list(api_breaks(API, wider))


def test_a_removed_event_is_caught() -> None:
    both = {"a": EVENT, "b": event_schema(TaskAccepted)}
    assert list(event_breaks(both, {"a": EVENT})) == ["b: event removed"]


def test_an_empty_baseline_is_not_a_pass(tmp_path: Path) -> None:
    with pytest.raises(NothingReleased):
        read_released(tmp_path)
    with pytest.raises(NothingReleased):
        list(event_breaks({}, {"x": EVENT}))
    with pytest.raises(NothingReleased):
        list(api_breaks({"paths": {}}, API))


def test_half_a_baseline_is_not_a_pass(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/x.json").write_text(json.dumps(EVENT), encoding="utf-8")
    with pytest.raises(NothingReleased):
        read_released(tmp_path)


def test_a_release_keeps_what_is_promised_and_leaves_out_the_words() -> None:
    kept = what_is_promised(EVENT)
    assert not {"description", "examples", "title"} & set(kept)
    assert set(kept["properties"]) == set(EVENT["properties"])
    assert what_is_promised({"properties": {"title": {"type": "string", "title": "Title"}}}) == {
        "properties": {"title": {"type": "string"}}
    }
    assert not list(event_breaks({"x": kept}, {"x": EVENT}))


@pytest.mark.parametrize("words", BREAKING_EVENT)
def test_a_breaking_event_is_caught_against_what_a_release_keeps(words: str) -> None:
    released = {"x": what_is_promised(EVENT)}
    assert list(event_breaks(released, {"x": changed(EVENT, BREAKING_EVENT[words])}))
