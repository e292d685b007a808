"""Whoever speaks FHIR is refused in FHIR: an OperationOutcome with our stable code, whatever refuses them."""

import re
from typing import Any

import pytest

from tereze.chassis.database import DatabaseUnavailable
from tereze.chassis.http.outcomes import outcome_of
from tereze.chassis.ids import new_id
from tereze.contracts.fhir import OperationOutcome
from tereze.contracts.problems import FieldProblem, Problem
from tereze.registry.api import patients

CLINIC = "almaty-clinic-1:member"
NEVER_GIVEN = "per_" + "0" * 31 + "1"
MATCH, FHIR = "/fhir/Patient/$match", {"Content-Type": "application/fhir+json"}
NOBODY = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": {"resourceType": "Patient"}}]}
FAULTY = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": {"gender": "x"}}, {"name": 7}]}


def outcome(answer: Any, status: int, code: str, kind: str) -> list[dict[str, Any]]:
    """The issues of an answer that must refuse in this way."""
    assert answer.headers["content-type"] == "application/fhir+json", answer.text
    OperationOutcome.model_validate_json(answer.content)
    stated = answer.json()
    issues: list[dict[str, Any]] = stated["issue"]
    first = issues[0]
    assert (answer.status_code, first["details"]["coding"][0]["code"], first["code"]) == (status, code, kind)
    assert first["details"]["coding"][0]["system"] == "urn:tereze:problem"
    assert first["details"]["text"]
    assert first["diagnostics"]
    return issues


@pytest.mark.parametrize(
    ("method", "path", "sent", "refused"),
    [
        ("GET", f"/fhir/Patient/{NEVER_GIVEN}", {}, (404, "not-found", "not-found")),
        ("GET", "/fhir/Patient/nobody-of-ours", {}, (404, "not-found", "not-found")),
        ("GET", "/fhir/Observation", {}, (404, "not-found", "not-found")),
        ("DELETE", f"/fhir/Patient/{NEVER_GIVEN}", {}, (405, "method-not-allowed", "not-supported")),
        ("GET", f"/fhir/Patient/{NEVER_GIVEN}?_format=xml", {}, (422, "validation-failed", "not-supported")),
        ("POST", MATCH, {"json": NOBODY, "headers": {"Content-Type": "text/plain"}}, (415, "unsupported-media-type", "not-supported")),
        ("POST", MATCH, {"content": b"{", "headers": FHIR}, (400, "malformed-json", "structure")),
        ("POST", MATCH, {"content": b"0" * 2**20 + b"0", "headers": FHIR}, (413, "body-too-large", "too-long")),
        ("POST", MATCH, {"json": FAULTY, "headers": FHIR}, (422, "validation-failed", "code-invalid")),
        ("POST", MATCH, {"json": {**NOBODY, "parameter": [{"name": "count"}]}}, (422, "no-patient", "required")),
    ],
)  # fmt: skip
async def test_each_refusal_is_an_outcome(counter, method, path, sent, refused):
    async with counter.inside.caller(CLINIC) as caller:
        outcome(await caller.request(method, path, **sent), *refused)


async def test_who_calls_is_refused_in_fhir_too(counter):
    answer = await counter.inside.client().get(f"/fhir/Patient/{new_id('per')}")
    outcome(answer, 401, "token-missing", "login")
    assert answer.headers["www-authenticate"] == "Bearer"
    async with counter.inside.caller(CLINIC, exp=1_000_000_000) as caller:
        outcome(await caller.post(MATCH, json=NOBODY), 401, "token-expired", "expired")
    async with counter.inside.caller("astana-police:member") as caller:
        outcome(await caller.post(MATCH, json=NOBODY), 403, "staff-unknown", "forbidden")


async def test_each_part_that_is_wrong_is_an_issue_with_its_place(counter):
    async with counter.inside.caller(CLINIC) as caller:
        answer = await caller.post(MATCH, json=FAULTY, headers=FHIR)
        odd = await caller.get(f"/fhir/Patient/{new_id('per')}?_format=xml")
    where = {issue["expression"][0]: issue["details"]["coding"][1]["code"] for issue in answer.json()["issue"]}
    assert where["Parameters.parameter[0].resource.gender"] == "unknown-code"
    assert where["Parameters.parameter[1].name"] == "wrong-type"
    assert "location" not in odd.json()["issue"][0]  # an unknown parameter's name is not said back


async def test_what_changes_the_meaning_of_the_rest_is_refused_and_not_passed_over(counter):
    upside_down = {
        "resourceType": "Patient",
        "modifierExtension": [{"url": "urn:x:not-this-child", "valueBoolean": True}],
    }
    sent = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": upside_down}]}
    async with counter.inside.caller(CLINIC) as caller:
        issue, *_ = outcome(
            await caller.post(MATCH, json=sent, headers=FHIR), 422, "validation-failed", "not-supported"
        )
    assert issue["expression"] == ["Parameters.parameter[0].resource"]


async def test_what_fails_on_our_side_is_an_outcome(counter, monkeypatch):
    async def fail(*_: object) -> None:
        raise DatabaseUnavailable

    async def break_down(*_: object) -> None:
        raise ZeroDivisionError

    async with counter.inside.caller(CLINIC) as caller:
        monkeypatch.setattr(patients, "weigh_each", fail)
        down = await caller.post(MATCH, json=NOBODY)
        monkeypatch.setattr(patients, "weigh_each", break_down)
        failed = await caller.post(MATCH, json=NOBODY)
    [issue] = outcome(down, 503, "database-unavailable", "transient")
    assert (issue["severity"], down.headers["retry-after"]) == ("fatal", "5")
    outcome(failed, 500, "internal", "exception")


def test_the_trace_is_kept_and_nothing_is_empty():
    faults = (FieldProblem(pointer="", parameter="count", code="too-large", detail="d"),)
    problem = Problem(
        type="/docs/problems/x", title="t", status=422, code="x", detail="d", trace_id="ab", errors=faults
    )
    whole = outcome_of(problem).model_dump(mode="json", exclude_none=True)
    assert whole["extension"] == [{"url": "urn:tereze:trace-id", "valueString": "ab"}]
    assert whole["issue"][0]["location"] == ["http.count"]
    assert not re.search(r"\[\]|\{\}|null|\"\"", outcome_of(problem).model_dump_json(exclude_none=True))
