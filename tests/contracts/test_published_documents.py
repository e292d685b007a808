import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from tereze.rig.apidocs.__main__ import FOLDER, breaks, documents, drift
from tereze.rig.apidocs.asyncapi import delivered_events

Document = dict[str, Any]
PRESENT = documents()
API: Document = json.loads(PRESENT["openapi.json"])
SCHEMAS: Document = API["components"]["schemas"]


def operations() -> Iterator[tuple[str, Document]]:
    for path, methods in API["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_committed_documents_are_what_the_code_says() -> None:
    assert list(drift(PRESENT, FOLDER)) == [], "run python -m tereze.rig.apidocs"


def test_the_code_breaks_nobody_who_uses_the_released_documents() -> None:
    assert list(breaks(PRESENT, FOLDER)) == []


def test_the_document_covers_every_noun_of_the_api() -> None:
    nouns = {path.split("/")[2] for path in API["paths"] if path.startswith("/v1/")}
    assert nouns >= {
        "referrals", "persons", "cases", "tasks", "protocols", "subscriptions", "events", "deliveries", "agencies",
        "staff", "regions", "sla",
    }  # fmt: skip
    assert nouns | {"webhooks", "fhir"} == {tag["name"] for tag in API["tags"]}
    assert API["openapi"].startswith("3.1")


@pytest.mark.parametrize(
    ("where", "operation"), list(operations()), ids=lambda part: part if isinstance(part, str) else ""
)
def test_every_operation_says_what_it_does_and_how_it_refuses(where: str, operation: Document) -> None:
    assert operation.get("description"), where
    assert operation["tags"]
    refusals = {status for status in operation["responses"] if status >= "400"}
    assert {"401", "403", "422", "503"} <= refusals
    form = "application/fhir+json" if where.split()[1].startswith("/fhir/") else "application/problem+json"
    for status in refusals:
        assert list(operation["responses"][status]["content"]) == [form]


_NOT_READ_YET = "POST /v1/cases/{case_id}/emergency-access"
"""Creates an access for somebody who may not read the case, nor its version, before."""


def test_every_creating_post_takes_an_idempotency_key_and_every_command_a_version() -> None:
    for where, operation in operations():
        required = {one["name"] for one in operation.get("parameters", []) if one.get("required")}
        if where in (
            "POST /v1/referrals",
            "POST /v1/subscriptions",
            "POST /v1/placements",
            "POST /v1/centres",
            "POST /v1/commission",
            "POST /v1/plans",
            "POST /v1/eligibility",
            _NOT_READ_YET,
        ):
            assert "Idempotency-Key" in required
        if where.startswith(
            (
                "POST /v1/tasks/",
                "POST /v1/cases/",
                "POST /v1/placements/",
                "POST /v1/centres/",
                "POST /v1/commission/",
                "POST /v1/plans/",
                "POST /v1/eligibility/",
            )
        ) and (where != _NOT_READ_YET):
            assert "If-Match" in required


def test_every_example_fits_its_schema() -> None:
    looked_at = 0
    for name, schema in SCHEMAS.items():
        for shown in schema.get("examples", []):
            whole = {**schema, "components": API["components"]}
            jsonschema_rs.validator_for(whole, validate_formats=True).validate(shown)
            looked_at += 1
            assert shown or name
    assert looked_at > 40


def test_every_field_of_every_shape_keeps_its_label() -> None:
    for name, schema in SCHEMAS.items():
        for field, part in schema.get("properties", {}).items():
            assert "x-sensitivity" in part, f"{name}.{field}"


def test_each_delivered_event_is_described_as_a_webhook_with_a_valid_example() -> None:
    assert set(API["webhooks"]) == {shape.type for shape in delivered_events()}
    for webhook in API["webhooks"].values():
        content = webhook["post"]["requestBody"]["content"]["application/json"]
        whole = {**content["schema"], "components": API["components"]}
        jsonschema_rs.validator_for(whole, validate_formats=True).validate(content["example"])
