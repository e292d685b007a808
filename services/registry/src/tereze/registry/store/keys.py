"""Decides how persons are found by what is said of them; must never keep or compare a name or number in the clear."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tereze.chassis.work import Work
from tereze.registry.domain.exact import Description, Known, describe, match_keys
from tereze.registry.matching.folding import VERSION
from tereze.registry.store.facts import who_go_on
from tereze.registry.store.records import sources_by_person, sources_of
from tereze.registry.store.tables import match_key

MOST_PERSONS_A_KEY = 50


@dataclass(frozen=True, slots=True)
class BlindKey:
    """A match key nobody can read back: what the database compares instead of a name or number."""

    kind: str
    value: bytes


def blind_keys(work: Work, description: Description) -> tuple[BlindKey, ...]:
    """The description's match keys as they are stored."""
    vault = work.runtime.vault
    return tuple(BlindKey(kind, vault.blind(f"match:{kind}", text)) for kind, text in match_keys(description))


async def find_sharing(work: Work, keys: Sequence[BlindKey]) -> tuple[list[Known], bool]:
    """Persons that share a key, with all that is written about them; and whether a key was skipped as too common.

    A key stays with the person it was first kept for; whoever goes on in their stead is found by it.
    """
    found: set[str] = set()
    crowded = False
    for key in keys:
        query = select(match_key.c.person_id).where(match_key.c.key == key.value).limit(MOST_PERSONS_A_KEY + 1)
        persons = (await work.db.execute(query)).scalars().all()
        if len(persons) > MOST_PERSONS_A_KEY:
            crowded = True
        else:
            found.update(persons)
    descriptions: dict[str, list[Description]] = defaultdict(list)
    for person_id, source in await sources_by_person(work, await who_go_on(work, found)):
        descriptions[person_id].append(describe(source.particulars.child))
    return [Known(person_id, tuple(descriptions[person_id])) for person_id in sorted(descriptions)], crowded


async def add_keys(work: Work, person_id: str, keys: Sequence[BlindKey]) -> None:
    """Let the person be found under these keys too."""
    if keys:
        rows = [{"key": key.value, "kind": key.kind, "person_id": person_id, "folding": VERSION} for key in keys]
        await work.db.execute(insert(match_key).on_conflict_do_nothing(), rows)


async def keys_of(work: Work, person_id: str) -> tuple[BlindKey, ...]:
    """The keys that a person's records, as they are now, are found by."""
    keys = [
        key
        for source in await sources_of(work, person_id)
        for key in blind_keys(work, describe(source.particulars.child))
    ]
    return tuple(dict.fromkeys(keys))
