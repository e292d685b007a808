"""Decides how referrals, identities and sealed texts are kept; must never keep a narrative in the clear."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.cases import Contact
from tereze.contracts.identities import PersonIdentified
from tereze.contracts.referrals import ReferralSubmitted, SealedForReferral
from tereze.contracts.words import Category, Circumstance, Risk
from tereze.referral.domain.casefile import Referral

PLACE = "narrative.sealed"
ACCOUNT = "account"

_KEEP_REFERRAL = """
WITH kept AS (
    INSERT INTO referral (referral_id, received_at, occurred_at, channel, agency_id, region_code, risk, categories,
                          sealed_account, circumstances, district_code)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING 1
)
SELECT EXISTS (SELECT FROM kept) AS fresh, (SELECT person_id FROM identity WHERE referral_id = $1) AS person_id
"""
_KEEP_IDENTITY = """
WITH kept AS (
    INSERT INTO identity (referral_id, person_id, matched_by, revision) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
    RETURNING person_id
)
SELECT referral.*, kept.person_id FROM kept JOIN referral ON referral.referral_id = $1
"""
_ASSIGN_IDENTITY = """
INSERT INTO identity (referral_id, person_id, matched_by, revision) VALUES ($1, $2, 'merge', $3)
ON CONFLICT (referral_id) DO UPDATE SET person_id = excluded.person_id, revision = excluded.revision
WHERE identity.revision < excluded.revision
"""
_FIND = """
SELECT referral.*, identity.person_id FROM referral LEFT JOIN identity USING (referral_id) WHERE referral_id = $1
"""
_OF_CASES = "SELECT * FROM referral WHERE case_id = ANY($1::text[]) ORDER BY received_at, referral_id"
_REPORTS_ON = """
SELECT referral.received_at FROM referral JOIN case_file USING (case_id)
WHERE case_file.person_id = $1 AND referral.risk = $2 AND referral.received_at > $3 AND referral_id <> $4
ORDER BY referral.received_at
"""
_PUT_ON_CASE = """
WITH placed AS (UPDATE referral SET case_id = $2, sealed_account = NULL WHERE referral_id = $1)
INSERT INTO narrative (narrative_id, case_id, kind, referral_id, at, sealed) VALUES ($3, $2, $4, $1, $5, $6)
"""
_SAY = """
INSERT INTO narrative (narrative_id, case_id, kind, task_id, by_staff_id, at, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_SAID = "SELECT sealed FROM narrative WHERE case_id = $1 AND narrative_id = $2"
_ACCOUNTS = "SELECT narrative_id, referral_id, sealed FROM narrative WHERE case_id = $1 AND kind = 'account'"
_SEALED = "SELECT narrative_id, sealed FROM narrative WHERE case_id = $1"
_MOVE = """
WITH moved AS (UPDATE referral SET case_id = $2 WHERE case_id = $1)
UPDATE narrative SET case_id = $2, sealed = resealed.sealed
FROM unnest($3::text[], $4::bytea[]) AS resealed (narrative_id, sealed)
WHERE narrative.narrative_id = resealed.narrative_id
"""
_CONTACT = """
INSERT INTO contact (task_id, at, place, child_seen_alone, by_staff_id, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class KeptReferral:
    """A referral as kept. ``sealed_account`` is gone once the referral is on a case and sealed under its key."""

    referral: Referral
    case_id: str | None
    person_id: str | None
    sealed_account: str | None


async def keep_referral(work: Work, event: ReferralSubmitted) -> tuple[bool, str | None]:
    """Keep a referral once: whether it is new, and whose child it is about if the registry was faster."""
    row = await work.raw.fetchrow(
        _KEEP_REFERRAL, event.referral_id, event.received_at, event.occurred_at, event.channel, event.agency_id,
        event.region_code, event.risk, list(event.categories), event.sealed_account, list(event.circumstances),
        event.district_code,
    )  # fmt: skip
    return row["fresh"], row["person_id"]


async def keep_identity(work: Work, event: PersonIdentified) -> KeptReferral | None:
    """Keep once whose child a referral is about. The referral, if this is new and it is here already."""
    return _kept(
        await work.raw.fetchrow(_KEEP_IDENTITY, event.referral_id, event.person_id, event.matched_by, event.revision)
    )


async def assign_identity(work: Work, referral_id: str, person_id: str, revision: int) -> bool:
    """Keep whose child a referral is about since this revision of the index; False where later news is kept already."""
    done: str = await work.raw.execute(_ASSIGN_IDENTITY, referral_id, person_id, revision)
    return done == "INSERT 0 1"


async def find_referral(work: Work, referral_id: str) -> KeptReferral | None:
    """One referral with what is known of its case and person."""
    return _kept(await work.raw.fetchrow(_FIND, referral_id))


async def referrals_of(work: Work, *case_ids: str) -> list[tuple[str, Referral]]:
    """The referrals of cases with their case, earliest first."""
    return [(row["case_id"], _referral(row)) for row in await work.raw.fetch(_OF_CASES, list(case_ids))]


async def reports_on(work: Work, person_id: str, risk: Risk, since: datetime, *, but: str) -> list[datetime]:
    """When reports of one risk on a child were received after ``since``, on whichever case, but for one of them."""
    return [row["received_at"] for row in await work.raw.fetch(_REPORTS_ON, person_id, risk, since, but)]


async def put_on_case(work: Work, kept: KeptReferral, case_id: str) -> None:
    """The referral is on a case from now on, its account sealed under the case's key."""
    assert kept.sealed_account is not None, "a referral is put on a case once"
    account = work.runtime.sealer.open(kept.sealed_account, SealedForReferral).model_dump_json().encode()
    sealed = await work.runtime.vault.encrypt(work, subject=case_id, place=PLACE, text=account)
    referral = kept.referral
    await work.raw.execute(
        _PUT_ON_CASE, referral.referral_id, case_id, new_id("nar"), ACCOUNT, referral.received_at, sealed
    )


async def move_to_case(work: Work, joined_id: str, survivor_id: str) -> None:
    """Everything submitted or said on a joined case is under the survivor's key from now on."""
    vault = work.runtime.vault
    ids: list[str] = []
    resealed: list[bytes] = []
    for row in await work.raw.fetch(_SEALED, joined_id):
        text = await vault.decrypt(work, subject=joined_id, place=PLACE, sealed=bytes(row["sealed"]))
        if text is not None:
            ids.append(row["narrative_id"])
            resealed.append(await vault.encrypt(work, subject=survivor_id, place=PLACE, text=text))
    await work.raw.execute(_MOVE, joined_id, survivor_id, ids, resealed)


async def say(
    work: Work, case_id: str, kind: str, text: str | None, *, task_id: str | None, by_staff_id: str
) -> str | None:
    """Keep a remark or the child's own words under the case's key, if there are any; answers under which id."""
    if text is None:
        return None
    narrative_id = new_id("nar")
    sealed = await work.runtime.vault.encrypt(work, subject=case_id, place=PLACE, text=text.encode())
    await work.raw.execute(_SAY, narrative_id, case_id, kind, task_id, by_staff_id, work.now, sealed)
    return narrative_id


async def said(work: Work, case_id: str, narrative_id: str | None) -> str | None:
    """A remark that was kept; none where there was none, or where the case's key is erased."""
    sealed = await work.raw.fetchval(_SAID, case_id, narrative_id)
    text = (
        await work.runtime.vault.decrypt(work, subject=case_id, place=PLACE, sealed=bytes(sealed)) if sealed else None
    )
    return text.decode() if text is not None else None


async def keep_contact(work: Work, task_id: str, contact: Contact, by_staff_id: str) -> None:
    """Keep that the child was seen."""
    await work.raw.execute(
        _CONTACT, task_id, contact.at, contact.place, contact.child_seen_alone, by_staff_id, work.now
    )


async def accounts_of(work: Work, case_id: str) -> dict[str, SealedForReferral]:
    """What the reporters said, and whom they named in words, by referral. Only for readers whom the policy lets read them."""
    found: dict[str, SealedForReferral] = {}
    for row in await work.raw.fetch(_ACCOUNTS, case_id):
        text = await work.runtime.vault.decrypt(work, subject=case_id, place=PLACE, sealed=bytes(row["sealed"]))
        if text is not None:
            found[row["referral_id"]] = SealedForReferral.model_validate_json(text)
    return found


def _kept(row: Any) -> KeptReferral | None:
    if row is None:
        return None
    return KeptReferral(_referral(row), row["case_id"], row["person_id"], row["sealed_account"])


def _referral(row: Any) -> Referral:
    categories: Sequence[str] = row["categories"]
    return Referral(
        referral_id=row["referral_id"],
        agency_id=row["agency_id"],
        region_code=row["region_code"],
        received_at=row["received_at"],
        risk=Risk(row["risk"]),
        categories=tuple(Category(code) for code in categories),
        occurred_at=row["occurred_at"],
        circumstances=tuple(Circumstance(code) for code in row["circumstances"]),
    )
