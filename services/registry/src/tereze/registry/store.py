"""Decides how persons and what was written about them are kept and found; must never keep a particular in the clear."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime, ForeignKey, Index, LargeBinary, MetaData, SmallInteger, String, Table, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from tereze.chassis.tables import chassis_tables
from tereze.chassis.work import Work
from tereze.contracts.referrals import SealedForRegistry
from tereze.registry.domain import MODEL, Decision, Description, Known, describe, match_keys
from tereze.registry.matching.folding import VERSION

PLACE = "source_record.sealed"
MOST_PERSONS_A_KEY = 50

metadata = MetaData()

person = Table(
    "person",
    metadata,
    Column("person_id", String, primary_key=True),
    Column("first_seen_at", DateTime(timezone=True), nullable=False),
)
source_record = Table(
    "source_record",
    metadata,
    Column("referral_id", String, primary_key=True),
    Column("key_subject", String, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("agency_id", String, nullable=False),
    Column("flags", ARRAY(String), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
link = Table(
    "link",
    metadata,
    Column("referral_id", String, ForeignKey("source_record.referral_id"), primary_key=True),
    Column("person_id", String, ForeignKey("person.person_id"), nullable=False),
    Column("matched_by", String, nullable=False),
    Column("model", String, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Index("link_by_person", "person_id"),
)
match_key = Table(
    "match_key",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("person_id", String, ForeignKey("person.person_id"), primary_key=True),
    Column("kind", String, nullable=False),
    Column("folding", SmallInteger, nullable=False),
    Index("match_key_by_person", "person_id"),
)
read_audit = Table(
    "read_audit",
    metadata,
    Column("read_id", String, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("agency_id", String, nullable=False),
    Column("staff_id", String, nullable=False),
    Column("person_id", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("policy_id", String, nullable=False),
    Index("read_audit_by_person", "person_id", "at"),
)
case_person = Table(
    "case_person",
    metadata,
    Column("case_id", String, primary_key=True),
    Column("person_id", String),
    Column("joined_into", String),
    Index("case_person_by_person", "person_id"),
)
accepted_duty = Table(
    "accepted_duty",
    metadata,
    Column("task_id", String, primary_key=True),
    Column("case_id", String, nullable=False),
    Column("agency_id", String),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("accepted_duty_by_case", "case_id"),
)
chassis_tables(metadata)


@dataclass(frozen=True, slots=True)
class BlindKey:
    """A match key nobody can read back: what the database compares instead of a name or number."""

    kind: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Source:
    """What one referral said about a person."""

    referral_id: str
    received_at: datetime
    flags: tuple[str, ...]
    particulars: SealedForRegistry


def blind_keys(work: Work, description: Description) -> tuple[BlindKey, ...]:
    """The description's match keys as they are stored."""
    vault = work.runtime.vault
    return tuple(BlindKey(kind, vault.blind(f"match:{kind}", text)) for kind, text in match_keys(description))


async def is_recorded(work: Work, referral_id: str) -> bool:
    """Whether this referral's child is already known."""
    query = select(source_record.c.referral_id).where(source_record.c.referral_id == referral_id)
    return (await work.db.execute(query)).first() is not None


async def find_sharing(work: Work, keys: Sequence[BlindKey]) -> tuple[list[Known], bool]:
    """Persons that share a key, with all that is written about them; and whether a key was skipped as too common."""
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
    for person_id, source in await _sources(work, sorted(found)):
        descriptions[person_id].append(describe(source.particulars.child))
    return [Known(person_id, tuple(descriptions[person_id])) for person_id in sorted(found)], crowded


async def sources_of(work: Work, person_id: str) -> list[Source]:
    """What referrals said about one person, oldest first; without what was erased."""
    return [source for _, source in await _sources(work, [person_id])]


async def _sources(work: Work, person_ids: Sequence[str]) -> list[tuple[str, Source]]:
    query = (
        select(link.c.person_id, source_record)
        .join(source_record, source_record.c.referral_id == link.c.referral_id)
        .where(link.c.person_id.in_(person_ids))
        .order_by(source_record.c.received_at, source_record.c.referral_id)
    )
    rows = (await work.db.execute(query)).mappings().all() if person_ids else []
    opened = [(row["person_id"], await _open(work, row)) for row in rows]
    return [(person_id, source) for person_id, source in opened if source is not None]


async def _open(work: Work, row: Any) -> Source | None:
    text = await work.runtime.vault.decrypt(work, subject=row["key_subject"], place=PLACE, sealed=row["sealed"])
    if text is None:
        return None
    return Source(
        referral_id=row["referral_id"],
        received_at=row["received_at"],
        flags=tuple(row["flags"]),
        particulars=SealedForRegistry.model_validate_json(text),
    )


async def add_person(work: Work, person_id: str, first_seen_at: datetime) -> None:
    """A new person about whom nothing is written yet."""
    await work.db.execute(insert(person).values(person_id=person_id, first_seen_at=first_seen_at))


async def record(
    work: Work,
    *,
    referral_id: str,
    person_id: str,
    agency_id: str,
    received_at: datetime,
    particulars: SealedForRegistry,
    decision: Decision,
) -> None:
    """Keep what one referral said, sealed under the person's key, and why it was put to this person."""
    text = particulars.model_dump_json(exclude_none=True).encode()
    sealed = await work.runtime.vault.encrypt(work, subject=person_id, place=PLACE, text=text)
    await work.db.execute(
        insert(source_record).values(
            referral_id=referral_id,
            key_subject=person_id,
            received_at=received_at,
            agency_id=agency_id,
            flags=list(decision.flags),
            sealed=sealed,
        )
    )
    await work.db.execute(
        insert(link).values(
            referral_id=referral_id,
            person_id=person_id,
            matched_by=decision.matched_by.value,
            model=MODEL,
            decided_at=work.now,
        )
    )


async def add_keys(work: Work, person_id: str, keys: Sequence[BlindKey]) -> None:
    """Let the person be found under these keys too."""
    if keys:
        rows = [{"key": key.value, "kind": key.kind, "person_id": person_id, "folding": VERSION} for key in keys]
        await work.db.execute(insert(match_key).on_conflict_do_nothing(), rows)


async def first_seen(work: Work, person_id: str) -> datetime | None:
    """When the person was first reported; None for nobody we know."""
    query = select(person.c.first_seen_at).where(person.c.person_id == person_id)
    return (await work.db.execute(query)).scalar_one_or_none()


async def note_read(
    work: Work, *, read_id: str, agency_id: str, staff_id: str, person_id: str, outcome: str, policy_id: str
) -> None:
    """Write down that somebody asked for a person, and the answer; never a value."""
    row = {
        "read_id": read_id, "at": work.now, "agency_id": agency_id, "staff_id": staff_id,
        "person_id": person_id, "outcome": outcome, "policy_id": policy_id,
    }  # fmt: skip
    await work.db.execute(insert(read_audit).values(row))
