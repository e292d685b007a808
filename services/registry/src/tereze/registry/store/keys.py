"""Decides how persons are found by what is said of them; must never keep or compare a name or number in the clear."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tereze.chassis.work import Work
from tereze.registry.matching import Description, Known, keys
from tereze.registry.matching.folding import VERSION
from tereze.registry.matching.keys import MOST_PERSONS_A_KEY
from tereze.registry.store.descriptions import descriptions_of, open_descriptions
from tereze.registry.store.facts import who_go_on

_PERSONS = "SELECT greatest(reltuples, 0)::bigint AS n_persons FROM pg_class WHERE oid = 'person'::regclass"
_ADD = """
INSERT INTO match_key (key, kind, person_id, folding)
SELECT key, kind, $3, $4 FROM unnest($1::bytea[], $2::text[]) AS added (key, kind) ORDER BY key
ON CONFLICT DO NOTHING
"""
_MOST_COMPARED = 100  # persons; those who share most keys come first
_SHARING = f"""
WITH held AS (
    SELECT found.person_id, count(*) OVER (PARTITION BY asked.number) AS holders
    FROM unnest($1::bytea[]) WITH ORDINALITY AS asked (key, number),
         LATERAL (SELECT person_id FROM match_key WHERE key = asked.key LIMIT {MOST_PERSONS_A_KEY + 1}) AS found
), telling AS (
    SELECT person_id FROM held WHERE holders <= {MOST_PERSONS_A_KEY}
    GROUP BY person_id ORDER BY count(*) DESC, person_id LIMIT {_MOST_COMPARED}
)
SELECT about.*, telling.person_id, key_subject, description.sealed, wrapped_key, version
FROM (
    SELECT array(SELECT person_id FROM telling) AS persons,
           EXISTS (SELECT FROM telling JOIN person USING (person_id) WHERE merged_into IS NOT NULL) AS any_merged,
           EXISTS (SELECT FROM held WHERE holders > {MOST_PERSONS_A_KEY}) AS crowded,
           ({_PERSONS}) AS n_persons
) AS about
LEFT JOIN (
    telling JOIN link USING (person_id) JOIN source_record USING (record_id)
    JOIN description ON description.record_id = source_record.record_id AND folding = $2
    JOIN subject_key ON subject = key_subject
) ON true
ORDER BY received_at, link.record_id
"""  # noqa: S608 - numbers of ours


@dataclass(frozen=True, slots=True)
class BlindKey:
    """A match key nobody can read back: what the database compares instead of a name or number."""

    kind: str
    value: bytes


def blind_keys(work: Work, description: Description) -> tuple[BlindKey, ...]:
    """The description's match keys as they are stored."""
    vault = work.runtime.vault
    return tuple(BlindKey(kind, vault.blind(f"match:{kind}", text)) for kind, text in keys(description))


@dataclass(frozen=True, slots=True)
class Sharing:
    """Persons that share a key, with all that is written about them; whether a key was skipped as too common; and about
    how many persons there are, as PostgreSQL last counted."""

    known: list[Known]
    crowded: bool
    n_persons: int


async def find_sharing(work: Work, blind: Sequence[BlindKey]) -> Sharing:
    """Who shares a key, in one read, or in three where somebody was merged.

    A key stays with the person it was first kept for; whoever goes on in their stead is found by it.
    """
    rows = await work.raw.fetch(_SHARING, [key.value for key in blind], VERSION)
    about = rows[0]
    if about["any_merged"]:
        described = await descriptions_of(work, await who_go_on(work, about["persons"]))
    else:
        described = open_descriptions(work, [row for row in rows if row["person_id"] is not None])
    known: dict[str, list[Description]] = defaultdict(list)
    for person_id, description in described:
        known[person_id].append(description)
    return Sharing(
        known=[Known(person_id, tuple(known[person_id])) for person_id in sorted(known)],
        crowded=about["crowded"],
        n_persons=about["n_persons"],
    )


async def add_keys(work: Work, person_id: str, blind: Sequence[BlindKey]) -> None:
    """Let the person be found under these keys too."""
    if blind:
        values, kinds = [key.value for key in blind], [key.kind for key in blind]
        await work.raw.execute(_ADD, values, kinds, person_id, VERSION)


async def keys_of(work: Work, person_id: str) -> tuple[BlindKey, ...]:
    """The keys that a person's records, as they are now, are found by."""
    found = [key for _, one in await descriptions_of(work, [person_id]) for key in blind_keys(work, one)]
    return tuple(dict.fromkeys(found))


async def number_of_persons(work: Work) -> int:
    """About how many persons there are, as PostgreSQL last counted."""
    found: int = await work.raw.fetchval(_PERSONS)
    return found
