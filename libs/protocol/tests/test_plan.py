"""Decides that the plan of several categories is the strictest of each, and that every answer owed is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tereze.contracts.words import AgencyKind, Category, Circumstance, ClockKind, Risk
from tereze.protocol import Facts, Pack, WorkingCalendar, answers_due, due, plan, renewed, severity, stricter
from tereze.protocol.plan import NothingReported

FRIDAY = datetime(2026, 7, 24, 11, 40, tzinfo=UTC)  # 16:40 in Almaty
NEVER = timedelta(days=10_000)
RISKS = st.sampled_from(Risk)
CATEGORIES = st.lists(st.sampled_from(Category), min_size=1, max_size=5)
CIRCUMSTANCES = st.frozensets(st.sampled_from(Circumstance), max_size=3)
OCCURRED = st.none() | st.integers(0, 300).map(lambda hours: FRIDAY - timedelta(hours=hours))
FACTS = st.builds(
    Facts,
    risk=RISKS,
    categories=CATEGORIES,
    circumstances=CIRCUMSTANCES,
    occurred_at=OCCURRED,
    received_at=st.just(FRIDAY),
)


def test_school_12_reports_a_girl_on_friday_evening(pack: Pack, calendar: WorkingCalendar) -> None:
    owed = {
        (a.holder, a.obligation): a.due_at
        for a in answers_due(pack, calendar, Facts(Risk.HIGH, [Category.PHYSICAL]), FRIDAY)
    }
    assert owed[AgencyKind.POLICE, ClockKind.ACKNOWLEDGE] == FRIDAY + timedelta(hours=2)
    assert owed[AgencyKind.HEALTH, ClockKind.ACKNOWLEDGE] == FRIDAY + timedelta(hours=2)
    assert owed[AgencyKind.HEALTH, ClockKind.DECIDE] == FRIDAY + timedelta(hours=12)
    assert owed[AgencyKind.POLICE, ClockKind.SEE_THE_CHILD] == FRIDAY + timedelta(hours=24)
    assert owed[AgencyKind.WINDOW_DESK, ClockKind.TRIAGE] == FRIDAY + timedelta(hours=4)
    assert [duty for holder, duty in owed if holder is AgencyKind.GUARDIANSHIP] == [ClockKind.ACKNOWLEDGE]


def test_two_categories_that_ask_the_same_body_make_one_step_named_by_the_stricter(pack: Pack) -> None:
    planned = plan(pack, Facts(Risk.MEDIUM, [Category.PSYCHOLOGICAL, Category.BULLYING]))
    school = next(step for step in planned.steps if step.service is AgencyKind.SCHOOL)
    assert school.code == "school.watch"
    assert {clock.kind for clock in school.clocks} >= {ClockKind.SEE_THE_CHILD}
    assert school.because == (Category.PSYCHOLOGICAL, Category.BULLYING)


def test_of_two_limits_the_one_that_runs_out_first_counts(pack: Pack, calendar: WorkingCalendar) -> None:
    for risk, hours in ((Risk.LOW, 24), (Risk.MEDIUM, 24), (Risk.CRITICAL, 24)):
        owed = answers_due(pack, calendar, Facts(risk, [Category.SEXUAL_CONTACT]), FRIDAY)
        seen = next(a for a in owed if (a.holder, a.obligation) == (AgencyKind.HEALTH, ClockKind.SEE_THE_CHILD))
        assert seen.due_at == FRIDAY + timedelta(hours=hours)


def test_nothing_reported_has_no_plan(pack: Pack) -> None:
    with pytest.raises(NothingReported):
        plan(pack, Facts(Risk.HIGH, []))


@pytest.mark.parametrize(("rank", "risk"), list(enumerate(Risk)))
def test_risks_are_ranked_strictest_first(rank: int, risk: Risk) -> None:
    assert severity(risk) == rank
    assert stricter(risk, Risk.ADVICE_ONLY) is risk
    assert stricter(Risk.CRITICAL, risk) is Risk.CRITICAL


@given(RISKS, CATEGORIES)
def test_a_plan_does_not_depend_on_the_order_or_repetition_of_categories(
    pack: Pack, risk: Risk, categories: list[Category]
) -> None:
    assert plan(pack, Facts(risk, categories)) == plan(pack, Facts(risk, list(reversed(categories)) * 2))


@given(RISKS, CATEGORIES, st.sampled_from(Category))
def test_one_more_category_never_takes_a_body_away_or_gives_it_more_time(
    pack: Pack, calendar: WorkingCalendar, risk: Risk, categories: list[Category], more: Category
) -> None:
    before = {(a.holder, a.obligation): a.due_at for a in answers_due(pack, calendar, Facts(risk, categories), FRIDAY)}
    after = {
        (a.holder, a.obligation): a.due_at
        for a in answers_due(pack, calendar, Facts(risk, [*categories, more]), FRIDAY)
    }
    barred = pack.categories[more].never
    for duty, due_at in before.items():
        if duty[0] not in barred:
            assert after[duty] <= due_at


@given(RISKS, RISKS, CATEGORIES)
def test_a_stricter_risk_never_gives_a_body_more_time(
    pack: Pack, calendar: WorkingCalendar, one: Risk, other: Risk, categories: list[Category]
) -> None:
    strict, mild = (one, other) if stricter(one, other) is one else (other, one)
    owed = {(a.holder, a.obligation): a.due_at for a in answers_due(pack, calendar, Facts(mild, categories), FRIDAY)}
    for answer in answers_due(pack, calendar, Facts(strict, categories), FRIDAY):
        if (answer.holder, answer.obligation) in owed:
            assert answer.due_at <= owed[answer.holder, answer.obligation]


@given(RISKS, CATEGORIES, st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_answers_are_due_after_the_report_soonest_first_once_per_body_and_duty(
    pack: Pack, calendar: WorkingCalendar, risk: Risk, categories: list[Category], at: datetime
) -> None:
    owed = answers_due(pack, calendar, Facts(risk, categories), at)
    assert [a.due_at for a in owed] == sorted(a.due_at for a in owed)
    assert all(a.due_at > at for a in owed)
    assert len({(a.holder, a.obligation) for a in owed}) == len(owed)


@given(FACTS, st.sampled_from(Category), CIRCUMSTANCES)
def test_in_version_2_too_one_more_category_or_circumstance_takes_nothing_away(
    newest: Pack, calendar: WorkingCalendar, facts: Facts, more: Category, known: frozenset[Circumstance]
) -> None:
    grown = replace(facts, categories=[*facts.categories, more], circumstances=facts.circumstances | known)
    after = due_times(newest, calendar, grown)
    barred = newest.categories[more].never
    for (holder, duty), due_at in due_times(newest, calendar, facts).items():
        if holder not in barred:
            assert after[holder, duty] <= due_at


@given(FACTS, RISKS)
def test_in_version_2_too_a_stricter_risk_never_gives_a_body_more_time(
    newest: Pack, calendar: WorkingCalendar, facts: Facts, other: Risk
) -> None:
    strict, mild = (facts.risk, other) if stricter(facts.risk, other) is facts.risk else (other, facts.risk)
    owed = due_times(newest, calendar, replace(facts, risk=mild))
    for duty, due_at in due_times(newest, calendar, replace(facts, risk=strict)).items():
        assert due_at <= owed.get(duty, FRIDAY + NEVER)


@given(FACTS)
def test_no_duty_ends_before_the_report_and_each_is_ended_by_one_of_its_own_rows(
    newest: Pack, calendar: WorkingCalendar, facts: Facts
) -> None:
    made = plan(newest, facts)
    at_once = [clock for step in made.steps for clock in step.at_once]
    for clock in at_once + [each.clock for each in made.case_clocks if each.clock.at_once]:
        due_at, bound = clock.ends(FRIDAY, calendar, facts.occurred_at)
        assert due_at >= FRIDAY
        assert bound in clock.bounds
        assert due_at <= min(due(limit, FRIDAY, calendar) for limit in clock.limits or (bound.limit,))


@given(RISKS, CATEGORIES, CIRCUMSTANCES)
def test_under_a_new_version_what_is_held_stays_and_what_is_new_is_new(
    pack: Pack, newest: Pack, risk: Risk, categories: list[Category], known: frozenset[Circumstance]
) -> None:
    facts = Facts(risk, categories, known)
    then, now = plan(pack, facts), plan(newest, facts)
    held = {(step.service, clock.kind): then for step in then.steps for clock in step.clocks}
    made = renewed(now, held)
    versions = {(step.service, clock.kind): clock.protocol_version for step in made.steps for clock in step.clocks}
    for duty, version in versions.items():
        assert version == ("kz-default/1" if duty in held else "kz-default/2")
    assert renewed(now, {}) is now


def due_times(pack: Pack, calendar: WorkingCalendar, facts: Facts) -> dict[tuple[AgencyKind, ClockKind], datetime]:
    return {(a.holder, a.obligation): a.due_at for a in answers_due(pack, calendar, facts, FRIDAY)}
