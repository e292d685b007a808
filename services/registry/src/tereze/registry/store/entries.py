"""Decides how entries of a family's shared record are kept, wording by wording; must never change one or keep it in the clear."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tereze.chassis.work import Work
from tereze.contracts.families import Section, WriteEntry

_PLACE = "family_entry.sealed"
_ADD = """
INSERT INTO family_entry (entry_id, revision, person_id, section, agency_id, staff_id, at, sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_OF = "SELECT * FROM family_entry WHERE person_id = ANY($1::text[]) ORDER BY entry_id, revision DESC"
_ONE = "SELECT * FROM family_entry WHERE entry_id = $1 ORDER BY revision DESC FOR UPDATE"


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of an entry."""

    entry_id: str
    revision: int
    person_id: str
    section: Section
    agency_id: str
    staff_id: str
    at: datetime
    written: WriteEntry


async def add_wording(work: Work, wording: Wording) -> None:
    """Keep a wording, sealed under the key of the person it is about."""
    text = wording.written.model_dump_json(exclude_none=True).encode()
    sealed = await work.runtime.vault.encrypt(work, subject=wording.person_id, place=_PLACE, text=text)
    await work.raw.execute(
        _ADD, wording.entry_id, wording.revision, wording.person_id, wording.section, wording.agency_id,
        wording.staff_id, wording.at, sealed,
    )  # fmt: skip


async def entries_of(work: Work, person_ids: Sequence[str]) -> list[list[Wording]]:
    """The entries about these persons, each with its wordings, the newest first; without what was erased."""
    return await _opened(work, _OF, list(person_ids))


async def find_entry(work: Work, entry_id: str) -> list[Wording]:
    """One entry's wordings, the newest first, held until the transaction ends; empty where there is none."""
    return next(iter(await _opened(work, _ONE, entry_id)), [])


async def _opened(work: Work, query: str, asked: str | list[str]) -> list[list[Wording]]:
    rows = await work.raw.fetch(query, asked)
    sealed = [(row["person_id"], row["sealed"]) for row in rows]
    texts = await work.runtime.vault.decrypt_many(work, place=_PLACE, sealed=sealed)
    entries: dict[str, list[Wording]] = defaultdict(list)
    for row, text in zip(rows, texts, strict=True):
        if text is not None:
            entries[row["entry_id"]].append(
                Wording(
                    entry_id=row["entry_id"],
                    revision=row["revision"],
                    person_id=row["person_id"],
                    section=Section(row["section"]),
                    agency_id=row["agency_id"],
                    staff_id=row["staff_id"],
                    at=row["at"],
                    written=WriteEntry.model_validate_json(text),
                )
            )
    return list(entries.values())
