"""Decides that a task moves exactly as the table says: every state and transition, every party, every risk."""

import itertools
from typing import Any

import pytest

from tereze.contracts.facts import Fact
from tereze.contracts.words import ClockKind, Risk, TaskState, Transition
from tereze.protocol import ACCEPTED, GRAVE, OPEN, RULES, Party, Rule, transition
from tereze.protocol.transitions import ContactMissing, DeclineBarred, NotFromHere, NotYourRole

PAIRS = {(source, rule.transition): rule for rule in RULES for source in rule.sources}
EVERY_PAIR = list(itertools.product([None, *TaskState], Transition))
ROWS = list(enumerate(RULES))

AGREED = """
assigned            -                                       requested     coordinator referrer system_itself
rerouted            requested received                      requested     coordinator operator system_itself
rerouted            accepted in_progress on_hold            requested     system_itself
received            requested                               received      holder holder_manager
accepted            requested received                      accepted      holder holder_manager
taken_over          requested received accepted in_progress on_hold  requested  offered offered_manager
named               requested received accepted in_progress on_hold  same  holder_manager
declined            requested received                      declined      holder_manager
redirected          requested received                      requested     holder_manager
disputed            declined                                disputed      coordinator referrer
dispute_raised      disputed                                same          system_itself
upheld              disputed                                declined      decider
overturned          disputed                                requested     decider
started             accepted                                in_progress   holder holder_manager
contacted           accepted in_progress on_hold            same          holder holder_manager
held                in_progress                             on_hold       holder_manager
resumed             on_hold                                 in_progress   holder holder_manager system_itself
hand_over_offered   accepted in_progress on_hold            same          holder_manager
hand_over_ended     accepted in_progress on_hold            same          holder_manager offered_manager
handed_over         accepted in_progress on_hold            same          offered_manager
fulfilled           accepted in_progress                    fulfilled     holder holder_manager
confirmed           fulfilled                               same          coordinator
not_achieved        in_progress                             not_achieved  holder_manager
withdrawn           requested received accepted in_progress on_hold  withdrawn  coordinator referrer_manager system_itself
reopened            declined fulfilled not_achieved withdrawn  requested  coordinator ombudsman
warned              any                                     same          system_itself
breached            any                                     same          system_itself
escalated           any                                     same          system_itself
void_proposed       any                                     same          coordinator
voided              any                                     voided        coordinator holder_manager ombudsman
"""


def written(rule: Rule) -> set[str]:
    """A row as the agreement below writes it, in words without order."""
    every = set(TaskState) - {TaskState.VOIDED}
    sources = {"any"} if rule.sources == every else {str(source or "-") for source in rule.sources}
    return {f"{rule.transition}:", *sources, f"to {rule.target or 'same'}", *(f"by {party}" for party in rule.by)}


def agreed() -> list[set[str]]:
    """The rows of the agreement, read the same way."""
    rows = []
    for line in AGREED.strip().splitlines():
        what, *words = line.split()
        parties = [word for word in words if word in set(Party)]
        *sources, target = [word for word in words if word not in parties]
        rows.append({f"{what}:", *sources, f"to {target}", *(f"by {party}" for party in parties)})
    return rows


def test_the_table_is_the_one_agreed() -> None:
    assert {frozenset(written(rule)) for rule in RULES} == {frozenset(row) for row in agreed()}


def test_a_state_and_a_transition_name_one_row() -> None:
    assert len(PAIRS) == sum(len(rule.sources) for rule in RULES)
    assert {rule.transition for rule in RULES} == set(Transition), "every transition has a row"


@pytest.mark.parametrize(("state", "what"), EVERY_PAIR)
def test_a_transition_is_open_from_the_states_of_the_table_and_from_no_other(
    state: TaskState | None, what: Transition
) -> None:
    rule = PAIRS.get((state, what))
    everybody = frozenset(Party)
    if rule is None:
        with pytest.raises(NotFromHere) as refused:
            transition(state, what, by=everybody, risk=Risk.LOW, contact=True)
        assert (refused.value.status, refused.value.current_state) == (409, state)
    else:
        assert transition(state, what, by=everybody, risk=Risk.LOW, contact=True) is rule


@pytest.mark.parametrize(("number", "rule"), ROWS, ids=[f"{n}-{rule.transition}" for n, rule in ROWS])
@pytest.mark.parametrize("risk", Risk)
def test_only_the_parties_of_the_row_may(number: int, rule: Rule, risk: Risk) -> None:
    allowed = rule.reserved_for if risk in rule.reserved else rule.by
    for state, party in itertools.product(rule.sources, Party):
        asked: Any = {"by": frozenset({party}), "risk": risk, "contact": True}
        if party not in allowed:
            with pytest.raises(NotYourRole) as refused:
                transition(state, rule.transition, **asked)
            assert refused.value.status == 403
        elif risk in rule.barred_risks:
            with pytest.raises(DeclineBarred, match="second agency"):
                transition(state, rule.transition, **asked)
        else:
            assert transition(state, rule.transition, **asked) is RULES[number]


def test_whoever_is_nobody_to_a_task_may_nothing() -> None:
    for state, what in PAIRS:
        with pytest.raises(NotYourRole):
            transition(state, what, by=frozenset(), risk=Risk.LOW, contact=True)


@pytest.mark.parametrize(
    ("rule", "sees"), list(itertools.product([r for r in RULES if r.needs_contact], [True, False]))
)
def test_an_attempt_is_no_contact(rule: Rule, sees: bool) -> None:
    for state in rule.sources:
        asked: Any = {"by": frozenset({Party.RC}), "risk": Risk.HIGH, "sees_the_child": sees}
        assert transition(state, rule.transition, contact=True, **asked) is rule
        if sees:
            with pytest.raises(ContactMissing) as refused:
                transition(state, rule.transition, contact=False, **asked)
            assert refused.value.pointer == "/contact"
        else:
            assert transition(state, rule.transition, contact=False, **asked) is rule


STOPS = {
    Transition.RECEIVED: {"acknowledge"},
    Transition.ACCEPTED: {"acknowledge", "decide", "unassigned"},
    Transition.NAMED: {"unassigned"},
    Transition.DECLINED: {"acknowledge", "decide"},
    Transition.REDIRECTED: {"acknowledge", "decide"},
    Transition.STARTED: {"see_the_child"},
    Transition.CONTACTED: {"see_the_child"},
    Transition.FULFILLED: {"acknowledge", "decide", "unassigned", "see_the_child", "complete"},
    Transition.CONFIRMED: {"confirm_result"},
    Transition.UPHELD: {"dispute"},
    Transition.OVERTURNED: {"dispute"},
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.transition))
def test_evidence_stops_its_own_clocks_and_no_others(rule: Rule) -> None:
    assert {str(kind) for kind in rule.stops} == STOPS.get(rule.transition, set())


def test_no_row_pauses_a_protective_clock() -> None:
    for what in (Transition.HELD, Transition.RESUMED, Transition.HANDED_OVER, Transition.REROUTED, Transition.REOPENED):
        assert not any(rule.stops for rule in RULES if rule.transition is what)
    assert not any(ClockKind.PROTECT in rule.stops for rule in RULES), "only a decision's number is evidence"


def test_what_leads_out_of_an_ended_task_is_listed() -> None:
    ended = set(TaskState) - OPEN - {TaskState.DISPUTED}
    out = {rule.transition for rule in RULES if rule.target in OPEN and rule.sources & ended}
    assert out == {Transition.REOPENED}
    assert not any(TaskState.VOIDED in rule.sources for rule in RULES)


def test_the_sets_of_states_agree_with_the_codes_of_fhir() -> None:
    assert {state.fhir for state in ACCEPTED} == {"accepted", "in-progress", "on-hold"}
    assert {state.fhir for state in TaskState} == {
        "requested", "received", "accepted", "rejected", "in-progress", "on-hold", "completed", "failed", "cancelled",
        "entered-in-error",
    }  # fmt: skip
    assert {Risk.CRITICAL, Risk.HIGH} == GRAVE
    assert issubclass(NotFromHere, Fact)
