"""Decides as what somebody speaks about a task, and whether they may; must never let an excluded body speak at all."""

from tereze.contracts.facts import Conflict
from tereze.contracts.words import CaseState, ClockKind, StaffRole, Transition
from tereze.protocol import RULES, Party, Rule, transition
from tereze.protocol.transitions import NotYourRole
from tereze.referral.domain.casefile import Capacity, CaseFile
from tereze.referral.domain.tasks import Actor, Task

LIVE = frozenset(
    {
        CaseState.REPORTED,
        CaseState.TRIAGED,
        CaseState.ACTIVE,
        CaseState.PLAN_IN_FORCE,
        CaseState.CLOSING,
        CaseState.REOPENED,
    }
)
"""States of a case on which work goes on."""

_HANDS = frozenset({StaffRole.MEMBER, StaffRole.MANAGER, StaffRole.HEAD, StaffRole.SYSTEM})
_MANAGERS = frozenset({StaffRole.MANAGER, StaffRole.HEAD, StaffRole.SYSTEM})
_DECIDERS = frozenset({StaffRole.MANAGER, StaffRole.HEAD, StaffRole.COORDINATOR, StaffRole.OMBUDSMAN})
_HOLDERS_ONLY = frozenset({Party.RC, Party.RCM})


class CaseNotLive(Conflict):
    """Work on the case has ended or goes on elsewhere."""

    code = "case-not-live"
    title = "Work on this case has ended or goes on in another"


class NotTheHolder(Conflict):
    """Another agency is accountable for the task."""

    code = "not-the-holder"
    title = "Your agency does not hold this task"


def parties(file: CaseFile, task: Task | None, by: Actor) -> frozenset[Party]:
    """Everything somebody is to a task; without a task, to the case."""
    if by.agency_id in file.excluded or by.staff_id in file.excluded:
        return frozenset()
    return frozenset((*_of_case(file, by), *(_of_task(file, task, by) if task else ())))


def allow(
    file: CaseFile, task: Task, what: Transition, by: Actor | None, *, contact: bool = False, live: bool = True
) -> Rule:
    """The row of the table by which somebody may do this now; ``by`` None is the system itself.

    Raises CaseNotLive, NotTheHolder, and whatever the table refuses with. ``live`` False: also on a case that has ended.
    """
    if live and file.state not in LIVE:
        raise CaseNotLive(current_state=file.state, current_version=task.version)
    try:
        return transition(
            task.state,
            what,
            by=parties(file, task, by) if by else frozenset({Party.SYS}),
            risk=task.risk,
            contact=contact,
            sees_the_child=sees_the_child(file, task),
        )
    except NotYourRole:
        if by and task.agency_id != by.agency_id and _is_for_holders(task, what):
            raise NotTheHolder(current_state=task.state, current_version=task.version) from None
        raise


def sees_the_child(file: CaseFile, task: Task) -> bool:
    """Whether the step asks for a contact that is not on record yet."""
    asked = any(c.kind is ClockKind.SEE_THE_CHILD for c in file.clocks.values() if c.task_id == task.task_id)
    return asked and not task.child_seen


def is_coordinator(file: CaseFile, by: Actor) -> bool:
    """Whether somebody leads the case."""
    return Party.CC in parties(file, None, by)


def _is_for_holders(task: Task, what: Transition) -> bool:
    return any(rule.by <= _HOLDERS_ONLY for rule in RULES if rule.transition is what and task.state in rule.sources)


def _of_case(file: CaseFile, by: Actor) -> list[Party]:
    found: list[Party] = []
    if by.agency_id in file.having(Capacity.REFERRER) and by.roles & _HANDS:
        found += [Party.RQ, *([Party.RQM] if by.roles & _MANAGERS else [])]
    if by.agency_id in file.having(Capacity.DESK) and StaffRole.COORDINATOR in by.roles:
        found.append(Party.CC)
    if StaffRole.OPERATOR in by.roles:
        found.append(Party.OP)
    if StaffRole.OMBUDSMAN in by.roles:
        found.append(Party.OM)
    return found


def _of_task(file: CaseFile, task: Task, by: Actor) -> list[Party]:
    found: list[Party] = []
    for agency_id, member, manager in (
        (task.agency_id, Party.RC, Party.RCM),
        (task.offered_agency_id, Party.OF, Party.OFM),
    ):
        if by.agency_id == agency_id and by.roles & _HANDS:
            found += [member, *([manager] if by.roles & _MANAGERS else [])]
    deciding = {c.agency_id for c in file.going_clocks(task.task_id) if c.kind is ClockKind.DISPUTE}
    if by.agency_id in deciding and by.roles & _DECIDERS:
        found.append(Party.DECIDER)
    return found
