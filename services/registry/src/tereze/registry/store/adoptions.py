"""Decides how the tie between who a child was and is rests sealed; must never let it be found by reading the database."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.registry.store.facts import part_of_index

_PLACE = "adoption_seal.sealed"
_PURPOSE = "adoption"
_ADD = "INSERT INTO adoption_seal (seal_id, former_key, adopted_key, sealed) VALUES ($1, $2, $3, $4)"
_AMONG = "SELECT sealed FROM adoption_seal WHERE former_key = ANY($1::bytea[]) AND adopted_key = ANY($1::bytea[])"
_OF = "SELECT sealed FROM adoption_seal WHERE former_key = ANY($1::bytea[]) OR adopted_key = ANY($1::bytea[])"
_FORGET = "DELETE FROM adoption_seal WHERE former_key = ANY($1::bytea[]) OR adopted_key = ANY($1::bytea[])"


@dataclass(frozen=True, slots=True)
class Adoption:
    """Who a child was, and is."""

    former_id: str
    adopted_id: str
    legal_basis: str


async def seal_adoption(work: Work, adoption: Adoption) -> None:
    """Tie two persons together where nobody but the sealed duty finds it."""
    vault = work.runtime.vault
    text = json.dumps([adoption.former_id, adoption.adopted_id, adoption.legal_basis]).encode()
    keys = (vault.blind(_PURPOSE, adoption.former_id), vault.blind(_PURPOSE, adoption.adopted_id))
    await work.raw.execute(_ADD, new_id("sea"), *keys, vault.keep(_PLACE, text))


async def pairs_among(work: Work, person_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Of these persons, (who a child was, who the same child is), as they go on now."""
    if len(person_ids) < 2:  # noqa: PLR2004 - a pair
        return []
    index = await part_of_index(work, person_ids)
    found = await _opened(work, _AMONG, index.persons)
    return [(index.resolve(one.former_id), index.resolve(one.adopted_id)) for one in found]


async def are_tied(work: Work, one: Collection[str], other: Collection[str]) -> bool:
    """Whether somebody of the one group became somebody of the other."""
    found = await _opened(work, _AMONG, (*one, *other))
    return any((tie.former_id in one) != (tie.adopted_id in one) for tie in found)


async def adoptions_of(work: Work, person_ids: Collection[str]) -> list[Adoption]:
    """Every tie of a person. Only for who may unseal it."""
    return await _opened(work, _OF, person_ids)


async def forget_adoptions(work: Work, person_ids: Collection[str]) -> None:
    """Nothing ties an erased person to anybody."""
    await work.raw.execute(_FORGET, [work.runtime.vault.blind(_PURPOSE, one) for one in person_ids])


async def _opened(work: Work, query: str, person_ids: Collection[str]) -> list[Adoption]:
    vault = work.runtime.vault
    rows = await work.raw.fetch(query, [vault.blind(_PURPOSE, person_id) for person_id in person_ids])
    return [Adoption(*json.loads(vault.recall(_PLACE, bytes(row["sealed"])))) for row in rows]
