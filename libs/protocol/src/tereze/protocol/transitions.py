"""Decides which transition of a task is open to whom and which clocks it stops; must never know an agency or the time."""

from dataclasses import dataclass
from enum import StrEnum

from tereze.contracts.facts import Conflict, Forbidden, Invalid
from tereze.contracts.words import ClockKind, Risk, TaskState, Transition

OPEN: frozenset[TaskState] = frozenset(
    {TaskState.REQUESTED, TaskState.RECEIVED, TaskState.ACCEPTED, TaskState.IN_PROGRESS, TaskState.ON_HOLD}
)
"""States in which somebody still owes something."""
ACCEPTED: frozenset[TaskState] = frozenset({TaskState.ACCEPTED, TaskState.IN_PROGRESS, TaskState.ON_HOLD})
"""States in which somebody took the task and has not ended it."""
GRAVE: frozenset[Risk] = frozenset({Risk.CRITICAL, Risk.HIGH})
"""Risks at which a duty is escalated rather than given up."""


class Party(StrEnum):
    """As what somebody speaks about a task: their role in their agency and its part in the case together."""

    RQ = "referrer"
    RQM = "referrer_manager"
    RC = "holder"
    RCM = "holder_manager"
    OF = "offered"
    OFM = "offered_manager"
    CC = "coordinator"
    OP = "operator"
    OM = "ombudsman"
    DECIDER = "decider"
    SYS = "system_itself"


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
    """One row of the table.

    ``target`` None: the state stays. ``by``: who may. ``stops``: the clocks for which this is evidence. ``door``: the route
    it comes in by, under ``/v1/tasks/{task_id}``; empty where only the system itself or another row brings it about.
    ``reserved``: at these risks only for ``reserved_for``.
    """

    transition: Transition
    sources: frozenset[TaskState | None]
    target: TaskState | None
    by: frozenset[Party]
    door: str = ""
    stops: frozenset[ClockKind] = frozenset()
    barred_risks: frozenset[Risk] = frozenset()
    reserved: frozenset[Risk] = frozenset()
    reserved_for: frozenset[Party] = frozenset()
    needs_contact: bool = False


T, S, P = Transition, TaskState, Party
_ANSWERED = frozenset({ClockKind.ACKNOWLEDGE, ClockKind.DECIDE})
_UNANSWERED = frozenset({S.REQUESTED, S.RECEIVED})
_ENDED = frozenset({S.FULFILLED, S.NOT_ACHIEVED, S.DECLINED, S.WITHDRAWN})
_DONE = frozenset(
    {
        ClockKind.ACKNOWLEDGE,
        ClockKind.DECIDE,
        ClockKind.UNASSIGNED,
        ClockKind.SEE_THE_CHILD,
        ClockKind.COMPLETE,
    }
)
"""What the end of a task is evidence for; every other duty of it needs evidence of its own first."""
_HOLDER = frozenset({P.RC, P.RCM})
_MANAGER = frozenset({P.RCM})
_ITSELF = frozenset({P.SYS})
_ANY = frozenset(S) - {S.VOIDED}

RULES = (
    Rule(T.ASSIGNED, frozenset({None}), S.REQUESTED, frozenset({P.SYS, P.CC, P.RQ})),
    Rule(T.REROUTED, _UNANSWERED, S.REQUESTED, frozenset({P.SYS, P.CC, P.OP}), "reroute"),
    Rule(T.REROUTED, ACCEPTED, S.REQUESTED, _ITSELF),
    Rule(T.RECEIVED, frozenset({S.REQUESTED}), S.RECEIVED, _HOLDER, "receive", frozenset({ClockKind.ACKNOWLEDGE})),
    Rule(T.ACCEPTED, _UNANSWERED, S.ACCEPTED, _HOLDER, "accept", _ANSWERED | {ClockKind.UNASSIGNED}),
    Rule(T.TAKEN_OVER, OPEN, S.REQUESTED, frozenset({P.OF, P.OFM}), "accept"),
    Rule(T.NAMED, OPEN, None, _MANAGER, "responsible", frozenset({ClockKind.UNASSIGNED})),
    Rule(T.DECLINED, _UNANSWERED, S.DECLINED, _MANAGER, "decline", _ANSWERED, barred_risks=GRAVE),
    Rule(T.REDIRECTED, _UNANSWERED, S.REQUESTED, _MANAGER, "redirect", _ANSWERED),
    Rule(T.DISPUTED, frozenset({S.DECLINED}), S.DISPUTED, frozenset({P.RQ, P.CC}), "dispute"),
    Rule(T.DISPUTE_RAISED, frozenset({S.DISPUTED}), None, _ITSELF),
    Rule(
        T.UPHELD,
        frozenset({S.DISPUTED}),
        S.DECLINED,
        frozenset({P.DECIDER}),
        "dispute/decide",
        frozenset({ClockKind.DISPUTE}),
    ),
    Rule(
        T.OVERTURNED,
        frozenset({S.DISPUTED}),
        S.REQUESTED,
        frozenset({P.DECIDER}),
        "dispute/decide",
        frozenset({ClockKind.DISPUTE}),
    ),
    Rule(
        T.STARTED,
        frozenset({S.ACCEPTED}),
        S.IN_PROGRESS,
        _HOLDER,
        "start",
        frozenset({ClockKind.SEE_THE_CHILD}),
        needs_contact=True,
    ),
    Rule(T.CONTACTED, ACCEPTED, None, _HOLDER, "contacts", frozenset({ClockKind.SEE_THE_CHILD})),
    Rule(T.HELD, frozenset({S.IN_PROGRESS}), S.ON_HOLD, _MANAGER, "hold"),
    Rule(T.RESUMED, frozenset({S.ON_HOLD}), S.IN_PROGRESS, _HOLDER | _ITSELF, "resume"),
    Rule(T.HAND_OVER_OFFERED, ACCEPTED, None, _MANAGER, "hand-over"),
    Rule(T.HAND_OVER_ENDED, ACCEPTED, None, frozenset({P.RCM, P.OFM}), "hand-over/end"),
    Rule(T.HANDED_OVER, ACCEPTED, None, frozenset({P.OFM}), "hand-over/accept"),
    Rule(
        T.FULFILLED,
        frozenset({S.ACCEPTED, S.IN_PROGRESS}),
        S.FULFILLED,
        _HOLDER,
        "fulfil",
        _DONE,
        needs_contact=True,
    ),
    Rule(
        T.CONFIRMED,
        frozenset({S.FULFILLED}),
        None,
        frozenset({P.CC}),
        "confirm",
        frozenset({ClockKind.CONFIRM_RESULT}),
    ),
    Rule(T.NOT_ACHIEVED, frozenset({S.IN_PROGRESS}), S.NOT_ACHIEVED, _MANAGER, "not-achieved"),
    Rule(
        T.WITHDRAWN,
        OPEN,
        S.WITHDRAWN,
        frozenset({P.RQM, P.CC, P.SYS}),
        "withdraw",
        reserved=frozenset({Risk.CRITICAL}),
        reserved_for=frozenset({P.CC, P.SYS}),
    ),
    Rule(T.REOPENED, _ENDED, S.REQUESTED, frozenset({P.CC, P.OM}), "reopen"),
    Rule(T.WARNED, _ANY, None, _ITSELF),
    Rule(T.BREACHED, _ANY, None, _ITSELF),
    Rule(T.ESCALATED, _ANY, None, _ITSELF),
    Rule(T.VOID_PROPOSED, _ANY, None, frozenset({P.CC}), "void"),
    Rule(T.VOIDED, _ANY, S.VOIDED, frozenset({P.CC, P.RCM, P.OM}), "void"),
)


def transition(
    state: TaskState | None,
    what: Transition,
    *,
    by: frozenset[Party] = _ITSELF,
    risk: Risk,
    contact: bool = False,
    sees_the_child: bool = True,
) -> Rule:
    """The row that applies. ``by``: as what the actor speaks. ``sees_the_child``: whether the step asks for a contact.

    Raises NotFromHere, NotYourRole, DeclineBarred or ContactMissing.
    """
    rows = [rule for rule in RULES if rule.transition is what and state in rule.sources]
    if not rows:
        raise NotFromHere(f"a task that is {state or 'not there yet'} cannot be {_plain(what)}", current_state=state)
    rule = rows[0]
    allowed = rule.reserved_for if risk in rule.reserved else rule.by
    if not by & allowed:
        raise NotYourRole(f"at {risk} risk {_plain(what)} needs one of: {', '.join(sorted(map(_plain, allowed)))}")
    if risk in rule.barred_risks:
        raise DeclineBarred(
            f"a task of {risk} risk cannot be {what}; accept it, or let the ladder offer it to a second agency",
            current_state=state,
        )
    if rule.needs_contact and sees_the_child and not contact:
        raise ContactMissing("record when and where the child was seen, and whether alone", pointer="/contact")
    return rule


def _plain(word: StrEnum) -> str:
    return word.value.replace("_", " ")
