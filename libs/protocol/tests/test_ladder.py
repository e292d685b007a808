"""Decides that the ladder names each level once, in order, at the agreed instants, and goes on until evidence."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tereze.contracts.words import LadderLevel, Risk
from tereze.protocol import Pack, Span, ladder, level_at, levels_due

START = datetime(2026, 7, 24, 11, 40, tzinfo=UTC)
SPANS = st.timedeltas(timedelta(minutes=1), timedelta(days=60)).map(lambda length: Span(START, START + length))
RISKS = st.sampled_from(Risk)


def span(hours: float) -> Span:
    return Span(START, START + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("risk", "hours", "instants"),
    [
        (Risk.HIGH, 2, [1.5, 2, 2.5, 4, 6]),  # acknowledge
        (Risk.HIGH, 12, [9, 12, 15, 24, 36]),  # decide
        (Risk.HIGH, 24, [18, 24, 28, 48, 72]),  # the agency's head after 4 hours at most
        (Risk.MEDIUM, 72, [54, 72, 76, 144, 216]),
        (Risk.CRITICAL, 0.5, [0.375, 0.5, 0.625, 1, 1.5]),
        (Risk.CRITICAL, 2, [1.5, 2, 2.5, 4, 6]),
        (Risk.CRITICAL, 24, [18, 24, 24.5, 26, 28]),  # critical: half an hour, 2 hours, 4 hours
    ],
)
def test_the_levels_come_when_agreed(pack: Pack, risk: Risk, hours: float, instants: list[float]) -> None:
    levels = ladder(pack, span(hours), risk)
    assert [level.level for level in levels] == list(LadderLevel)
    assert [(level.at - START) / timedelta(hours=1) for level in levels] == instants


def test_each_level_tells_more_people_and_the_head_s_level_offers_the_duty(pack: Pack) -> None:
    levels = ladder(pack, span(2), Risk.HIGH)
    assert [level.offer for level in levels] == [False, False, True, False, False]
    assert all("holder" in level.tell for level in levels)
    assert [len(level.tell) for level in levels] == [1, 2, 3, 4, 5]


def test_the_last_level_is_told_again_every_day(pack: Pack) -> None:
    at = [level_at(pack, span(2), Risk.HIGH, position) for position in range(4, 8)]
    assert {level.level for level in at} == {LadderLevel.OMBUDSMAN}
    assert [level.at - at[0].at for level in at] == [timedelta(days=day) for day in range(4)]


def test_after_an_outage_every_missed_level_is_due_in_order(pack: Pack) -> None:
    due = levels_due(pack, span(2), Risk.HIGH, 0, now=START + timedelta(hours=8))
    assert [level.level for level in due] == list(LadderLevel)
    assert levels_due(pack, span(2), Risk.HIGH, 5, now=START + timedelta(hours=8)) == ()


def test_of_many_missed_reminders_only_the_latest_is_due(pack: Pack) -> None:
    due = levels_due(pack, span(2), Risk.HIGH, 0, now=START + timedelta(days=10))
    assert [level.position for level in due] == [0, 1, 2, 3, 4, 13]
    assert due[-1].at <= START + timedelta(days=10) < level_at(pack, span(2), Risk.HIGH, 14).at


@given(SPANS, RISKS)
def test_levels_never_come_out_of_order_and_the_breach_is_the_due_time(
    pack: Pack, given_span: Span, risk: Risk
) -> None:
    levels = ladder(pack, given_span, risk)
    assert [level.at for level in levels] == sorted(level.at for level in levels)
    assert levels[1].at == given_span.due_at
    assert levels[0].at > given_span.started_at


@given(SPANS, RISKS, st.lists(st.timedeltas(timedelta(0), timedelta(days=40)), min_size=1, max_size=12))
def test_however_often_one_looks_each_level_is_due_once(
    pack: Pack, given_span: Span, risk: Risk, looks: list[timedelta]
) -> None:
    position, seen = 0, []
    for look in sorted(looks):
        for level in levels_due(pack, given_span, risk, position, now=START + look):
            assert level.at <= START + look
            seen.append(level.position)
            position = level.position + 1
    assert seen == sorted(set(seen))
    named = [position for position in seen if position < len(LadderLevel)]
    assert named == list(range(len(named)))


@given(
    SPANS, st.timedeltas(timedelta(0), timedelta(days=59)), st.lists(RISKS, min_size=2, max_size=2), st.integers(0, 7)
)
def test_a_shorter_span_at_a_stricter_risk_brings_every_level_forward(
    pack: Pack, given_span: Span, shorter: timedelta, risks: list[Risk], position: int
) -> None:
    strict, mild = sorted(risks, key=list(Risk).index)
    brought = Span(START, max(START + timedelta(minutes=1), given_span.due_at - shorter))
    assert level_at(pack, brought, strict, position).at <= level_at(pack, given_span, mild, position).at
