"""Decides which person of an agency answers for its duties; must never drop a duty, nor give one to somebody unfit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tereze.contracts.staffing import PassReason, TaskResponsiblePassed
from tereze.contracts.words import ClockKind, StaffRole
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.duties import start_duty
from tereze.referral.domain.tasks import Task

SPECIALISTS = frozenset({StaffRole.MEMBER, StaffRole.COORDINATOR, StaffRole.OMBUDSMAN})
"""Roles that work on duties in person; managers and heads answer for them, computers pass them on."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of an agency at this instant: fit to act, on duty, and how many open duties they answer for."""

    staff_id: str
    roles: frozenset[StaffRole]
    fit: bool = True
    on_duty: bool = True
    open_duties: int = 0


def lightest(colleagues: Iterable[Colleague], *, barred: frozenset[str] = frozenset()) -> str | None:
    """Who of an agency takes a duty: fit specialists only, those on duty first, then whoever has the fewest; None: nobody."""
    able = [one for one in colleagues if one.fit and one.roles & SPECIALISTS and one.staff_id not in barred]
    chosen = min(able, key=lambda one: (not one.on_duty, one.open_duties, one.staff_id), default=None)
    return chosen.staff_id if chosen else None


def relieve(
    file: CaseFile, task: Task, colleagues: Sequence[Colleague], reason: PassReason, moment: Moment
) -> str | None:
    """The responsible person may not act any more: the lightest fit colleague goes on, every clock runs on.

    Where nobody is fit the agency's manager answers, and somebody must be named by a limit of its own. Returns who goes on.
    """
    before = task.responsible_staff_id
    assert before is not None, "nobody to relieve"
    task.responsible_staff_id = lightest(colleagues, barred=file.excluded | {before})
    file.tell_of(
        task,
        TaskResponsiblePassed,
        from_staff_id=before,
        responsible_staff_id=task.responsible_staff_id,
        reason=reason,
    )
    if task.responsible_staff_id is None:
        _await_a_name(file, task, moment)
    return task.responsible_staff_id


def _await_a_name(file: CaseFile, task: Task, moment: Moment) -> None:
    obligation = moment.pack.obligations.get(ClockKind.UNASSIGNED)
    limit = obligation.limit(task.risk) if obligation else None
    if limit is None or any(clock.kind is ClockKind.UNASSIGNED for clock in file.going_clocks(task.task_id)):
        return
    start_duty(file, ClockKind.UNASSIGNED, task.agency_id, limit, moment, task_id=task.task_id)
