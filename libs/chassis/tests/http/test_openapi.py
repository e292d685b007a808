"""Decides that the described API is the served API: bodies, headers, refusals, security."""

from typing import Any

import pytest

from tereze.chassis.http import openapi_of


@pytest.fixture(scope="module")
def document(calm) -> dict[str, Any]:
    return openapi_of(calm.runtime.service)


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    return set().union(*(references(item) for item in node)) if isinstance(node, list) else set()


def test_it_is_openapi_31_and_closed_in_itself(document):
    assert document["openapi"] == "3.1.0"
    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"], reference


def test_probes_and_framework_shapes_are_not_described(document):
    assert all(path.startswith("/v1/") for path in document["paths"])
    assert not {"HTTPValidationError", "ValidationError"} & document["components"]["schemas"].keys()


def test_a_body_is_required_strict_and_labelled(document):
    body = document["paths"]["/v1/things"]["post"]["requestBody"]
    assert body["required"] is True
    name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    schema = document["components"]["schemas"][name]
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["code"]
    assert schema["properties"]["code"]["x-sensitivity"] == "operational"
    assert schema["properties"]["code"]["maxLength"] == 30_000


def test_one_shape_has_one_name_sent_or_answered(document):
    echoed = document["paths"]["/v1/echo"]["post"]
    sent = echoed["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    answered = echoed["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    assert sent == answered == "#/components/schemas/Thing"


def test_required_headers_are_required(document):
    posted = {p["name"]: p for p in document["paths"]["/v1/things"]["post"]["parameters"]}
    assert posted["Idempotency-Key"]["required"] is True
    assert posted["Idempotency-Key"]["in"] == "header"
    put = {p["name"]: p for p in document["paths"]["/v1/things/{thing_id}"]["put"]["parameters"]}
    assert put["If-Match"]["required"] is True


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        ("/v1/things", "post", {"201", "400", "401", "403", "409", "413", "415", "422", "500", "503"}),
        ("/v1/things", "get", {"200", "400", "401", "403", "422", "500", "503"}),
        ("/v1/things/{thing_id}", "get", {"200", "401", "403", "404", "422", "500", "503"}),
        (
            "/v1/things/{thing_id}",
            "put",
            {"200", "400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "500", "503"},
        ),
        ("/v1/echo", "post", {"200", "400", "413", "415", "422", "500", "503"}),
    ],
)
def test_every_refusal_is_described(document, path, method, statuses):
    assert document["paths"][path][method]["responses"].keys() == statuses


def test_a_refusal_is_a_problem_with_an_example_for_each_code(document):
    answers = document["paths"]["/v1/things"]["post"]["responses"]
    content = answers["422"]["content"]["application/problem+json"]
    assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert {"validation-failed", "idempotency-key-reused"} <= content["examples"].keys()
    for example in content["examples"].values():
        assert example["value"]["status"] == 422
    assert "Retry-After" in answers["503"]["headers"]
    assert "WWW-Authenticate" in answers["401"]["headers"]


def test_a_token_is_needed_except_where_it_is_not(document):
    assert document["paths"]["/v1/things"]["get"]["security"] == [{"bearer": []}]
    assert document["paths"]["/v1/echo"]["post"]["security"] == []
    assert document["components"]["securitySchemes"]["bearer"]["bearerFormat"] == "at+jwt"


def test_operations_have_readable_names(document):
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert "keep_thing" in names
    assert len(names) == len(set(names))


def test_describing_twice_gives_the_same(calm):
    assert openapi_of(calm.runtime.service) == openapi_of(calm.runtime.service)
