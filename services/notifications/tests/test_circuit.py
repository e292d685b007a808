"""Decides that a failing endpoint is only probed, and that one success opens it again."""

from datetime import UTC, datetime, timedelta

from tereze.notifications.domain.circuit import Circuit, CircuitRules

NOW = datetime(2026, 3, 6, 11, 40, tzinfo=UTC)
RULES = CircuitRules()


def failing(times: int) -> Circuit:
    circuit = Circuit()
    for _ in range(times):
        circuit = circuit.after_failure(NOW, RULES)
    return circuit


def test_a_healthy_endpoint_has_many_cases_under_way():
    assert Circuit().room(NOW, RULES) == 32
    assert Circuit().room(NOW, RULES, in_flight=30) == 2
    assert Circuit().room(NOW, RULES, in_flight=40) == 0


def test_a_few_failures_hold_nothing_back():
    assert failing(4).room(NOW, RULES) == 32


def test_failing_in_a_row_leaves_one_probe_after_a_pause():
    circuit = failing(5)
    assert circuit.room(NOW, RULES) == 0
    later = NOW + RULES.probe_pause
    assert circuit.room(later, RULES) == 1
    assert circuit.room(later, RULES, in_flight=1) == 0


def test_probes_grow_rarer_up_to_a_limit():
    assert failing(6).blocked_until == NOW + timedelta(seconds=10)
    assert failing(5_000).blocked_until == NOW + timedelta(minutes=5)


def test_one_success_lets_everything_flow_again():
    assert failing(9).after_success().room(NOW, RULES) == 32


def test_the_receiver_may_ask_for_a_pause():
    circuit = Circuit().after_failure(NOW, RULES, timedelta(minutes=2))
    assert circuit.room(NOW + timedelta(minutes=1), RULES) == 0
    assert circuit.room(NOW + timedelta(minutes=2), RULES) == 32


def test_a_longer_pause_is_not_cut_short_by_the_next_failure():
    asked = Circuit().after_failure(NOW, RULES, timedelta(hours=1))
    assert asked.after_failure(NOW, RULES).blocked_until == NOW + timedelta(hours=1)


def test_the_times_of_the_first_and_the_last_failure_are_remembered():
    circuit = Circuit().after_failure(NOW, RULES).after_failure(NOW + timedelta(hours=1), RULES)
    assert (circuit.failing_since, circuit.failed_at) == (NOW, NOW + timedelta(hours=1))
