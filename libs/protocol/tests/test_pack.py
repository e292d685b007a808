"""Decides that the shipped pack answers for every child, and that a bad pack is refused with the line of each mistake."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tereze.contracts.words import AgencyKind, Category, ClockKind, Risk
from tereze.protocol import (
    BadText,
    Facts,
    NoProtocolInForce,
    Pack,
    Protocols,
    UnknownProtocol,
    WorkingCalendar,
    load_pack,
    plan,
)


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("risk", Risk)
def test_every_category_at_every_risk_has_somebody_who_must_act(pack: Pack, category: Category, risk: Risk) -> None:
    planned = plan(pack, Facts(risk, [category]))
    assert planned.steps
    for step in planned.steps:
        assert {ClockKind.ACKNOWLEDGE} <= {clock.kind for clock in step.clocks}
    if risk is not Risk.ADVICE_ONLY:
        assert any(clock.kind is ClockKind.SEE_THE_CHILD for step in planned.steps for clock in step.clocks)
        assert any(step.mandatory for step in planned.steps)


@pytest.mark.parametrize("category", Category)
def test_a_critical_concern_is_seen_by_police_or_health_and_a_body_that_protects(
    pack: Pack, category: Category
) -> None:
    services = {step.service for step in plan(pack, Facts(Risk.CRITICAL, [category])).steps}
    assert AgencyKind.POLICE in services
    assert AgencyKind.GUARDIANSHIP in services


@pytest.mark.parametrize("risk", Risk)
def test_an_institution_never_gets_the_task_about_itself(pack: Pack, risk: Risk) -> None:
    planned = plan(pack, Facts(risk, [Category.INSTITUTIONAL, Category.BULLYING, Category.PSYCHOLOGICAL]))
    assert AgencyKind.SCHOOL not in {step.service for step in planned.steps}
    assert AgencyKind.OMBUDSMAN in {step.service for step in planned.steps}


@pytest.mark.parametrize("risk", list(Risk)[:4])
def test_sexual_violence_is_seen_by_health_within_a_day_and_self_harm_within_two_hours(pack: Pack, risk: Risk) -> None:
    for category, limit in ((Category.SEXUAL_CONTACT, "24 h W"), (Category.SELF_HARM, "2 h W")):
        health = next(step for step in plan(pack, Facts(risk, [category])).steps if step.service is AgencyKind.HEALTH)
        seen = next(clock for clock in health.clocks if clock.kind is ClockKind.SEE_THE_CHILD)
        assert limit in {str(each) for each in seen.limits}


@pytest.mark.parametrize(
    ("duty", "limits"),
    [
        (ClockKind.ACKNOWLEDGE, ["30 min W", "2 h W", "4 WH", "1 WD", "1 WD"]),
        (ClockKind.TRIAGE, ["1 h W", "4 h W", "1 WD", "72 h W", "72 h W"]),
        (ClockKind.DECIDE, ["2 h W", "12 h W", "1 WD", "2 WD", "2 WD"]),
        (ClockKind.SEE_THE_CHILD, ["24 h W", "24 h W", "72 h W", "10 WD", "10 WD"]),
    ],
)
def test_the_limits_are_those_agreed(pack: Pack, duty: ClockKind, limits: list[str]) -> None:
    assert [str(pack.obligations[duty].limits[risk]) for risk in Risk] == limits


def test_every_row_says_where_it_comes_from_and_speaks_three_languages(pack: Pack) -> None:
    sourced: list[Any] = [*pack.obligations.values(), *pack.categories.values(), *pack.ladder.rungs]
    assert all(row.source.strip() for row in sourced)
    titled: list[Any] = [*pack.obligations.values(), *pack.categories.values(), *pack.steps.values(), pack]
    assert all(row.title.kk and row.title.ru and row.title.en for row in titled)


def test_every_step_of_the_pack_is_asked_for_somewhere(pack: Pack) -> None:
    asked = {code for rows in pack.categories.values() for codes in rows.steps.values() for code in codes}
    assert asked == set(pack.steps)


MISTAKES = [
    (
        "      critical: [police.respond, guardianship.protect, patronage.visit]\n",
        "",
        r"kz-vac:witness.*no row for risk critical",
    ),
    (
        "advice_only: [ombudsman.examine]",
        "advice_only: [school.watch]",
        r"school must never get a task for this category",
    ),
    (
        "high: [police.respond, guardianship.take_note",
        "high: [police.jump, guardianship.take_note",
        r"the pack has no step police\.jump",
    ),
    (
        "[guardianship.restore_rights, patronage.visit]",
        "[patronage.advise, patronage.visit]",
        r"two steps for social_patronage in one row",
    ),
    ("advice_only: 3 d W}", "unlikely: 3 d W}", r"unlikely"),
    ("high: 12 h W, ", "", r"obligations\.decide\.limits: no limit for risk high"),
    ("critical: 30 min W, high: 2 h W", "critical: soon, high: 2 h W", r"'soon' is not a limit; write for example"),
    ("    holder: window_desk\n", "", r"triage names the body that holds it"),
    ("    service: ministry\n", "    service: ministries\n", r"steps\.ministry\.oversee\.service"),
    ("limits: {see_the_child: 24 h W}", "limits: {complete: 24 h W}", r"the step has no obligation complete"),
    (
        "obligations: [acknowledge]\n",
        "obligations: [acknowledge, triage]\n",
        r"triage belongs to the case, not to a task",
    ),
    ("obligations: [acknowledge]\n", "obligations: [acknowledge, complete]\n", r"the pack has no obligation complete"),
    (
        "  kz-vac:bullying:\n",
        "  kz-vac:bullying:\n    measures: [exclude_institution]\n",
        r"bullying\.measures: an institution is kept out by the category kz-vac:institutional alone",
    ),
    (
        "  kz-vac:bullying:\n",
        "  kz-vac:bullying:\n    measures: [screen_other_children]\n",
        r"bullying\.measures: nobody owes it: give the category the duty screen_others",
    ),
    ("    - level: warning\n", "    - level: ombudsman\n", r"the levels are warning, breach"),
    ("after_due_percent: 100", "after_due_percent: 20", r"each level comes later than the one before"),
    (
        "at_most: {critical: 2 h W}",
        "at_most: {critical: 20 min W}",
        r"at critical it would come before the level below",
    ),
    ("at_most: {critical: 2 h W}", "at_most: {critical: 2 WH}", r"the ladder counts the wall clock"),
    ("after_due_percent: 0\n", "after_due_percent: 5\n", r"a breach is when the limit passes"),
    (
        "after_due_percent: 0\n",
        "after_due_percent: 0\n      at_most: {low: 1 h W}\n",
        r"only a level after the due time has a cap",
    ),
    ("repeat: 24 h W", "repeat: 1 WD", r"ladder\.repeat: the ladder counts the wall clock"),
    ("version: kz-default/1", "version: One", r"line 8: version"),
    ("tell: [holder]\n", "tell: [everybody]\n", r"ladder\.rungs\.0\.tell"),
    ("  kz-vac:bullying:\n", "  kz-vac:neglect:\n", r"'kz-vac:neglect' stands again on line \d+"),
    ("  kz-vac:bullying:\n", "  kz-vac:teasing:\n", r"kz-vac:teasing"),
]


@pytest.mark.parametrize(("written", "instead", "message"), MISTAKES)
def test_a_mistake_in_a_pack_names_its_line(pack_text: str, written: str, instead: str, message: str) -> None:
    assert written in pack_text
    with pytest.raises(BadText, match=message) as refused:
        load_pack(pack_text.replace(written, instead, 1), "kz-default.yaml")
    at = pack_text[: pack_text.index(written)].count("\n") + 1
    named = [int(line.split(" line ")[1].split(":")[0]) for line in str(refused.value).splitlines()]
    assert min(abs(line - at) for line in named) <= 8, "the named line is the row's, or the row's around it"


def test_every_mistake_is_told_at_once_in_the_order_of_the_lines(pack_text: str) -> None:
    text = pack_text.replace("high: 12 h W, ", "", 1).replace("repeat: 24 h W", "repeat: 1 WD", 1)
    with pytest.raises(BadText) as refused:
        load_pack(text)
    first, second = str(refused.value).splitlines()
    assert "decide" in first
    assert "repeat" in second


@pytest.mark.parametrize("text", ["", "- a\n", "a: [", "a: b: c"])
def test_a_text_that_is_no_pack_is_refused_with_a_line(text: str) -> None:
    with pytest.raises(BadText, match=r"pack line \d+: "):
        load_pack(text)


def test_the_pack_in_force_is_the_latest_whose_day_has_come_on_the_country_clock(
    pack: Pack, pack_text: str, calendar: WorkingCalendar
) -> None:
    newer = load_pack(pack_text.replace("kz-default/1", "kz-default/2").replace("2025-01-01", "2026-09-01", 1))
    shelf = Protocols([newer, pack], calendar)
    assert shelf.in_force(datetime(2026, 8, 31, 18, 59, tzinfo=UTC)) == pack
    assert shelf.in_force(datetime(2026, 8, 31, 19, 0, tzinfo=UTC)) == newer
    assert shelf.version("kz-default/1") == pack
    with pytest.raises(UnknownProtocol):
        shelf.version("kz-default/3")
    with pytest.raises(NoProtocolInForce):
        shelf.in_force(datetime(2024, 12, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="two packs with one version"):
        Protocols([pack, pack], calendar)
