"""Decides what the demo's invented staff hold on the day they are loaded; must never attest anybody real."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.attestations import Attestation, Requirement
from tereze.directory.domain.attestation import asked_of
from tereze.directory.domain.country import Pack
from tereze.directory.store.attestations import held_by, keep_attestations, read_rules
from tereze.directory.store.staff import lock_each

_A_MONTH = timedelta(days=30)
_LONG = timedelta(days=3_650)  # a demo is played with for years, and its clock is turned


async def attest_invented(work: Work, pack: Pack) -> None:
    """Give each invented person what their role requires, unless they hold something already or are to have nothing."""
    asked = [member.staff_id for member in pack.staff if member.subject not in pack.unattested]
    rules, held = await read_rules(work), await held_by(work, asked)
    bare = [kept for kept in await lock_each(work, asked) if kept.member.staff_id not in held]
    rows = [
        (kept.member.staff_id, one)
        for kept in bare
        for one in _all_of(asked_of(rules.requirements, kept.member.roles, kept.agency_kind), work.now)
    ]
    await keep_attestations(work, rows)


def _all_of(requirements: list[Requirement], now: datetime) -> Iterator[Attestation]:
    for requirement in requirements:
        yield Attestation(
            attestation_id=new_id("att"),
            kind=requirement.kind,
            edition=requirement.edition,
            discipline=requirement.discipline,
            grade=requirement.grade,
            evidence=f"demo:{requirement.code}",
            valid_from=now - _A_MONTH,
            valid_until=now + _LONG,
            recorded_at=now,
        )
