"""Decides how attestations, the country's rules for them and acts on staff are kept; must never change what was attested."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from tereze.chassis.work import Work
from tereze.contracts.attestations import Attestation, AttestationKind, AttestationRules
from tereze.directory.domain.attestation import Held
from tereze.directory.store.tables import act, attestation, attestation_rules

RULES = "attestation"


async def read_rules(work: Work) -> AttestationRules:
    """What the country requires; nothing at all before a pack was loaded, and then nobody is known either."""
    query = select(attestation_rules.c.document).where(attestation_rules.c.name == RULES)
    document = (await work.db.execute(query)).scalar_one_or_none()
    if document is None:
        return AttestationRules(version="none", requirements=())
    return AttestationRules.model_validate(document, strict=False)


async def held_by(work: Work, staff_ids: Sequence[str] | None = None) -> dict[str, list[Held]]:
    """What each of these staff members (None: all) holds that was not revoked."""
    query = select(attestation).where(attestation.c.revoked_at.is_(None))
    if staff_ids is not None:
        query = query.where(attestation.c.staff_id.in_(staff_ids))
    held: dict[str, list[Held]] = defaultdict(list)
    for row in (await work.db.execute(query)).mappings():
        held[row["staff_id"]].append(_held(row))
    return held


async def attestations_of(work: Work, staff_id: str) -> list[Attestation]:
    """Everything ever attested of one person, revoked or not, the oldest first."""
    query = select(attestation).where(attestation.c.staff_id == staff_id).order_by(attestation.c.attestation_id)
    return [_attestation(row) for row in (await work.db.execute(query)).mappings()]


async def keep_attestations(work: Work, rows: Sequence[tuple[str, Attestation]]) -> None:
    """Add attestations, each with whom it is of."""
    if rows:
        await work.db.execute(
            insert(attestation), [{**one.model_dump(), "staff_id": staff_id} for staff_id, one in rows]
        )


async def revoke(
    work: Work, staff_id: str, attestation_id: str | None = None, *, kind: AttestationKind | None = None
) -> int:
    """Revoke one of a person's attestations, those of a kind, or all; returns how many counted until now."""
    statement = (
        update(attestation)
        .where(attestation.c.staff_id == staff_id, attestation.c.revoked_at.is_(None))
        .values(revoked_at=work.now)
    )
    if attestation_id is not None:
        statement = statement.where(attestation.c.attestation_id == attestation_id)
    if kind is not None:
        statement = statement.where(attestation.c.kind == kind.value)
    return (await work.db.execute(statement)).rowcount


async def note_act(work: Work, what: str, subject_id: str, *, by: str | None, policy_id: str | None = None) -> None:
    """Write down who did what to whom, and which policy let them; never changed afterwards."""
    await work.db.execute(
        insert(act).values(at=work.now, what=what, subject_id=subject_id, by_staff_id=by, policy_id=policy_id)
    )


def _held(row: RowMapping) -> Held:
    return Held(
        kind=AttestationKind(row["kind"]),
        edition=row["edition"],
        discipline=row["discipline"],
        grade=row["grade"],
        since=row["valid_from"],
        until=row["valid_until"],
    )


def _attestation(row: RowMapping) -> Attestation:
    values: dict[str, Any] = {name: value for name, value in row.items() if name != "staff_id"}
    return Attestation.model_validate(values, strict=False)
