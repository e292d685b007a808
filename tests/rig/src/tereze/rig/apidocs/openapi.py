"""Decides the one OpenAPI 3.1 document of all services; must never describe an address that no service answers."""

import importlib
import json
import typing
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from tereze.chassis.http.addresses import Addresses
from tereze.chassis.http.app import build_app
from tereze.chassis.http.openapi import describe
from tereze.chassis.runtime import Service
from tereze.contracts.labels import every_contract
from tereze.rig.apidocs.asyncapi import delivered_events, webhook_headers
from tereze.rig.apidocs.examples import delivered_example, example
from tereze.rig.apidocs.links import add_headers, add_links
from tereze.rig.apidocs.shapes import Schema, may_be_withheld, open_to_additions, shared_schemas

SERVICES = ("intake", "registry", "referral", "notifications", "directory", "oversight")
_NOUNS = {
    "referrals": "What your agency submits to the window, and what became of it",
    "cases": "The shared file around one child",
    "emergency-access": "Which cases your agency's people opened to themselves in an emergency",
    "tasks": "Your agency's part of a response: receive, accept or decline, start, fulfil",
    "placements": "A bed in a rehabilitation centre for the child of a case: held, decided, admitted, reviewed, left",
    "eligibility": "What a child may receive now, on which ground; requests for services",
    "gaps": "Where the rules have no ground for what children need",
    "plans": "Family plans of Social Patronage: goals, services by several bodies, visits, reviews",
    "commission": "Sittings of the commission on juvenile affairs: convened, answered, held; decisions that become tasks",
    "centres": "Rehabilitation centres and their free beds",
    "protocols": "Who must do what by when: the version in force",
    "persons": "Who a child is, for those who must act; joined, restored and divided by those who answer for it",
    "families": "Who belongs to a child, and what agencies share about the family",
    "rolls": "A school's or a clinic's children, brought in together; every row reported",
    "fhir": "FHIR R4 Patient: match and read, for systems of health care",
    "identity-reviews": "Whether two accounts mean one child, where only a person can say",
    "subscriptions": "Where events are delivered to",
    "deliveries": "Each event's way to a subscription",
    "events": "Every event your agency may see, in order",
    "sla": "Deadlines across agencies",
    "duties": "What waits for operators: parked events, deliveries that were given up",
    "agencies": "Bodies that refer and act",
    "staff": "People and systems of your agency: whether they may act, and what is looked into",
    "workforce": "Posts filled and vacant, and pupils for each specialist",
    "caseload": "How many open duties each of your people answers for",
    "regions": "First-level units of the country, and the series published about them",
    "webhooks": "What a subscription's address receives",
}
_REF = "#/components/schemas/{model}"
_INFO = """\
One API behind one URL: report a concern about a child, see who must act by when, act, and be told.

- Errors are RFC 9457 problem documents; `code` is stable and each `type` resolves to a page.
- `Idempotency-Key` is required on every POST that creates. Same key and body: the same answer. Another body: 422.
- `If-Match` with the version you read is required on every command on a case or task: 428 without, 412 when it changed.
- Cursors are opaque. Times are RFC 3339, between the years 1900 and 2200; ours are in UTC. Texts hold no NUL.
- What you may not know exists answers 404.
- Fields may be added to answers and codes to enums; ignore what you do not know. Fields that you may not see are absent.
"""


class DescribedTwice(ValueError):
    """Two routes share a method and path, or a name."""


def service_of(name: str, pack: Path) -> Service:
    """A service put together to be described; it runs on nothing."""
    build = importlib.import_module(f"tereze.{name}.app").build
    settings_class = next(iter(typing.get_type_hints(build).values()))
    settings = settings_class(
        mode="demo",
        database_url="postgresql://nobody@127.0.0.1:1/nothing",
        kafka="127.0.0.1:1",
        issuer="http://127.0.0.1:1",
        keys_dir=pack,
        pack=pack,
    )
    service: Service = build(settings)
    return service


def _all_routes(pack: Path) -> APIRouter:
    whole = APIRouter()
    for name in SERVICES:
        whole.include_router(service_of(name, pack).router)
    return whole


def _references(node: Any) -> typing.Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for part in node.values():
            yield from _references(part)
    elif isinstance(node, list):
        for part in node:
            yield from _references(part)


def _sent_in(document: Schema) -> set[str]:
    """Names of the schemas that requests are made of; these stay closed."""
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    found: set[str] = set()
    ahead = set(_references([operation.get("requestBody") for operation in operations]))
    while ahead:
        name = ahead.pop()
        found.add(name)
        ahead |= set(_references(document["components"]["schemas"][name])) - found
    return found


def _add_examples(document: Schema) -> None:
    shapes = {shape.__name__: shape for shape in every_contract()}
    for name, schema in document["components"]["schemas"].items():
        shape = shapes.get(name.removesuffix("Input"))
        if shape is not None and "enum" not in schema:
            schema["examples"] = [json.loads(example(shape))]


def _webhooks(document: Schema) -> None:
    schemas = document["components"]["schemas"]
    for shape in delivered_events():
        schemas.update({name: schema for name, schema in shared_schemas([shape], _REF).items() if name not in schemas})
        schemas[shape.__name__] = may_be_withheld(schemas[shape.__name__])
    headers = webhook_headers()
    document["webhooks"] = {
        shape.type: {
            "post": {
                "operationId": f"deliver_{shape.type}",
                "tags": ["webhooks"],
                "summary": (shape.__doc__ or "").strip(),
                "security": [],
                "parameters": [
                    {"name": name, "in": "header", "required": name in headers["required"], "schema": schema}
                    for name, schema in headers["properties"].items()
                ],
                "requestBody": {"required": True, "content": {"application/json": _delivered(shape)}},
                "responses": {
                    "2XX": {"description": "Taken; the next event of this case may come"},
                    "410": {"description": "Ends the subscription"},
                    "default": {"description": "Tried again for at least 72 hours"},
                },
            }
        }
        for shape in delivered_events()
    }


def _tag_by_noun(document: Schema) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            operation["tags"] = [path.split("/")[2]]
    document["tags"] = [{"name": name, "description": words} for name, words in _NOUNS.items()]


def _delivered(shape: Any) -> Schema:
    own = {
        "type": "object",
        "properties": {"type": {"const": shape.type}, "data": {"$ref": _REF.format(model=shape.__name__)}},
    }
    return {
        "schema": {"allOf": [{"$ref": _REF.format(model="CloudEvent")}, own]},
        "example": json.loads(delivered_example(shape).model_dump_json(exclude_none=True)),
    }


def _refuse_doubles(document: Schema, addresses: Addresses) -> None:
    doors = [(method, address.template) for address in addresses for method in address.methods]
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    names = [operation["operationId"] for operation in operations]
    doubled: list[object] = [door for door in doors if doors.count(door) > 1]
    doubled += [name for name in names if names.count(name) > 1]
    if doubled:
        raise DescribedTwice(f"described twice: {doubled}")


def openapi_document(pack: Path, version: str) -> Schema:
    """The whole document. Needs no database, broker or keys."""
    router = _all_routes(pack)
    app = build_app("tereze", router)
    document = describe(app, title="Tereze", version=version, description=_INFO)
    _refuse_doubles(document, app.state.addresses)
    sent_in = _sent_in(document)
    schemas = document["components"]["schemas"]
    for name in set(schemas) - sent_in:
        schemas[name] = open_to_additions(schemas[name])
    _webhooks(document)
    _add_examples(document)
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    _tag_by_noun(document)
    add_links(document)
    add_headers(document)
    return {"openapi": "3.1.0", **document}
