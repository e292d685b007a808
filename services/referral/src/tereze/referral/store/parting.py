"""Decides how the cases of a person, and what came onto them, are found and moved; must never move a text under a key that is not its case's."""

from collections.abc import Sequence

from tereze.chassis.work import Work
from tereze.referral.store.referrals import PLACE

_OF_PERSON = "SELECT case_id FROM case_file WHERE person_id = $1 AND joined_into IS NULL ORDER BY opened_at, case_id"
_JOINED = "SELECT case_id FROM case_file WHERE joined_into = $1 ORDER BY opened_at, case_id"
_TOLD = """
SELECT type, body ->> 'referral_id' AS referral_id, body ->> 'task_id' AS task_id FROM case_event
WHERE case_id = $1 AND (type = 'tereze.case.referral-attached.v1' OR type = 'tereze.task.assigned.v1')
"""
_NARRATIVES = "SELECT narrative_id, sealed FROM narrative WHERE case_id = $1 AND referral_id = ANY($2::text[])"
_MOVE = """
WITH moved AS (UPDATE referral SET case_id = $1 WHERE referral_id = ANY($2::text[]))
UPDATE narrative SET case_id = $1, sealed = resealed.sealed
FROM unnest($3::text[], $4::bytea[]) AS resealed (narrative_id, sealed)
WHERE narrative.narrative_id = resealed.narrative_id
"""


async def cases_of_person(work: Work, person_id: str) -> list[str]:
    """Every case of a person that did not go on in another, the oldest first."""
    return [row["case_id"] for row in await work.raw.fetch(_OF_PERSON, person_id)]


async def joined_into(work: Work, case_id: str) -> list[str]:
    """The cases that go on in this one, the oldest first."""
    return [row["case_id"] for row in await work.raw.fetch(_JOINED, case_id)]


async def told_on(work: Work, case_id: str) -> tuple[set[str], set[str]]:
    """Which referrals came onto a case, and which tasks were assigned on it, by its own events."""
    rows = await work.raw.fetch(_TOLD, case_id)
    return {row["referral_id"] for row in rows if row["referral_id"]}, {
        row["task_id"] for row in rows if row["task_id"]
    }


async def move_referrals(work: Work, from_case_id: str, to_case_id: str, referral_ids: Sequence[str]) -> None:
    """Referrals and their reporters' words are on another case, under its key, from now on."""
    vault, ids, resealed = work.runtime.vault, [], []
    for row in await work.raw.fetch(_NARRATIVES, from_case_id, list(referral_ids)):
        text = await vault.decrypt(work, subject=from_case_id, place=PLACE, sealed=bytes(row["sealed"]))
        if text is not None:
            ids.append(row["narrative_id"])
            resealed.append(await vault.encrypt(work, subject=to_case_id, place=PLACE, text=text))
    await work.raw.execute(_MOVE, to_case_id, list(referral_ids), ids, resealed)
