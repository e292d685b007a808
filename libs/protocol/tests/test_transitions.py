"""Decides that a task moves exactly as the table says: every pair of state and transition, every role, every risk."""

import itertools
from typing import Any

import pytest

from tereze.contracts.words import ClockKind, Risk, StaffRole, TaskState, Transition
from tereze.protocol import OPEN, RULES, transition
from tereze.protocol.transitions import ContactMissing, DeclineBarred, NotFromHere, NotYourRole

PAIRS = {(source, rule.transition): rule for rule in RULES for source in rule.sources}
EVERY_PAIR = list(itertools.product([None, *TaskState], Transition))

AGREED = {
    (None, "assigned"): "requested",
    ("requested", "rerouted"): "requested",
    ("received", "rerouted"): "requested",
    ("accepted", "rerouted"): "requested",
    ("in_progress", "rerouted"): "requested",
    ("declined", "rerouted"): "requested",
    ("requested", "received"): "received",
    ("requested", "accepted"): "accepted",
    ("received", "accepted"): "accepted",
    ("requested", "declined"): "declined",
    ("received", "declined"): "declined",
    ("accepted", "started"): "in_progress",
    ("accepted", "fulfilled"): "fulfilled",
    ("in_progress", "fulfilled"): "fulfilled",
    ("requested", "withdrawn"): "withdrawn",
    ("received", "withdrawn"): "withdrawn",
    ("accepted", "withdrawn"): "withdrawn",
    ("in_progress", "withdrawn"): "withdrawn",
}


def test_the_table_is_the_one_agreed() -> None:
    assert {(source, what.value): rule.target.value for (source, what), rule in PAIRS.items()} == AGREED


@pytest.mark.parametrize(("state", "what"), EVERY_PAIR)
def test_a_transition_is_open_from_the_states_of_the_table_and_from_no_other(
    state: TaskState | None, what: Transition
) -> None:
    rule = PAIRS.get((state, what))
    if rule is None:
        with pytest.raises(NotFromHere) as refused:
            transition(state, what, roles=frozenset(StaffRole), risk=Risk.LOW, contact=True)
        assert refused.value.current_state == state
        assert refused.value.status == 409
    else:
        assert transition(state, what, roles=rule.roles, risk=Risk.LOW, contact=True) is rule


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.transition}")
@pytest.mark.parametrize("role", [None, *StaffRole])
def test_only_the_roles_of_the_table_may(rule: object, role: StaffRole | None) -> None:
    row = next(each for each in RULES if each is rule)
    roles = frozenset({role}) if role else frozenset[StaffRole]()
    for state in row.sources:
        if (role in row.roles) if role else not row.roles:
            assert transition(state, row.transition, roles=roles, risk=Risk.LOW, contact=True) is row
        else:
            with pytest.raises(NotYourRole):
                transition(state, row.transition, roles=roles, risk=Risk.LOW, contact=True)


@pytest.mark.parametrize("risk", Risk)
@pytest.mark.parametrize("role", [StaffRole.MANAGER, StaffRole.HEAD, StaffRole.SYSTEM])
def test_declining_is_barred_for_critical_and_high(risk: Risk, role: StaffRole) -> None:
    if risk in {Risk.CRITICAL, Risk.HIGH}:
        with pytest.raises(DeclineBarred, match="second agency") as refused:
            transition(TaskState.RECEIVED, Transition.DECLINED, roles=frozenset({role}), risk=risk)
        assert refused.value.status == 409
    else:
        rule = transition(TaskState.RECEIVED, Transition.DECLINED, roles=frozenset({role}), risk=risk)
        assert rule.target is TaskState.DECLINED


@pytest.mark.parametrize(
    ("state", "what", "sees_the_child", "needed"),
    [
        (TaskState.ACCEPTED, Transition.STARTED, True, True),
        (TaskState.ACCEPTED, Transition.STARTED, False, True),
        (TaskState.ACCEPTED, Transition.FULFILLED, True, True),
        (TaskState.ACCEPTED, Transition.FULFILLED, False, False),
        (TaskState.IN_PROGRESS, Transition.FULFILLED, True, False),
    ],
)
def test_an_attempt_is_no_contact(state: TaskState, what: Transition, sees_the_child: bool, needed: bool) -> None:
    asked: Any = {"roles": frozenset({StaffRole.MEMBER}), "risk": Risk.HIGH, "sees_the_child": sees_the_child}
    transition(state, what, contact=True, **asked)
    if needed:
        with pytest.raises(ContactMissing) as refused:
            transition(state, what, contact=False, **asked)
        assert refused.value.pointer == "/contact"
    else:
        transition(state, what, contact=False, **asked)


@pytest.mark.parametrize(
    ("what", "stops"),
    [
        (Transition.RECEIVED, {ClockKind.ACKNOWLEDGE}),
        (Transition.ACCEPTED, {ClockKind.ACKNOWLEDGE, ClockKind.DECIDE}),
        (Transition.DECLINED, {ClockKind.ACKNOWLEDGE, ClockKind.DECIDE}),
        (Transition.STARTED, {ClockKind.SEE_THE_CHILD}),
        (Transition.FULFILLED, set(ClockKind)),
        (Transition.REROUTED, set()),
        (Transition.ASSIGNED, set()),
    ],
)
def test_evidence_stops_its_own_clocks_and_no_others(what: Transition, stops: set[ClockKind]) -> None:
    assert all(rule.stops == stops for rule in RULES if rule.transition is what)


def test_nothing_leads_out_of_an_ended_task() -> None:
    ended = set(TaskState) - OPEN - {TaskState.DECLINED}  # a declined task is rerouted at once
    assert not [rule for rule in RULES if rule.sources & ended]
    assert {rule.target for rule in RULES} >= OPEN
