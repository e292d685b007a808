"""Decides which ids a stranger tries at every door, and whether an answer tells that one exists; must never let a door be passed over."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from tereze.local.stack import Stack

PUBLIC = {
    "agency_id": "which bodies there are is public",
    "region_code": "regions are public",
    "name": "protocols and official series are published",
    "number": "protocols are published",
    "sheet": "guidance is published",
    "centre_id": "rehabilitation centres are public bodies",
}
"""Parameters whose existence is no secret, each with its reason."""

_METHODS = ("get", "post", "put", "patch", "delete")
_PARAMETER = re.compile(r"\{(\w+)\}")
_HEX = re.compile(r"[0-9a-f]{32}")
_WITHOUT = """
SELECT case_id FROM case_file AS file WHERE joined_into IS NULL
  AND NOT EXISTS (SELECT FROM case_body WHERE case_id = file.case_id AND agency_id = ANY($1))
  AND NOT EXISTS (SELECT FROM task WHERE case_id = file.case_id AND (agency_id = ANY($1) OR offered_agency_id = ANY($1)))
"""
_KEPT_OUT = "SELECT DISTINCT case_id FROM exclusion WHERE body_id = $1"
_ELSEWHERE = "JOIN staff USING (staff_id) WHERE NOT agency_id = ANY(:own)"
_PERSONS = "SELECT person_id FROM case_person WHERE case_id = ANY(:cases)"

_SOURCES: tuple[tuple[str, str, str], ...] = (
    ("/v1/referrals/{referral_id}", "referral", "SELECT referral_id FROM referral WHERE case_id = ANY(:cases)"),
    (
        "/v1/cases/{case_id}/exclusions/{exclusion_id}",
        "referral",
        "SELECT case_id, exclusion_id FROM case_exclusion WHERE case_id = ANY(:cases)",
    ),
    (
        "/v1/cases/{case_id}/escalations/{clock_id}",
        "referral",
        "SELECT case_id, clock_id FROM clock WHERE case_id = ANY(:cases)",
    ),
    (
        "/v1/cases/{case_id}/emergency-access/{access_id}",
        "referral",
        "SELECT case_id, access_id FROM emergency_access WHERE case_id = ANY(:cases)",
    ),
    ("/v1/cases/{case_id}", "referral", "SELECT case_id FROM case_file WHERE case_id = ANY(:cases)"),
    ("/v1/tasks/{task_id}", "referral", "SELECT task_id FROM task WHERE case_id = ANY(:cases)"),
    ("/v1/commission/{sitting_id}", "referral", "SELECT sitting_id FROM sitting WHERE case_id = ANY(:cases)"),
    ("/v1/placements/{placement_id}", "referral", "SELECT placement_id FROM placement WHERE case_id = ANY(:cases)"),
    ("/v1/plans/{plan_id}", "referral", "SELECT plan_id FROM family_plan WHERE case_id = ANY(:cases)"),
    ("/v1/eligibility/{request_id}", "referral", "SELECT request_id FROM service_request WHERE case_id = ANY(:cases)"),
    (
        "/v1/persons/{person_id}/merges/{merge_id}",
        "registry",
        f"SELECT survivor_id AS person_id, merge_id FROM merge_act WHERE survivor_id IN ({_PERSONS})",
    ),
    (
        "/v1/persons/{person_id}/unsealings/{act_id}",
        "registry",
        "SELECT person_id, act_id FROM two_person_act WHERE kind = 'unseal'",
    ),
    (
        "/v1/persons/{person_id}/erasures/{act_id}",
        "registry",
        "SELECT person_id, act_id FROM two_person_act WHERE kind = 'erase'",
    ),
    (
        "/v1/families/{person_id}/entries/{entry_id}",
        "registry",
        f"SELECT person_id, entry_id FROM family_entry WHERE person_id IN ({_PERSONS})",
    ),
    ("/v1/families/{person_id}", "registry", _PERSONS),
    ("/v1/persons/{person_id}", "registry", _PERSONS),
    ("/fhir/Patient/{person_id}", "registry", _PERSONS),
    (
        "/v1/identity-reviews/{review_id}",
        "registry",
        "SELECT review_id FROM identity_review WHERE region_code = 'KZ-75'",
    ),
    ("/v1/rolls/{roll_id}", "registry", "SELECT roll_id FROM roll WHERE region_code = 'KZ-75'"),
    (
        "/v1/subscriptions/{subscription_id}",
        "notifications",
        "SELECT subscription_id FROM subscription WHERE NOT agency_id = ANY(:own)",
    ),
    ("/v1/duties/{duty_id}", "oversight", "SELECT duty_id FROM duty"),
    (
        "/v1/staff/{staff_id}/attestations/{attestation_id}",
        "directory",
        f"SELECT staff_id, attestation_id FROM attestation {_ELSEWHERE}",
    ),
    (
        "/v1/staff/{staff_id}/investigations/{investigation_id}",
        "directory",
        f"SELECT staff_id, investigation_id FROM investigation {_ELSEWHERE}",
    ),
    (
        "/v1/staff/{staff_id}",
        "directory",
        "SELECT staff_id FROM staff WHERE NOT agency_id = ANY(:own)",
    ),
    (
        "/v1/agencies/{agency_id}/rota/{shift_id}",
        "directory",
        "SELECT agency_id, shift_id FROM shift WHERE NOT agency_id = ANY(:own)",
    ),
    (
        "/v1/workforce/posts/{post_id}",
        "directory",
        "SELECT post_id FROM post WHERE NOT agency_id = ANY(:own)",
    ),
)
"""Where ids of things that exist are read, by the beginning of a door's path; the first that fits counts."""


class NothingToTry(LookupError):
    """There is nothing at all of the kind a door is about, so the door cannot be tried."""


@dataclass(frozen=True, slots=True)
class Door:
    """One route with an id in its path that is not public knowledge; ``body`` is an example the documents give."""

    method: str
    path: str
    body: Any = None

    @property
    def name(self) -> str:
        """Method and template, as in the documents."""
        return f"{self.method.upper()} {self.path}"

    def at(self, ids: Mapping[str, str]) -> str:
        """The address with these ids."""
        return _PARAMETER.sub(lambda found: ids[found[1]], self.path)


def doors(document: Path) -> list[Door]:
    """Every such route of the published document."""
    described = json.loads(document.read_text("utf-8"))
    shapes = described["components"]["schemas"]
    return [
        Door(method, path, _body(methods[method], shapes))
        for path, methods in described["paths"].items()
        for method in _METHODS
        if method in methods and set(_PARAMETER.findall(path)) - PUBLIC.keys()
    ]


def lists(document: Path) -> list[str]:
    """Every address of the published document that answers a list to whoever asks."""
    described = json.loads(document.read_text("utf-8"))
    return [path for path, methods in described["paths"].items() if "get" in methods and "{" not in path]


def _body(operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> Any:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        named = content["schema"].get("$ref", "").rpartition("/")[2]
        examples = shapes.get(named, {}).get("examples", [])
        return examples[0] if examples else {}
    return None


class Finder:
    """Reads ids of things that exist straight from the services' databases."""

    def __init__(self, stack: Stack, own: Sequence[str]) -> None:
        self._stack, self._own = stack, list(own)

    async def cases_without_strangers(self) -> list[str]:
        """Cases in which none of the strangers has or had a part."""
        return [row[0] for row in await self._read("referral", _WITHOUT, self._own)]

    async def cases_kept_from(self, body_id: str) -> list[str]:
        """Cases of which a body must not hear."""
        return [row[0] for row in await self._read("referral", _KEPT_OUT, body_id)]

    async def ids(self, door: Door, cases: Sequence[str]) -> dict[str, str]:
        """Ids that exist for every parameter of a door's path: of one of the cases, where it is about one. Raises NothingToTry."""
        found = next(((service, query) for at, service, query in _SOURCES if door.path.startswith(at)), None)
        if found is None:
            raise NothingToTry(f"no source of ids for {door.name}")
        service, query = found
        values = [known for name, known in ((":cases", list(cases)), (":own", self._own)) if name in query]
        rows = await self._read(service, _bound(query), *values)
        if not rows:
            raise NothingToTry(f"nothing exists to try {door.name} with")
        return dict(rows[0].items())

    async def ids_in_case(self, door: Door, cases: Sequence[str]) -> dict[str, str]:
        """As ``ids``, but only for doors that are about a case. Raises NothingToTry for all others."""
        about = next(
            (query for at, service, query in _SOURCES if door.path.startswith(at) and service == "referral"), ""
        )
        if ":cases" not in about:
            raise NothingToTry(f"{door.name} is not about a case")
        return await self.ids(door, cases)

    async def _read(self, service: str, query: str, *values: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self._stack.database_url(service).replace("+asyncpg", ""))
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()


def _bound(query: str) -> str:
    return query.replace(":cases", "$1").replace(":own", "$1") + " LIMIT 1"


def made_up(ids: Mapping[str, str]) -> dict[str, str]:
    """Ids of the same kinds that were never given to anything."""
    return {name: _HEX.sub(lambda _: uuid4().hex, value) for name, value in ids.items()}


async def knock(client: httpx.AsyncClient, door: Door, ids: Mapping[str, str], token: str) -> httpx.Response:
    """Try a door as a client would that knows everything but has no part in it."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex, "If-Match": '"1"'}
    return await client.request(door.method, door.at(ids), json=door.body, headers=headers)


def told(answer: httpx.Response) -> object:
    """What an answer tells somebody who compares: all of it but ids and what is new in every answer."""
    kinds = {name: answer.headers.get(name) for name in ("content-type", "etag", "location", "retry-after")}
    body = _HEX.sub("…", answer.text)
    return answer.status_code, kinds, body
