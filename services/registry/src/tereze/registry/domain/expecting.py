"""Decides when two accounts of an unborn child, or a birth, mean one child; must never look anything up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tereze.contracts.facts import Conflict

WINDOW = timedelta(weeks=6)


class NotExpected(Conflict):
    """The person is born already, or was never expected."""

    code = "not-expected"
    title = "This person is not an expected child"


@dataclass(frozen=True, slots=True)
class Expected:
    """An unborn child of a mother, due about then."""

    person_id: str
    due_date: date


def same_expected(due_date: date, known: Sequence[Expected]) -> str | None:
    """Which expected child of the mother is due at that time: the nearest within six weeks either way."""
    near = [one for one in known if abs(one.due_date - due_date) <= WINDOW]
    return min(near, key=lambda one: (abs(one.due_date - due_date), one.person_id)).person_id if near else None
