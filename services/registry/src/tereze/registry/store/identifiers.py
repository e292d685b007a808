"""Decides how it is kept that a number is no longer somebody's own; must never keep the number in the clear."""

from collections.abc import Sequence
from datetime import date

from tereze.chassis.work import Work
from tereze.contracts.iin import normalise_iin
from tereze.registry.store.facts import By
from tereze.registry.store.merges import seal_reason

_PURPOSE = "identifier:kz-iin"
_END = """
INSERT INTO identifier_end (key, person_id, ended_on, at, by_staff_id, reason) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (key, person_id) DO UPDATE
SET ended_on = excluded.ended_on, at = excluded.at, by_staff_id = excluded.by_staff_id, reason = excluded.reason
"""
_ENDED = "SELECT key, ended_on FROM identifier_end WHERE person_id = ANY($1::text[])"


async def end_identifier(work: Work, person_id: str, value: str, *, ended_on: date, by: By, reason: str) -> None:
    """The number is the person's own no longer; it goes on finding them."""
    key = work.runtime.vault.blind(_PURPOSE, normalise_iin(value))
    sealed = await seal_reason(work, person_id, reason)
    await work.raw.execute(_END, key, person_id, ended_on, work.now, by[1], sealed)


async def ended_of(work: Work, person_ids: Sequence[str], numbers: Sequence[str]) -> dict[str, date]:
    """Which of these numbers (normalised) ended, and when."""
    ended = {bytes(row["key"]): row["ended_on"] for row in await work.raw.fetch(_ENDED, list(person_ids))}
    keys = {number: work.runtime.vault.blind(_PURPOSE, number) for number in numbers}
    return {number: ended[key] for number, key in keys.items() if key in ended}
