"""Decides how a folded description rests beside its record, so that it is folded once and read many times; must never rest in the clear."""

from collections.abc import Sequence

from tereze.chassis.work import Work
from tereze.contracts.referrals import SealedForRegistry
from tereze.registry.matching import Description, describe
from tereze.registry.matching.folding import VERSION

PLACE = "description.sealed"
_KEEP = """
INSERT INTO description (record_id, folding, sealed) VALUES ($1, $2, $3)
ON CONFLICT (record_id) DO UPDATE SET folding = excluded.folding, sealed = excluded.sealed
"""
_OF = """
SELECT link.person_id, source_record.key_subject, description.sealed
FROM link JOIN source_record USING (record_id) JOIN description USING (record_id)
WHERE link.person_id = ANY($1::text[]) AND description.folding = $2 ORDER BY received_at, record_id
"""


def description_of(particulars: SealedForRegistry, region_code: str | None) -> Description:
    """What was said of a child, folded."""
    return describe(particulars.child, region=region_code or "", caregivers=particulars.caregivers)


async def keep_description(work: Work, record_id: str, subject: str, description: Description) -> None:
    """Keep a record's description, sealed under the record's key."""
    sealed = await work.runtime.vault.encrypt(work, subject=subject, place=PLACE, text=description.to_json())
    await work.raw.execute(_KEEP, record_id, VERSION, sealed)


async def descriptions_of(work: Work, person_ids: Sequence[str]) -> list[tuple[str, Description]]:
    """How persons are described, each with whose it is, oldest first; without what was erased."""
    rows = await work.raw.fetch(_OF, list(person_ids), VERSION) if person_ids else []
    sealed = [(row["key_subject"], row["sealed"]) for row in rows]
    texts = await work.runtime.vault.decrypt_many(work, place=PLACE, sealed=sealed)
    found = zip(rows, texts, strict=True)
    return [(row["person_id"], Description.from_json(text)) for row, text in found if text is not None]
