"""Decides whether an operator sees the worst of each measurement; must never need a service to run."""

from tereze.local.signals import worst_signals

PAGE = """\
# HELP tereze_consumer_lag Events not yet handled
# TYPE tereze_consumer_lag gauge
tereze_consumer_lag{group="referral"} 3.0
tereze_consumer_lag{group="a b, with } in it"} 12.0
tereze_parked_keys 0.0
tereze_outbox_oldest_seconds NaN
process_open_fds 18.0
"""


def test_the_worst_of_each_measurement_is_shown_and_others_are_left_out() -> None:
    found = worst_signals(PAGE)
    assert found["lag"] == 12
    assert found["parked"] == 0
    assert set(found) == {"lag", "parked", "outbox_oldest_s"}


def test_a_page_that_is_empty_shows_nothing() -> None:
    assert worst_signals("") == {}
