"""Decides how the index's facts are kept and take effect; must never change the index without its fact, or a fact at all."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import orjson

from tereze.chassis.work import Work
from tereze.contracts.persons import PersonKind, PersonState
from tereze.registry.domain.index import (
    Born,
    Erased,
    Fact,
    Index,
    Linked,
    Merged,
    Parted,
    Split,
    Standing,
    Unmerged,
)

_SHAPES: dict[str, type[Fact]] = {
    shape.__name__: shape for shape in (Linked, Merged, Unmerged, Split, Parted, Born, Erased)
}
_LOG = """
INSERT INTO identity_event (at, type, body, by_agency_id, by_staff_id, reason) VALUES ($1, $2, $3, $4, $5, $6) RETURNING revision
"""
_FACTS = "SELECT type, body::text AS body FROM identity_event ORDER BY revision"
_LOCK = "SELECT person_id FROM person WHERE person_id = ANY($1::text[]) ORDER BY person_id FOR UPDATE"
_GOES_ON = "SELECT merged_into FROM person WHERE person_id = $1 FOR SHARE"
_PERSONS = """
WITH RECURSIVE later AS (
    SELECT person_id, merged_into FROM person WHERE person_id = ANY($1::text[])
    UNION SELECT person.person_id, person.merged_into FROM person JOIN later ON person.person_id = later.merged_into
), known AS (
    SELECT person_id FROM later
    UNION SELECT person.person_id FROM person JOIN known ON person.merged_into = known.person_id
)
SELECT person_id, kind, state, merged_into FROM person JOIN known USING (person_id)
"""
_LAST = """
WITH RECURSIVE later AS (
    SELECT person_id, merged_into FROM person WHERE person_id = ANY($1::text[])
    UNION SELECT person.person_id, person.merged_into FROM person JOIN later ON person.person_id = later.merged_into
)
SELECT person_id FROM later WHERE merged_into IS NULL ORDER BY person_id
"""
_LINKS = "SELECT record_id, person_id FROM link WHERE person_id = ANY($1::text[])"
_APART = "SELECT one, other FROM no_link WHERE one = ANY($1::text[]) OR other = ANY($1::text[])"
_MOVE = "UPDATE link SET person_id = $2 WHERE record_id = ANY($1::text[])"
_STAND = "UPDATE person SET state = $2, merged_into = $3 WHERE person_id = $1"
_DIVIDE = """
INSERT INTO person (person_id, first_seen_at, kind, state)
SELECT $2, min(received_at), 'person', 'live' FROM source_record WHERE record_id = ANY($1::text[])
"""
_KEEP_APART = """
INSERT INTO no_link (one, other, at, by_staff_id) VALUES (least($1, $2), greatest($1, $2), $3, $4) ON CONFLICT DO NOTHING
"""
_BORN = "UPDATE person SET kind = 'person' WHERE person_id = $1"

By = tuple[str, str]
"""Agency and staff member who decided."""


async def lock_persons(work: Work, *person_ids: str) -> Index:
    """The part of the index that these persons and all who resolve to them are in, held until the transaction ends."""
    index = await part_of_index(work, person_ids)
    await work.raw.execute(_LOCK, sorted(index.persons))
    return await part_of_index(work, person_ids)


async def part_of_index(work: Work, person_ids: Iterable[str]) -> Index:
    """The part of the index that these persons and all who resolve to them are in."""
    rows = await work.raw.fetch(_PERSONS, list(person_ids))
    ids = [row["person_id"] for row in rows]
    return Index(
        holder={row["record_id"]: row["person_id"] for row in await work.raw.fetch(_LINKS, ids)},
        persons={
            row["person_id"]: Standing(PersonKind(row["kind"]), PersonState(row["state"]), row["merged_into"])
            for row in rows
        },
        apart={frozenset((row["one"], row["other"])) for row in await work.raw.fetch(_APART, ids)},
    )


async def who_goes_on(work: Work, person_id: str) -> str:
    """Who an id resolves to now; nobody may merge them before this transaction ends."""
    while (into := await work.raw.fetchval(_GOES_ON, person_id)) is not None:
        person_id = into
    return person_id


async def who_go_on(work: Work, person_ids: Iterable[str]) -> list[str]:
    """Who these ids resolve to now, each once."""
    return [row["person_id"] for row in await work.raw.fetch(_LAST, list(person_ids))]


async def happen(work: Work, fact: Fact, by: By | None = None, reason: bytes | None = None) -> int:
    """Let a fact take effect and keep it; returns the index's revision. The record of Linked is the caller's to write."""
    await _take_effect(work, fact, by)
    agency_id, staff_id = by or (None, None)
    body = orjson.dumps(asdict(fact)).decode()
    name = type(fact).__name__
    revision: int = await work.raw.fetchval(_LOG, work.now, name, body, agency_id, staff_id, reason)
    return revision


async def every_fact(work: Work) -> list[Fact]:
    """All that ever happened to the index, in order."""
    return [_fact(row["type"], orjson.loads(row["body"])) for row in await work.raw.fetch(_FACTS)]


async def _take_effect(work: Work, fact: Fact, by: By | None) -> None:
    match fact:
        case Merged():
            await work.raw.execute(_MOVE, [record for record, _ in fact.prior], fact.survivor)
            await work.raw.execute(_STAND, fact.retired, PersonState.MERGED, fact.survivor)
        case Unmerged():
            await work.raw.execute(_MOVE, list(fact.records), fact.restored)
            await work.raw.execute(_STAND, fact.restored, PersonState.LIVE, None)
        case Split():
            await work.raw.execute(_DIVIDE, list(fact.records), fact.new_person_id)
            await work.raw.execute(_MOVE, list(fact.records), fact.new_person_id)
            await _keep_apart(work, fact.person_id, fact.new_person_id, by)
        case Parted():
            await _keep_apart(work, fact.one, fact.other, by)
        case Born():
            await work.raw.execute(_BORN, fact.person_id)
        case Erased():
            await work.raw.execute(_STAND, fact.person_id, PersonState.ERASED, None)
        case Linked():
            pass


async def _keep_apart(work: Work, one: str, other: str, by: By | None) -> None:
    await work.raw.execute(_KEEP_APART, one, other, work.now, by[1] if by else None)


def _fact(name: str, body: dict[str, Any]) -> Fact:
    if name == "Merged":
        body["prior"] = tuple(tuple(pair) for pair in body["prior"])
    elif "records" in body:
        body["records"] = tuple(body["records"])
    if "kind" in body:
        body["kind"] = PersonKind(body["kind"])
    return _SHAPES[name](**body)
