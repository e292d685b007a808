"""Decides that version 2 says what was agreed for every category; the values stand here, they are not read from the pack."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tereze.contracts.words import (
    AgencyKind,
    Category,
    CentreProfile,
    Circumstance,
    ClockKind,
    Measure,
    PlacementPaper,
    Risk,
    ServiceCode,
    Starts,
)
from tereze.protocol import Facts, Pack, Plan, WorkingCalendar, plan

FRIDAY = datetime(2026, 7, 24, 11, 40, tzinfo=UTC)  # 16:40 in Almaty
ACTING = (Risk.CRITICAL, Risk.HIGH, Risk.MEDIUM, Risk.LOW)
HOUR = timedelta(hours=1)

AGREED: list[tuple[ClockKind, list[str], AgencyKind | None, Starts]] = [
    # obligation, limits at critical, high, medium, low; who holds it; what starts it
    (ClockKind.ACKNOWLEDGE, ["30 min W", "2 h W", "4 WH", "1 WD"], None, Starts.RECEIVED),
    (ClockKind.TRIAGE, ["1 h W", "4 h W", "1 WD", "72 h W"], AgencyKind.WINDOW_DESK, Starts.RECEIVED),
    (ClockKind.DECIDE, ["2 h W", "12 h W", "1 WD", "2 WD"], None, Starts.RECEIVED),
    (ClockKind.SEE_THE_CHILD, ["24 h W", "24 h W", "72 h W", "10 WD"], None, Starts.RECEIVED),
    (ClockKind.PROTECT, ["4 h W", "24 h W", "on request", "none"], None, Starts.RECEIVED),
    (ClockKind.INFORM_AGENCIES, ["2 h W", "6 h W", "24 h W", "72 h W"], AgencyKind.WINDOW_DESK, Starts.RECEIVED),
    (ClockKind.STRATEGY_DISCUSSION, ["24 h W", "3 WD", "on request", "none"], AgencyKind.WINDOW_DESK, Starts.RECEIVED),
    (ClockKind.ASSESSMENT, ["10 WD", "20 WD", "45 WD", "45 WD"], AgencyKind.SOCIAL_PATRONAGE, Starts.RECEIVED),
    (ClockKind.COMMISSION_SITTING, ["15 WD", "15 WD", "on request", "none"], AgencyKind.COMMISSION, Starts.RECEIVED),
    (ClockKind.PLAN_IN_FORCE, ["10 WD", "10 WD", "10 WD", "none"], AgencyKind.WINDOW_DESK, Starts.COMMISSION_DECIDED),
    (ClockKind.PLAN_REVIEW, ["1 mo W", "1008 h W", "3 mo W", "3 mo W"], AgencyKind.WINDOW_DESK, Starts.PLAN_SIGNED),
    (ClockKind.TELL_REPORTER, ["1 WD", "1 WD", "3 WD", "168 h W"], AgencyKind.WINDOW_DESK, Starts.RECEIVED),
    (ClockKind.UNASSIGNED, ["1 h W", "1 h W", "3 WH", "3 WH"], None, Starts.TASK_RECEIVED),
]


@pytest.mark.parametrize(("kind", "limits", "holder", "starts"), AGREED)
def test_the_limits_by_risk_are_those_agreed(
    newest: Pack, kind: ClockKind, limits: list[str], holder: AgencyKind | None, starts: Starts
) -> None:
    duty = newest.obligations[kind]
    assert [str(duty.limits[risk]) for risk in ACTING] == limits
    assert (duty.holder, duty.starts) == (holder, starts)
    assert duty.evidence is not None
    assert duty.recurring == (kind is ClockKind.PLAN_REVIEW)


K, C = ClockKind, Category
P, H, G, S, U = (
    AgencyKind.POLICE,
    AgencyKind.HEALTH,
    AgencyKind.GUARDIANSHIP,
    AgencyKind.SOCIAL_PATRONAGE,
    AgencyKind.SCHOOL,
)
STORIES: list[tuple[Category, Risk, set[Circumstance], list[AgencyKind], dict[tuple[Any, ClockKind], timedelta]]] = [
    # category, risk, circumstances; told first; (holder or "case", duty) -> limit at most
    (C.SEXUAL_CONTACT, Risk.LOW, set(), [P, H, G],
     {(H, K.SEE_THE_CHILD): 24 * HOUR, (H, K.PSYCHOLOGIST): 24 * HOUR, (H, K.PREVENTIVE_TREATMENT): 72 * HOUR,
      ("case", K.FIRST_FOLLOW_UP): 14 * 24 * HOUR, (P, K.FORENSIC_INTERVIEW): 72 * HOUR}),
    (C.SEXUAL_NON_CONTACT, Risk.MEDIUM, set(), [P, H, G],
     {(H, K.SEE_THE_CHILD): 24 * HOUR, (H, K.PSYCHOLOGIST): 24 * HOUR, ("case", K.FIRST_FOLLOW_UP): 14 * 24 * HOUR}),
    (C.SEVERE_PHYSICAL, Risk.MEDIUM, set(), [H, P],
     {(H, K.EXAMINE): 12 * HOUR, (H, K.SEE_THE_CHILD): 24 * HOUR, ("case", K.CHECK_SIBLINGS): 24 * HOUR}),
    (C.KILLING, Risk.LOW, set(), [P, AgencyKind.OMBUDSMAN], {("case", K.CHECK_SIBLINGS): 4 * HOUR}),
    (C.BULLYING, Risk.MEDIUM, set(), [U, AgencyKind.COMMISSION], {(U, K.SEE_THE_CHILD): 12 * HOUR}),
    (C.BULLYING, Risk.LOW, {Circumstance.INJURED}, [U, AgencyKind.COMMISSION],
     {(U, K.SEE_THE_CHILD): 12 * HOUR, (P, K.ACKNOWLEDGE): 96 * HOUR, (H, K.EXAMINE): 12 * HOUR}),
    (C.CYBERBULLYING, Risk.HIGH, set(), [U, AgencyKind.COMMISSION], {(P, K.PRESERVE_EVIDENCE): 24 * HOUR}),
    (C.NEGLECT, Risk.MEDIUM, set(), [S], {(S, K.SEE_THE_CHILD): 72 * HOUR}),
    (C.NEGLECT, Risk.LOW, set(), [S], {(S, K.SEE_THE_CHILD): 14 * 24 * HOUR}),  # 10 working days from a Friday
    (C.PSYCHOLOGICAL, Risk.MEDIUM, {Circumstance.POLICE_CALLED}, [S],
     {(S, K.SAFETY_PLAN): 72 * HOUR, (P, K.ACKNOWLEDGE): 72 * HOUR, (U, K.ACKNOWLEDGE): 72 * HOUR}),
    (C.WITNESS_OF_VIOLENCE, Risk.MEDIUM, set(), [S], {(S, K.SAFETY_PLAN): 72 * HOUR}),
    (C.ONLINE_EXPLOITATION, Risk.LOW, set(), [P], {(P, K.PRESERVE_EVIDENCE): 24 * HOUR, (P, K.TAKE_DOWN): 48 * HOUR}),
    (C.SELF_HARM, Risk.LOW, set(), [H], {(H, K.SEE_THE_CHILD): 2 * HOUR, (H, K.PSYCHOLOGIST): 2 * HOUR}),
    (C.INSTITUTIONAL, Risk.MEDIUM, set(), [AgencyKind.OMBUDSMAN, AgencyKind.PROSECUTOR, P, AgencyKind.MINISTRY],
     {(AgencyKind.OMBUDSMAN, K.DECIDE): 72 * HOUR, ("case", K.STRATEGY_DISCUSSION): 72 * HOUR,
      ("case", K.SCREEN_OTHERS): 72 * HOUR}),
    (C.UNSUPERVISED, Risk.HIGH, set(), [P], {(P, K.SEE_THE_CHILD): 24 * HOUR}),
    (C.SUBSTANCE_OR_GAMBLING, Risk.MEDIUM, {Circumstance.GAMBLING}, [H, AgencyKind.REHABILITATION_CENTRE],
     {(H, K.SEE_THE_CHILD): 72 * HOUR, (AgencyKind.REHABILITATION_CENTRE, K.ACKNOWLEDGE): 72 * HOUR}),
    (C.RIGHTS_NOT_SERVED, Risk.LOW, set(), [G], {(G, K.COMPLETE): 14 * 24 * HOUR}),
    (C.PHYSICAL, Risk.HIGH, set(), [P, H], {(P, K.PROTECT): 24 * HOUR, (G, K.ACKNOWLEDGE): 2 * HOUR}),
    (C.EXPLOITATION_TRAFFICKING, Risk.HIGH, set(), [P, G], {(G, K.PROTECT): 24 * HOUR, (P, K.PROTECT): 24 * HOUR}),
]  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story[0]}-{story[1]}")
def test_each_category_brings_whom_and_what_was_agreed(newest: Pack, calendar: WorkingCalendar, story: Any) -> None:
    category, risk, known, first, owed = story
    made = plan(newest, Facts(risk, [category], frozenset(known)))
    assert list(made.told_first) == first
    services = [step.service for step in made.steps]
    assert services[: len([kind for kind in first if kind in services])] == [k for k in first if k in services]
    for (holder, kind), limit in owed.items():
        assert FRIDAY < ends(made, holder, kind, calendar) <= FRIDAY + limit


def ends(made: Plan, holder: Any, kind: ClockKind, calendar: WorkingCalendar) -> datetime:
    if holder == "case":
        case = made.asked(kind)
        assert case is not None
        return case.clock.due(FRIDAY, calendar)
    step = next(step for step in made.steps if step.service is holder)
    return next(clock for clock in step.clocks if clock.kind is kind).due(FRIDAY, calendar)


def test_every_category_has_a_story_here() -> None:
    assert {category for category, *_ in STORIES} == set(Category)


def test_the_follow_ups_after_sexual_violence_exist_from_the_first_day(newest: Pack, calendar: WorkingCalendar) -> None:
    made = plan(newest, Facts(Risk.HIGH, [Category.SEXUAL_CONTACT]))
    due = [ends(made, "case", kind, calendar) for kind in (K.FIRST_FOLLOW_UP, K.SECOND_FOLLOW_UP, K.THIRD_FOLLOW_UP)]
    assert due == [
        FRIDAY + timedelta(days=14),
        datetime(2026, 10, 24, 11, 40, tzinfo=UTC),
        datetime(2027, 1, 24, 11, 40, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("hours_ago", "left", "row"),
    [
        (50, 22, "from_event"),  # 72 hours from the assault
        (10, 24, "limits"),  # 24 hours from the report come first
        (80, 24, "limits"),  # the 72 hours had passed: the 24 hours are left
        (None, 24, "limits"),
    ],
)
def test_health_sees_the_child_by_whichever_comes_first(
    newest: Pack, calendar: WorkingCalendar, hours_ago: int | None, left: int, row: str
) -> None:
    health = next(s for s in plan(newest, Facts(Risk.HIGH, [Category.SEXUAL_CONTACT])).steps if s.service is H)
    seen = next(clock for clock in health.clocks if clock.kind is K.SEE_THE_CHILD)
    occurred = None if hours_ago is None else FRIDAY - hours_ago * HOUR
    due_at, bound = seen.ends(FRIDAY, calendar, occurred)
    assert due_at == FRIDAY + left * HOUR
    assert f".{row}." in bound.row


def test_preventive_treatment_after_three_days_is_counted_to_the_fifth(newest: Pack, calendar: WorkingCalendar) -> None:
    health = next(s for s in plan(newest, Facts(Risk.HIGH, [Category.SEXUAL_CONTACT])).steps if s.service is H)
    treated = next(clock for clock in health.clocks if clock.kind is K.PREVENTIVE_TREATMENT)
    assert treated.due(FRIDAY, calendar, FRIDAY - 80 * HOUR) == FRIDAY + 40 * HOUR
    assert treated.due(FRIDAY, calendar, FRIDAY - 200 * HOUR) == FRIDAY


def test_violence_in_an_institution_goes_past_it(newest: Pack) -> None:
    for risk in Risk:
        made = plan(newest, Facts(risk, [Category.INSTITUTIONAL, Category.BULLYING, Category.SUBSTANCE_OR_GAMBLING]))
        assert {AgencyKind.SCHOOL, AgencyKind.REHABILITATION_CENTRE}.isdisjoint(step.service for step in made.steps)
        assert {AgencyKind.SCHOOL, AgencyKind.REHABILITATION_CENTRE} <= made.never
        assert {Measure.EXCLUDE_INSTITUTION, Measure.SUSPEND_SUSPECTED_STAFF, Measure.SCREEN_OTHER_CHILDREN} <= (
            made.measures
        )


def test_a_killing_opens_the_review_and_convenes_the_commission_by_itself(newest: Pack) -> None:
    made = plan(newest, Facts(Risk.LOW, [Category.KILLING]))
    assert made.independent_review
    assert made.siblings_check
    assert (made.commission.convene, made.commission.urgent) == (True, True)
    assert made.commission.why == ("categories.kz-vac:killing.commission.killing",)


@pytest.mark.parametrize(
    ("risk", "known", "urgent"),
    [
        (Risk.CRITICAL, set(), True),
        (Risk.MEDIUM, {Circumstance.REPEATED_BREACH}, True),
        (Risk.LOW, {Circumstance.HIGH_PROFILE}, True),
        (Risk.HIGH, set(), False),
        (Risk.LOW, set(), None),
    ],
)
def test_the_commission_convenes_when_agreed(
    newest: Pack, risk: Risk, known: set[Circumstance], urgent: bool | None
) -> None:
    convening = plan(newest, Facts(risk, [Category.NEGLECT], frozenset(known))).commission
    assert (convening.urgent if convening.convene else None) is urgent


def test_a_place_needs_a_decision_a_term_and_a_review_date(newest: Pack) -> None:
    need = plan(newest, Facts(Risk.HIGH, [Category.UNSUPERVISED])).placement
    assert need is not None
    assert set(need.papers) == set(PlacementPaper)
    attempt = plan(newest, Facts(Risk.HIGH, [Category.SELF_HARM])).placement
    assert attempt is not None
    assert attempt.profiles == (CentreProfile.SUICIDE_ATTEMPTS,)
    known = frozenset({Circumstance.ALCOHOL, Circumstance.GAMBLING})
    addicted = plan(newest, Facts(Risk.MEDIUM, [Category.SUBSTANCE_OR_GAMBLING], known)).placement
    assert addicted is not None
    assert set(addicted.profiles) == {CentreProfile.ALCOHOL, CentreProfile.GAMBLING}
    assert plan(newest, Facts(Risk.LOW, [Category.NEGLECT])).placement is None


def test_violence_alone_grants_rehabilitation_but_not_special_social_services(newest: Pack) -> None:
    hurt = {each.code: each for each in plan(newest, Facts(Risk.HIGH, [Category.PHYSICAL])).services}
    assert hurt[ServiceCode.REHABILITATION].ground == "violence"
    assert hurt[ServiceCode.REHABILITATION].decider is AgencyKind.GUARDIANSHIP
    refused = hurt[ServiceCode.SPECIAL_SOCIAL_SERVICES]
    assert (refused.granted, refused.gap) == (False, "no_ground_in_the_pack")
    assert refused.refusal is not None
    poor = frozenset({Circumstance.SOCIALLY_DEPRIVED})
    deprived = {each.code: each for each in plan(newest, Facts(Risk.HIGH, [Category.PHYSICAL], poor)).services}
    assert deprived[ServiceCode.SPECIAL_SOCIAL_SERVICES].ground == "social_deprivation"


def test_what_is_neither_limit_nor_step_is_data_too(newest: Pack, pack: Pack) -> None:
    for read in (newest.rules, pack.rules):  # version 1 says nothing of them
        assert (read.accumulation.reports, str(read.accumulation.within)) == (3, "2160 h W")
        assert (read.accumulation.risk, read.accumulation.raised_to) == (Risk.LOW, Risk.MEDIUM)
        assert [str(level.limit) for level in read.disputes.levels][:3] == ["2 WD", "5 WD", "2 WD"]
        assert read.disputes.levels[-1].owner is AgencyKind.OMBUDSMAN
        assert read.reroute_hops == 2
        assert 0 < read.screened_out_sample_percent <= 100
        assert set(read.hold_caps) == set(read.answer_escalation) == set(Risk)


def test_every_obligation_carries_the_row_that_decided_and_the_version(newest: Pack) -> None:
    for category in Category:
        made = plan(newest, Facts(Risk.CRITICAL, [category]))
        clocks = [clock for step in made.steps for clock in step.clocks] + [each.clock for each in made.case_clocks]
        assert all(bound.row for clock in clocks for bound in clock.bounds)
        assert {clock.protocol_version for clock in clocks} == {"kz-default/2"}
        assert all(step.rows and step.sheets for step in made.steps)
