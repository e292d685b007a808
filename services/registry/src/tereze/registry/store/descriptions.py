"""Decides how a folded description rests beside its record, so that it is folded once and read many times; must never rest in the clear."""

from collections.abc import Iterable, Sequence
from typing import Any

from tereze.chassis.work import Work
from tereze.contracts.referrals import SealedForRegistry
from tereze.registry.matching import Description, describe
from tereze.registry.matching.folding import VERSION

PLACE = "description.sealed"
_OF = """
SELECT link.person_id, source_record.key_subject, description.sealed, wrapped_key, version
FROM link JOIN source_record USING (record_id) JOIN description USING (record_id)
JOIN subject_key ON subject_key.subject = source_record.key_subject
WHERE link.person_id = ANY($1::text[]) AND description.folding = $2 ORDER BY received_at, record_id
"""
_EVERY = """
SELECT link.person_id, source_record.key_subject, description.sealed, wrapped_key, version
FROM link JOIN person USING (person_id) JOIN source_record USING (record_id) JOIN description USING (record_id)
JOIN subject_key ON subject_key.subject = source_record.key_subject
WHERE person.state = 'live' AND person.kind = 'person' AND wrapped_key IS NOT NULL AND description.folding = $1
ORDER BY link.person_id, received_at, record_id
"""
_NOT_DESCRIBED = """
SELECT count(*) FROM link JOIN person USING (person_id)
LEFT JOIN description ON description.record_id = link.record_id AND description.folding = $1
WHERE person.state = 'live' AND person.kind = 'person' AND description.record_id IS NULL
"""


def description_of(particulars: SealedForRegistry, region_code: str | None) -> Description:
    """What was said of a child, folded."""
    return describe(particulars.child, region=region_code or "", caregivers=particulars.caregivers)


async def descriptions_of(work: Work, person_ids: Sequence[str]) -> list[tuple[str, Description]]:
    """How persons are described, each with whose it is, oldest first; without what was erased."""
    rows = await work.raw.fetch(_OF, list(person_ids), VERSION) if person_ids else []
    return open_descriptions(work, rows)


async def every_description(work: Work) -> list[tuple[str, Description]]:
    """How everybody in use is described, each with whose it is; without what was erased."""
    rows = await work.raw.fetch(_EVERY, VERSION)
    return open_descriptions(work, rows)


async def not_described(work: Work) -> int:
    """How many accounts of persons in use were folded by another version, and cannot be compared with the rest."""
    found: int = await work.raw.fetchval(_NOT_DESCRIBED, VERSION)
    return found


def open_descriptions(work: Work, rows: Iterable[Any]) -> list[tuple[str, Description]]:
    """The descriptions of rows that were read with their subjects' keys, each with whose it is; without what was erased."""
    opened = [(row["person_id"], _open(work, row)) for row in rows]
    return [(person_id, Description.from_json(text)) for person_id, text in opened if text is not None]


def _open(work: Work, row: Any) -> bytes | None:
    key = row["wrapped_key"], row["version"]
    return work.runtime.vault.open_fetched(subject=row["key_subject"], place=PLACE, sealed=row["sealed"], key=key)
