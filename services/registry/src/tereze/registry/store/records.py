"""Decides how what was said of a person is kept and read; must never change a record or keep a particular in the clear."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from tereze.chassis.work import Work
from tereze.contracts.persons import PersonKind, PersonState
from tereze.contracts.referrals import SealedForRegistry
from tereze.contracts.words import Risk
from tereze.registry.domain.index import Linked
from tereze.registry.domain.survivorship import Origin
from tereze.registry.matching import Description
from tereze.registry.matching.folding import VERSION
from tereze.registry.store.descriptions import PLACE as DESCRIBED
from tereze.registry.store.facts import happen
from tereze.registry.store.tables import link, source_record

PLACE = "source_record.sealed"
_IS_RECORDED = "SELECT EXISTS (SELECT FROM source_record WHERE record_id = $1)"
_FIRST_SEEN = "INSERT INTO person (person_id, first_seen_at, kind, state) VALUES ($1, $2, $3, $4)"
_RECORD = """
WITH kept AS (
    INSERT INTO source_record (record_id, key_subject, received_at, agency_id, flags, sealed, source, region_code)
    VALUES ($1, $1, $2, $3, $4::text[], $5, $6, $7)
), described AS (
    INSERT INTO description (record_id, folding, sealed) VALUES ($1, $8, $9)
)
INSERT INTO link (record_id, person_id, matched_by, model, decided_at, how, weight, waterfall)
VALUES ($1, $10, $11, $12, $13, $14, $15, $16)
"""


@dataclass(frozen=True, slots=True)
class Account:
    """What somebody said about a child, before it is anybody's record."""

    record_id: str
    agency_id: str
    received_at: datetime
    region_code: str | None
    particulars: SealedForRegistry
    origin: Origin = Origin.REFERRAL
    risk: Risk = Risk.LOW


@dataclass(frozen=True, slots=True)
class Linking:
    """To whom a record is put, and why. ``new``: the person comes to be with it. ``model`` decided, where one did."""

    person_id: str
    matched_by: str
    model: str = ""
    new: bool = False
    kind: PersonKind = PersonKind.PERSON
    how: str = "auto"
    flags: tuple[str, ...] = ()
    weight: float | None = None
    waterfall: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What one record says about a person."""

    record_id: str
    origin: Origin
    received_at: datetime
    flags: tuple[str, ...]
    particulars: SealedForRegistry


async def is_recorded(work: Work, record_id: str) -> bool:
    """Whether this record's child is already known."""
    found: bool = await work.raw.fetchval(_IS_RECORDED, record_id)
    return found


async def record_ids_of(work: Work, person_id: str) -> list[str]:
    """A person's records, those that no longer open included."""
    query = select(link.c.record_id).where(link.c.person_id == person_id).order_by(link.c.record_id)
    return list((await work.db.execute(query)).scalars())


async def sources_of(work: Work, person_id: str) -> list[Source]:
    """What was said about one person, oldest first; without what was erased."""
    query = (
        select(source_record)
        .join(link, source_record.c.record_id == link.c.record_id)
        .where(link.c.person_id == person_id)
        .order_by(source_record.c.received_at, source_record.c.record_id)
    )
    return await _opened(work, (await work.db.execute(query)).mappings().all())


async def source_of(work: Work, record_id: str) -> Source | None:
    """What one record says; None where it was erased, or never was."""
    query = select(source_record).where(source_record.c.record_id == record_id)
    return next(iter(await _opened(work, (await work.db.execute(query)).mappings().all())), None)


async def _opened(work: Work, rows: Sequence[Any]) -> list[Source]:
    sealed = [(row["key_subject"], row["sealed"]) for row in rows]
    texts = await work.runtime.vault.decrypt_many(work, place=PLACE, sealed=sealed)
    return [
        Source(
            record_id=row["record_id"],
            origin=Origin(row["source"]),
            received_at=row["received_at"],
            flags=tuple(row["flags"]),
            particulars=SealedForRegistry.model_validate_json(text),
        )
        for row, text in zip(rows, texts, strict=True)
        if text is not None
    ]


async def record(work: Work, account: Account, linking: Linking, description: Description) -> int:
    """Keep what was said, sealed under a key of its own, and why it was put to this person; returns the index's revision.

    A key of its own: whoever the record belongs to one day, their erasure takes this key and nobody else's.
    """
    texts = {
        PLACE: account.particulars.model_dump_json(exclude_none=True).encode(),
        DESCRIBED: description.to_json(),
    }
    sealed = await work.runtime.vault.encrypt_each(work, subject=account.record_id, texts=texts)
    if linking.new:
        await work.raw.execute(
            _FIRST_SEEN, linking.person_id, account.received_at, linking.kind.value, PersonState.LIVE.value
        )
    await work.raw.execute(
        _RECORD, account.record_id, account.received_at, account.agency_id, list(linking.flags), sealed[PLACE],
        account.origin.value, account.region_code, VERSION, sealed[DESCRIBED],
        linking.person_id, linking.matched_by, linking.model, work.now, linking.how, linking.weight,
        orjson.dumps(linking.waterfall).decode(),
    )  # fmt: skip
    return await happen(work, Linked(account.record_id, linking.person_id, new=linking.new, kind=linking.kind))
