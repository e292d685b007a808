"""Decides how a service's API is described (OpenAPI 3.1); must never describe what the service does not do, or hide how it refuses."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from tereze.chassis.http import refusals
from tereze.chassis.http.addresses import Address, Addresses
from tereze.chassis.http.callers import identify, identify_briefly, identify_unattested
from tereze.chassis.http.idempotency import read_key
from tereze.chassis.http.outcomes import FHIR_MEDIA_TYPE, outcome_of, speaks_fhir
from tereze.chassis.http.problems import MEDIA_TYPE
from tereze.chassis.http.versions import read_version
from tereze.contracts.facts import Conflict, Fact, Forbidden, Invalid, NotFound, Stale
from tereze.contracts.fhir import OperationOutcome
from tereze.contracts.labels import Contract
from tereze.contracts.problems import Problem

_REF = "#/components/schemas/{model}"
_BEARER = "bearer"

_AUTHENTICATED = (refusals.TokenMissing, refusals.TokenInvalid, refusals.TokenOutOfDate, refusals.IssuerDown)
_IDENTIFIED = (
    refusals.StaffUnknown, refusals.StaffSuspended, refusals.AgencyMismatch, refusals.AgencySuspended,
    refusals.NotAttested, Forbidden,
)  # fmt: skip
_WITH_BODY = (
    refusals.MalformedJson, refusals.BodyTooLarge, refusals.UnsupportedMedia, refusals.ValidationFailed, Invalid,
)  # fmt: skip
_WITH_KEY = (
    refusals.IdempotencyKeyRequired, refusals.IdempotencyKeyMalformed, refusals.IdempotencyKeyInUse,
    refusals.IdempotencyKeyReused,
)  # fmt: skip
_WITH_VERSION = (refusals.PreconditionRequired, refusals.IfMatchMalformed, Stale, Conflict)


def _facts(address: Address) -> Iterator[type[Fact]]:
    """Every refusal an address may answer with."""
    yield refusals.ValidationFailed  # an unknown query parameter, at least
    yield from (refusals.Unexpected, refusals.DatabaseDown)
    yield from address.refusals
    if not address.public:
        yield from _AUTHENTICATED
    if address.calls & {identify, identify_briefly, identify_unattested}:
        yield from _IDENTIFIED
    if "{" in address.template:
        yield NotFound
    if "cursor" in address.query_names:
        yield refusals.BadCursor
    if address.body_model is not None:
        yield from _WITH_BODY
    if read_key in address.calls:
        yield from _WITH_KEY
    if read_version in address.calls:
        yield from _WITH_VERSION


def _example(fact: type[Fact], *, fhir: bool) -> dict[str, Any]:
    stated = {"type": f"/docs/problems/{fact.code}", "title": fact.title, "status": fact.status, "code": fact.code}
    stated |= {"detail": fact.title, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}
    if fhir:
        stated = outcome_of(Problem.model_validate(stated)).model_dump(mode="json", exclude_none=True)
    return {"summary": fact.title, "value": stated}


def _headers(facts: Iterable[type[Fact]]) -> dict[str, Any]:
    named = {name for fact in facts for name in getattr(fact, "headers", {})}
    return {name: {"schema": {"type": "string"}} for name in sorted(named)}


def _refusals(address: Address) -> dict[str, Any]:
    by_status: dict[int, dict[str, type[Fact]]] = {}
    for fact in _facts(address):
        by_status.setdefault(fact.status, {})[fact.code] = fact
    documented, fhir = {}, speaks_fhir(address.template)
    for status, facts in sorted(by_status.items()):
        content = {
            "schema": {"$ref": _REF.format(model="OperationOutcome" if fhir else "Problem")},
            "examples": {code: _example(fact, fhir=fhir) for code, fact in sorted(facts.items())},
        }
        media = FHIR_MEDIA_TYPE if fhir else MEDIA_TYPE
        answer: dict[str, Any] = {"description": ", ".join(sorted(facts)), "content": {media: content}}
        if headers := _headers(facts.values()):
            answer["headers"] = headers
        documented[str(status)] = answer
    return documented


def _describe(operation: dict[str, Any], address: Address) -> None:
    answers = operation.setdefault("responses", {})
    if "HTTPValidationError" in str(answers.get("422", "")):
        del answers["422"]
    for status, answer in _refusals(address).items():
        answers.setdefault(status, answer)
    operation["security"] = [] if address.public else [{_BEARER: []}]
    if address.body_model is not None:
        schema = {"$ref": _REF.format(model=address.body_model.__name__)}
        media = ("application/json", *([FHIR_MEDIA_TYPE] if speaks_fhir(address.template) else []))
        operation["requestBody"] = {"required": True, "content": {one: {"schema": schema} for one in media}}
    for parameter in operation.get("parameters", []):
        if parameter["name"] in {"Idempotency-Key", "If-Match"}:
            parameter["required"] = True
            parameter["schema"] = _HEADER_SCHEMAS[parameter["name"]]


_HEADER_SCHEMAS = {
    "Idempotency-Key": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "If-Match": {"type": "string", "pattern": '^("[0-9]{1,9}"|[0-9]{1,9})$'},
}


def _rename(node: Any, names: dict[str, str]) -> Any:
    """The same schema with some components called by another name, and no ``null`` members (the framework leaves them out too)."""
    if isinstance(node, list):
        return [_rename(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    renamed = {key: _rename(value, names) for key, value in node.items() if value is not None}
    reference = renamed.get("$ref")
    if isinstance(reference, str):
        name = reference.rpartition("/")[2]
        renamed["$ref"] = _REF.format(model=names.get(name, name))
    return renamed


def _add_schemas(document: dict[str, Any], models: Iterable[type[Contract]]) -> dict[str, str]:
    """Put request shapes among the components; one that answers describe differently is called ``…Input``. Returns new names."""
    known: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    known.pop("HTTPValidationError", None)
    known.pop("ValidationError", None)
    wanted = [(model, "validation") for model in dict.fromkeys(models)]
    _, described = models_json_schema(wanted, ref_template=_REF)  # type: ignore[arg-type]
    definitions: dict[str, Any] = _rename(described.get("$defs", {}), {})
    names = {name: f"{name}Input" for name, schema in definitions.items() if known.get(name, schema) != schema}
    for name, schema in _rename(definitions, names).items():
        known[names.get(name, name)] = schema
    return names


def describe(app: FastAPI, *, title: str, version: str, description: str) -> dict[str, Any]:
    """The OpenAPI document of one app."""
    document = FastAPI.openapi(app)
    addresses = {
        (address.template, method.lower()): address for address in Addresses(app) for method in address.methods
    }
    found = [
        (operation, addresses[path, method])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    models = [address.body_model for _, address in found if address.body_model is not None]
    forms = [OperationOutcome] if any(speaks_fhir(address.template) for _, address in found) else []
    names = _add_schemas(document, [*models, Problem, *forms])
    for operation, address in found:
        _describe(operation, address)
        if "requestBody" in operation:
            operation["requestBody"] = _rename(operation["requestBody"], names)
    document["info"] = {
        "title": title,
        "version": version,
        "description": description,
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }
    document["components"]["securitySchemes"] = {
        _BEARER: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "at+jwt",
            "description": "An RFC 9068 access token of the issuer; it says who you are, our records say what you may.",
        }
    }
    return document
