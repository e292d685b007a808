"""Decides that failed deliveries are retried for at least three days, spread out, and as the receiver asks."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tereze.notifications.domain.retry import SCHEDULE, pause_before_retry, retry_after

NOW = datetime(2026, 3, 6, 11, 40, tzinfo=UTC)


def test_the_schedule_starts_at_once_and_lasts_three_days_even_at_its_shortest():
    assert SCHEDULE[:7] == (0, 5, 300, 1800, 7200, 18000, 36000)
    shortest = sum((pause_before_retry(n, SCHEDULE, 0.0) for n in range(1, len(SCHEDULE))), timedelta())
    assert shortest >= timedelta(hours=72)


@given(failed=st.integers(1, 40), chance=st.floats(0, 1, exclude_max=True))
def test_each_pause_is_within_a_fifth_of_the_schedule(failed, chance):
    pause = pause_before_retry(failed, SCHEDULE, chance)
    if failed >= len(SCHEDULE):
        assert pause is None
    else:
        assert 0.8 * SCHEDULE[failed] - 1e-6 <= pause.total_seconds() <= 1.2 * SCHEDULE[failed] + 1e-6


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("120", timedelta(seconds=120)),
        (" 7 ", timedelta(seconds=7)),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("1" * 400, timedelta(hours=24)),
        ("999999999999", timedelta(hours=24)),
        ("٣", None),
        (format_datetime(NOW + timedelta(minutes=3), usegmt=True), timedelta(minutes=3)),
        (format_datetime(NOW - timedelta(minutes=3), usegmt=True), None),
        ("Fri, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(header, expected):
    assert retry_after(header, NOW) == expected


@given(st.text())
def test_no_retry_after_header_can_upset_the_loop(header):
    pause = retry_after(header, NOW)
    assert pause is None or timedelta() < pause <= timedelta(hours=24)
