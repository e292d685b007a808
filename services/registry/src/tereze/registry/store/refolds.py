"""Decides how a register kept by other folding tables is read and written anew, some records at a time; must never touch what those wrote."""

from collections.abc import Sequence
from typing import Any

from tereze.chassis.work import Work
from tereze.contracts.persons import PersonKind
from tereze.contracts.referrals import SealedForRegistry
from tereze.registry.matching.folding import VERSION
from tereze.registry.store.descriptions import PLACE, description_of
from tereze.registry.store.keys import BlindKey, blind_keys
from tereze.registry.store.records import PLACE as SAID

_HOLDS_OTHERS = "SELECT EXISTS (SELECT FROM description WHERE folding < $1 OR folding > $1)"
_WAITING = """
FROM identity_event JOIN source_record ON record_id = body ->> 'record_id' JOIN subject_key ON subject = key_subject
WHERE type = 'Linked' AND revision > $2 AND wrapped_key IS NOT NULL
    AND NOT EXISTS (SELECT FROM description WHERE folding = $1 AND description.record_id = source_record.record_id)
"""
_NEXT = f"""
SELECT revision, record_id, key_subject, region_code, sealed, wrapped_key, version,
    body ->> 'person_id' AS person_id, body ->> 'kind' AS kind
{_WAITING} ORDER BY revision LIMIT $3
"""
_COUNT = f"SELECT count(*) {_WAITING}"
_DESCRIBE = """
INSERT INTO description (folding, record_id, sealed)
SELECT $1, record_id, sealed FROM unnest($2::text[], $3::bytea[]) AS folded (record_id, sealed) ORDER BY record_id
ON CONFLICT DO NOTHING
"""
_ADD = """
INSERT INTO match_key (key, kind, person_id, folding)
SELECT key, kind, person_id, $4 FROM unnest($1::bytea[], $2::text[], $3::text[]) AS added (key, kind, person_id)
ORDER BY key, person_id ON CONFLICT DO NOTHING
"""
_DIVIDED = """
SELECT body ->> 'new_person_id' AS person_id, key_subject, region_code, sealed, wrapped_key, version
FROM identity_event CROSS JOIN json_array_elements_text(body -> 'records') AS moved (record_id)
JOIN source_record ON source_record.record_id = moved.record_id JOIN subject_key ON subject = key_subject
WHERE type = 'Split' AND wrapped_key IS NOT NULL ORDER BY revision
"""
_FORGET = (
    "DELETE FROM match_key WHERE folding < $1 OR folding > $1",
    "DELETE FROM description WHERE folding < $1 OR folding > $1",
)


async def holds_others(work: Work) -> bool:
    """Whether anything here was folded by other tables than this release's."""
    found: bool = await work.raw.fetchval(_HOLDS_OTHERS, VERSION)
    return found


async def count_waiting(work: Work) -> int:
    """How many records that still open are not folded by this release's tables."""
    found: int = await work.raw.fetchval(_COUNT, VERSION, 0)
    return found


async def fold_next(work: Work, after: int, at_most: int) -> tuple[int, int]:
    """Fold the next records put to a person after a revision; returns the last one's revision and how many they were.

    Their keys are kept for whom the record was put to first, as if it came in now.
    """
    await work.lock("refolding")
    rows = await work.raw.fetch(_NEXT, VERSION, after, at_most)
    folded, keyed = [], []
    for row in rows:
        description, keys = _folded(work, row)
        sealed = work.runtime.vault.seal_fetched(
            subject=row["key_subject"], place=PLACE, text=description, key=(row["wrapped_key"], row["version"])
        )
        assert sealed is not None, "its key was fetched with it"
        folded.append((row["record_id"], sealed))
        if row["kind"] != PersonKind.EXPECTED:
            keyed += [(key, row["person_id"]) for key in keys]
    if rows:
        await work.raw.execute(_DESCRIBE, VERSION, *zip(*folded, strict=True))
        await _add(work, keyed)
    return (rows[-1]["revision"] if rows else after), len(rows)


async def key_the_divided(work: Work) -> None:
    """Let everybody who was divided from somebody be found by the records that went with them."""
    rows = await work.raw.fetch(_DIVIDED)
    await _add(work, [(key, row["person_id"]) for row in rows for key in _folded(work, row)[1]])


async def forget_others(work: Work) -> None:
    """Drop what other tables folded: a release that reads by them finds nobody any more."""
    for statement in _FORGET:
        await work.raw.execute(statement, VERSION)


def _folded(work: Work, row: Any) -> tuple[bytes, tuple[BlindKey, ...]]:
    key = row["wrapped_key"], row["version"]
    text = work.runtime.vault.open_fetched(subject=row["key_subject"], place=SAID, sealed=row["sealed"], key=key)
    assert text is not None, "its key was fetched with it"
    description = description_of(SealedForRegistry.model_validate_json(text), row["region_code"])
    return description.to_json(), blind_keys(work, description)


async def _add(work: Work, keyed: Sequence[tuple[BlindKey, str]]) -> None:
    values, kinds = [key.value for key, _ in keyed], [key.kind for key, _ in keyed]
    await work.raw.execute(_ADD, values, kinds, [person_id for _, person_id in keyed], VERSION)
