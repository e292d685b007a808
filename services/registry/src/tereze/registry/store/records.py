"""Decides how what was said of a person is kept and read; must never change a record or keep a particular in the clear."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tereze.chassis.work import Work
from tereze.contracts.persons import PersonKind
from tereze.contracts.referrals import SealedForRegistry
from tereze.registry.domain.exact import MODEL, Decision, MatchedBy
from tereze.registry.domain.index import Linked
from tereze.registry.store.facts import happen
from tereze.registry.store.tables import link, person, source_record

PLACE = "source_record.sealed"
REFERRAL = "referral"


@dataclass(frozen=True, slots=True)
class Account:
    """What somebody said about a child, before it is anybody's record."""

    record_id: str
    agency_id: str
    received_at: datetime
    region_code: str | None
    particulars: SealedForRegistry
    source: str = REFERRAL


@dataclass(frozen=True, slots=True)
class Source:
    """What one record says about a person."""

    record_id: str
    source: str
    received_at: datetime
    flags: tuple[str, ...]
    particulars: SealedForRegistry


async def is_recorded(work: Work, record_id: str) -> bool:
    """Whether this record's child is already known."""
    query = select(source_record.c.record_id).where(source_record.c.record_id == record_id)
    return (await work.db.execute(query)).first() is not None


async def sources_of(work: Work, person_id: str) -> list[Source]:
    """What was said about one person, oldest first; without what was erased."""
    return [source for _, source in await sources_by_person(work, [person_id])]


async def record_ids_of(work: Work, person_id: str) -> list[str]:
    """A person's records, those that no longer open included."""
    query = select(link.c.record_id).where(link.c.person_id == person_id).order_by(link.c.record_id)
    return list((await work.db.execute(query)).scalars())


async def sources_by_person(work: Work, person_ids: Sequence[str]) -> list[tuple[str, Source]]:
    """What was said about several persons, each with whose it is, oldest first; without what was erased."""
    query = (
        select(link.c.person_id, source_record)
        .join(source_record, source_record.c.record_id == link.c.record_id)
        .where(link.c.person_id.in_(person_ids))
        .order_by(source_record.c.received_at, source_record.c.record_id)
    )
    rows = (await work.db.execute(query)).mappings().all() if person_ids else []
    opened = [(row["person_id"], await _open(work, row)) for row in rows]
    return [(person_id, source) for person_id, source in opened if source is not None]


async def _open(work: Work, row: Any) -> Source | None:
    text = await work.runtime.vault.decrypt(work, subject=row["key_subject"], place=PLACE, sealed=row["sealed"])
    if text is None:
        return None
    return Source(
        record_id=row["record_id"],
        source=row["source"],
        received_at=row["received_at"],
        flags=tuple(row["flags"]),
        particulars=SealedForRegistry.model_validate_json(text),
    )


async def add_person(work: Work, person_id: str, first_seen_at: datetime, kind: PersonKind = PersonKind.PERSON) -> None:
    """A new person about whom nothing is written yet."""
    row = {"person_id": person_id, "first_seen_at": first_seen_at, "kind": kind.value, "state": "live"}
    await work.db.execute(insert(person).values(row))


async def record(work: Work, account: Account, person_id: str, decision: Decision) -> int:
    """Keep what was said, sealed under a key of its own, and why it was put to this person; returns the index's revision.

    A key of its own: whoever the record belongs to one day, their erasure takes this key and nobody else's.
    """
    text = account.particulars.model_dump_json(exclude_none=True).encode()
    sealed = await work.runtime.vault.encrypt(work, subject=account.record_id, place=PLACE, text=text)
    kept = {
        "record_id": account.record_id, "key_subject": account.record_id, "received_at": account.received_at,
        "agency_id": account.agency_id, "flags": list(decision.flags), "sealed": sealed, "source": account.source,
        "region_code": account.region_code,
    }  # fmt: skip
    await work.db.execute(insert(source_record).values(kept))
    new = decision.person_id is None
    linked = {
        "record_id": account.record_id, "person_id": person_id, "matched_by": decision.matched_by.value, "model": MODEL,
        "decided_at": work.now, "how": "auto",
    }  # fmt: skip
    await work.db.execute(insert(link).values(linked))
    return await happen(work, Linked(account.record_id, person_id, new=new, kind=kind_of(decision)))


def kind_of(decision: Decision) -> PersonKind:
    """What the person is that a decision makes."""
    return PersonKind.UNRESOLVED if decision.matched_by is MatchedBy.UNRESOLVED else PersonKind.PERSON
