"""Decides who is on duty at an instant and whom to call next; must never call somebody on duty who may not act."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from tereze.contracts.directory import StaffMember
from tereze.contracts.facts import Invalid
from tereze.contracts.rotas import AddShift, ContactRung, Shift
from tereze.contracts.words import StaffRole

LONGEST = timedelta(days=31)
_HANDS = (StaffRole.MEMBER, StaffRole.COORDINATOR, StaffRole.OMBUDSMAN)


class ShiftOutOfBounds(Invalid):
    """A shift ends before it begins, is over already, or is longer than a month."""

    code = "shift-out-of-bounds"
    title = "A shift ends after it begins, is not over yet, and lasts a month at the longest"


class ShiftOfAnother(Invalid):
    """The person does not work for the agency."""

    code = "shift-of-another"
    title = "Only people of the agency are on its rota"


def check_shift(shift: AddShift, now: datetime) -> None:
    """Raise ShiftOutOfBounds for one that cannot be meant."""
    if not (shift.since < shift.until <= shift.since + LONGEST and now < shift.until):
        raise ShiftOutOfBounds(pointer="/until")


def on_duty(staff: Iterable[StaffMember], shifts: Sequence[Shift], at: datetime) -> list[str]:
    """Who is on duty and may act at an instant. Without any shift that is not over, everybody who works in person is."""
    coming = [shift for shift in shifts if at < shift.until]
    named = {shift.staff_id for shift in coming if shift.since <= at}
    return [
        member.staff_id
        for member in staff
        if _able(member, at) and (member.staff_id in named if coming else bool(set(member.roles).intersection(_HANDS)))
    ]


def ladder(
    chain: Sequence[tuple[str, Sequence[StaffMember]]], first: Sequence[str], at: datetime
) -> Iterator[ContactRung]:
    """Whom to call, in order: those on duty, then manager and head of the agency and of each body above it.

    ``chain``: the agency and those above it, each with its people. A rung with nobody who may act is left out.
    """
    if first:
        yield ContactRung(agency_id=chain[0][0], role=StaffRole.MEMBER, staff_ids=tuple(first))
    for agency_id, staff in chain:
        for role in (StaffRole.MANAGER, StaffRole.HEAD):
            able = tuple(member.staff_id for member in staff if role in member.roles and _able(member, at))
            if able:
                yield ContactRung(agency_id=agency_id, role=role, staff_ids=able)


def _able(member: StaffMember, at: datetime) -> bool:
    return member.active and member.fit_at(at)
