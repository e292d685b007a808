"""Decides which transition of a task is open to whom and which clocks it stops; must never know an agency or the time."""

from dataclasses import dataclass

from tereze.contracts.facts import Conflict, Forbidden, Invalid
from tereze.contracts.words import ClockKind, Risk, StaffRole, TaskState, Transition

OPEN: frozenset[TaskState] = frozenset(
    {TaskState.REQUESTED, TaskState.RECEIVED, TaskState.ACCEPTED, TaskState.IN_PROGRESS}
)
"""States in which somebody still owes something."""

_HANDS = frozenset({StaffRole.MEMBER, StaffRole.MANAGER, StaffRole.HEAD, StaffRole.SYSTEM})
_MANAGERS = frozenset({StaffRole.MANAGER, StaffRole.HEAD, StaffRole.SYSTEM})
_ITSELF: frozenset[StaffRole] = frozenset()
_EVERY_CLOCK = frozenset(ClockKind)


class NotFromHere(Conflict):
    """The task is in a state that this transition does not start from."""

    code = "task-not-in-this-state"
    title = "The task's state does not allow this"


class NotYourRole(Forbidden):
    """None of the actor's roles may do this."""

    code = "role-not-allowed"
    title = "Your role does not allow this on a task"


class DeclineBarred(Conflict):
    """At this risk a task is escalated, never declined."""

    code = "decline-barred"
    title = "A task of critical or high risk cannot be declined"


class ContactMissing(Invalid):
    """The transition needs the record of a contact with the child; an attempt is none."""

    code = "contact-missing"
    title = "A contact with the child must be recorded"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table. No roles: only the system itself. ``stops``: the clocks for which this is evidence."""

    transition: Transition
    sources: frozenset[TaskState | None]
    target: TaskState
    roles: frozenset[StaffRole] = _HANDS
    stops: frozenset[ClockKind] = frozenset()
    barred_risks: frozenset[Risk] = frozenset()
    needs_contact: bool = False


RULES = (
    Rule(Transition.ASSIGNED, frozenset({None}), TaskState.REQUESTED, roles=_ITSELF),
    Rule(
        Transition.REROUTED,
        OPEN | {TaskState.DECLINED},
        TaskState.REQUESTED,
        roles=_ITSELF,
    ),
    Rule(
        Transition.RECEIVED,
        frozenset({TaskState.REQUESTED}),
        TaskState.RECEIVED,
        stops=frozenset({ClockKind.ACKNOWLEDGE}),
    ),
    Rule(
        Transition.ACCEPTED,
        frozenset({TaskState.REQUESTED, TaskState.RECEIVED}),
        TaskState.ACCEPTED,
        stops=frozenset({ClockKind.ACKNOWLEDGE, ClockKind.DECIDE}),
    ),
    Rule(
        Transition.DECLINED,
        frozenset({TaskState.REQUESTED, TaskState.RECEIVED}),
        TaskState.DECLINED,
        roles=_MANAGERS,
        stops=frozenset({ClockKind.ACKNOWLEDGE, ClockKind.DECIDE}),
        barred_risks=frozenset({Risk.CRITICAL, Risk.HIGH}),
    ),
    Rule(
        Transition.STARTED,
        frozenset({TaskState.ACCEPTED}),
        TaskState.IN_PROGRESS,
        stops=frozenset({ClockKind.SEE_THE_CHILD}),
        needs_contact=True,
    ),
    Rule(Transition.FULFILLED, frozenset({TaskState.IN_PROGRESS}), TaskState.FULFILLED, stops=_EVERY_CLOCK),
    Rule(
        Transition.FULFILLED,
        frozenset({TaskState.ACCEPTED}),
        TaskState.FULFILLED,
        stops=_EVERY_CLOCK,
        needs_contact=True,
    ),
    Rule(Transition.WITHDRAWN, frozenset(OPEN), TaskState.WITHDRAWN, roles=_ITSELF),
)


def transition(
    state: TaskState | None,
    what: Transition,
    *,
    roles: frozenset[StaffRole] = _ITSELF,
    risk: Risk,
    contact: bool = False,
    sees_the_child: bool = True,
) -> Rule:
    """The row that applies. ``roles`` empty: the system itself. ``sees_the_child``: whether the step asks for a contact.

    Raises NotFromHere, NotYourRole, DeclineBarred or ContactMissing.
    """
    rule = next((rule for rule in RULES if rule.transition is what and state in rule.sources), None)
    if rule is None:
        raise NotFromHere(f"a task that is {state or 'not there yet'} cannot be {what}", current_state=state)
    if bool(roles) != bool(rule.roles) or (rule.roles and not roles & rule.roles):
        allowed = ", ".join(sorted(rule.roles)) or "the system itself"
        raise NotYourRole(f"{what} needs one of these roles: {allowed}")
    if risk in rule.barred_risks:
        raise DeclineBarred(
            f"a task of {risk} risk cannot be {what}; accept it, or let the ladder offer it to a second agency",
            current_state=state,
        )
    if rule.needs_contact and not contact and (sees_the_child or what is Transition.STARTED):
        raise ContactMissing("record when and where the child was seen, and whether alone", pointer="/contact")
    return rule
