"""Decides which of several accounts' values of a child is shown first; must never drop an account, or let hearsay stand over a document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tereze.contracts.iin import iin_flags
from tereze.contracts.referrals import Child
from tereze.contracts.words import Sex


class Origin(StrEnum):
    """What an account was taken from, the most reliable first."""

    CIVIL_REGISTER = "civil_register"
    BIRTH = "birth"
    ROLL = "roll"
    REFERRAL = "referral"
    REPORT = "report"
    """Of the public or a child: as heard by whoever took it down, or typed into a form."""
    RELATIVE = "relative"
    """Said in passing, in an account of somebody else."""


_RANKS: Mapping[Origin, int] = {origin: -at for at, origin in enumerate(Origin)}
_WHERE_FOUND = frozenset(("address", "school", "phone"))
"""What changes as a child lives: the newest account is the best, whoever gave it."""


@dataclass(frozen=True, slots=True)
class Said:
    """One account of a child."""

    origin: Origin
    received_at: datetime
    child: Child


def survivor(accounts: Sequence[Said]) -> Child:
    """Field by field one account's value (oldest account first).

    Who a child is: by origin, then the newest day, then what most accounts say; of numbers, one that raises no doubt before all
    others. Where a child is found: the newest day, then origin, then what most say.
    """
    said: dict[str, list[tuple[Said, Any]]] = {}
    for account in accounts:
        for field, value in account.child.model_dump(exclude_none=True).items():
            if value is not Sex.UNKNOWN:
                said.setdefault(field, []).append((account, value))
    return Child(**{field: _best(field, values) for field, values in said.items()})


def _best(field: str, said: Sequence[tuple[Said, Any]]) -> Any:
    values = [value for _, value in said]

    def worth(one: tuple[Said, Any]) -> tuple[bool, Any, Any, int, datetime]:
        account, value = one
        rank, day = _RANKS[account.origin], account.received_at.astimezone(UTC).date()
        first, then = (day, rank) if field in _WHERE_FOUND else (rank, day)
        return field != "iin" or not _is_doubtful(account.child), first, then, values.count(value), account.received_at

    return max(said, key=worth)[1]


def _is_doubtful(child: Child) -> bool:
    """Whether a child's number is missing, or disagrees with itself or with what else this account says."""
    return child.iin is None or bool(iin_flags(child.iin, birth_date=child.birth_date, sex=child.sex))
