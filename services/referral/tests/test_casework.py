"""Decides that a case is screened out with reasons, closed when nobody owes anything, and that little things add up."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tereze.contracts.words import (
    CaseState,
    Category,
    ClockState,
    CloseReason,
    Outcome,
    ReopenReason,
    ReviewFinding,
    Risk,
    ScreenOutReason,
    StaffRole,
    TaskState,
    WithdrawReason,
)
from tereze.protocol import load_pack
from tereze.referral.domain.accumulation import accumulate
from tereze.referral.domain.casework import (
    MandatoryTasksOpen,
    NotForYou,
    NotInThisState,
    ScreeningBarred,
    close_case,
    is_sampled,
    reopen_case,
    review_screening,
    screen_out,
    wind_down,
)
from tereze.referral.domain.commands import accept_task, confirm_task, fulfil_task, withdraw_task
from tereze.referral.domain.evidence import (
    MustNotBeTold,
    NotYourDuty,
    OwnAssessment,
    approve_assessment,
    record_disclosures,
    review_plan,
    sign_plan,
    tell_reporter,
)
from tereze.referral.domain.response import attach_referral, triage_case

COUNTRY = Path(__file__).resolve().parents[3] / "deploy" / "packs" / "kz"
News = Callable[[Any], list[str]]
REASON = ScreenOutReason.NO_CONCERN_FOUND
SAFE = CloseReason.CHILD_SAFE


@pytest.fixture
def desk(world: Any) -> Any:
    return world.staff("almaty-desk", StaffRole.COORDINATOR)


@pytest.fixture
def newer(world: Any) -> Any:
    """The world under the protocol that asks for every duty of a case."""
    world.pack = load_pack((COUNTRY / "protocol" / "kz-default-2.yaml").read_text())
    return world


def screened(world: Any, desk: Any, *, sampled: bool) -> Any:
    while True:
        case = world.case(Risk.LOW, Category.NEGLECT, by="almaty-police")
        if is_sampled(case.case_id, 10) is sampled:
            break
    triage_case(case, Risk.LOW, desk, world.after(hours=1))
    case.news.clear()
    screen_out(case, desk, REASON, world.after(hours=1))
    return case


def test_a_report_below_the_threshold_is_screened_out_by_a_named_person_after_triage(world: Any, desk: Any) -> None:
    case = world.case(Risk.LOW, Category.NEGLECT, by="almaty-police")
    with pytest.raises(NotInThisState):
        screen_out(case, desk, REASON, world.moment)
    triage_case(case, Risk.LOW, desk, world.moment)
    with pytest.raises(NotForYou):
        screen_out(case, world.staff("almaty-desk", StaffRole.MEMBER), REASON, world.moment)
    screen_out(case, desk, REASON, world.moment)
    assert case.state is CaseState.SCREENED_OUT
    told = next(event for event in case.news if event.type == "tereze.case.screened-out.v1")
    assert (told.reason, told.by_staff_id, told.state) == (REASON, desk.staff_id, "screened_out")
    assert {task.state for task in case.tasks.values()} == {TaskState.WITHDRAWN}
    assert {str(clock.kind) for clock in case.clocks.values() if clock.going} <= {"tell_reporter", "review_screening"}


@pytest.mark.parametrize("risk", [Risk.CRITICAL, Risk.HIGH])
def test_what_is_grave_is_answered_not_screened_out(world: Any, desk: Any, risk: Risk) -> None:
    case = world.case(risk)
    triage_case(case, risk, desk, world.moment)
    with pytest.raises(ScreeningBarred):
        screen_out(case, desk, REASON, world.moment)


def test_nobody_chooses_which_screened_out_reports_are_looked_at_again(world: Any, desk: Any) -> None:
    ids = [f"cas_{number:032x}" for number in range(3_000)]
    picked = [case_id for case_id in ids if is_sampled(case_id, 10)]
    assert picked == [case_id for case_id in ids if is_sampled(case_id, 10)]
    assert 0.07 < len(picked) / len(ids) < 0.13
    assert not any(is_sampled(case_id, 0) for case_id in ids)
    assert all(is_sampled(case_id, 100) for case_id in ids)
    assert not screened(world, desk, sampled=False).under_review


@pytest.mark.parametrize("finding", ReviewFinding)
def test_another_body_looks_again_by_a_limit_and_may_have_the_case_answered(
    world: Any, desk: Any, finding: ReviewFinding
) -> None:
    case = screened(world, desk, sampled=True)
    clock = world.going(case)["review_screening"]
    assert (case.under_review, world.slug(clock.agency_id)) == (True, "almaty-department")
    with pytest.raises(NotForYou):
        review_screening(case, desk, finding, world.moment)
    review_screening(case, world.staff("almaty-department", StaffRole.HEAD), finding, world.after(days=2))
    assert (clock.state, case.under_review) == (ClockState.MET, False)
    if finding is ReviewFinding.RIGHTLY_SCREENED_OUT:
        assert (case.state, case.open_tasks()) == (CaseState.SCREENED_OUT, [])
    else:
        assert case.state is CaseState.REOPENED
        assert {task.service for task in case.open_tasks()} == {task.service for task in case.tasks.values()}
        assert {c.started_at for c in case.clocks.values() if c.task_id and c.going} == {world.now}


def test_closing_is_refused_with_the_names_of_what_is_owed_and_happens_by_itself_at_the_end(
    world: Any, desk: Any, news: News
) -> None:
    case = world.case(Risk.HIGH, Category.PHYSICAL)
    triage_case(case, Risk.HIGH, desk, world.moment)
    owed = [task for task in case.open_tasks() if task.mandatory]
    with pytest.raises(MandatoryTasksOpen) as refused:
        close_case(case, desk, SAFE, world.moment)
    assert all(task.task_id in refused.value.detail for task in owed)
    for task in owed:
        actor = world.holder_of(task)
        accept_task(case, task, actor, actor.staff_id, world.moment)
        fulfil_task(case, task, actor, Outcome.CHILD_SAFE, world.moment, contact=True)
    close_case(case, desk, SAFE, world.moment)
    assert case.state == "closing", "results are to be confirmed, and one body may still take note"
    for task in case.pending_tasks():
        if task.awaits_confirmation:
            confirm_task(case, task, desk, world.moment)
        else:
            withdraw_task(case, task, desk, WithdrawReason.NOT_NEEDED, world.moment)
    wind_down(case, world.moment)
    assert case.state == "closed"
    assert news(case)[-1] in {"case.closed", "clock.stopped"}
    assert [str(c.kind) for c in case.clocks.values() if c.going] in ([], ["tell_reporter"])


def test_a_report_during_closing_keeps_the_case_and_a_closed_one_is_taken_up_again(world: Any, desk: Any) -> None:
    case = world.case(Risk.LOW, Category.NEGLECT, by="almaty-police")
    triage_case(case, Risk.LOW, desk, world.moment)
    for task in case.open_tasks():
        withdraw_task(case, task, desk, WithdrawReason.DONE_BY_ANOTHER, world.moment)
    close_case(case, desk, SAFE, world.moment)
    assert case.state == "closed"
    with pytest.raises(NotInThisState):
        reopen_case(world.case(), desk, ReopenReason.NEW_INFORMATION, world.moment)
    reopen_case(case, desk, ReopenReason.CHILD_HARMED_AGAIN, world.after(days=9))
    assert case.state == "reopened"
    assert case.open_tasks()
    assert world.going(case)["triage"].started_at == world.now


def test_the_third_low_report_in_ninety_days_raises_the_risk_and_brings_what_that_asks_for(
    world: Any, news: News
) -> None:
    case = world.case(Risk.LOW, Category.NEGLECT, by="almaty-police")
    day = timedelta(days=1)
    referral = world.referral(Risk.LOW, Category.NEGLECT, by="almaty-clinic-1")
    attach_referral(case, referral, world.moment)
    before = world.task(case, "social_patronage")
    due = world.going(case, before)["see_the_child"].due_at
    for others in ([], [world.now - 89 * day], [world.now - 91 * day, world.now - 89 * day]):
        accumulate(case, referral, others, world.moment)
        assert case.risk is Risk.LOW
    news(case)
    accumulate(case, referral, [world.now - 89 * day, world.now - 3 * day], world.moment)
    assert case.risk is Risk.MEDIUM
    assert world.going(case, before)["see_the_child"].due_at < due
    assert news(case)[0] == "case.risk-raised"
    accumulate(case, referral, [world.now - 89 * day, world.now - 3 * day, world.now - day], world.moment)
    assert (case.risk, news(case)) == (Risk.MEDIUM, [])


@pytest.mark.parametrize(("counted", "own"), [(Risk.MEDIUM, Risk.MEDIUM), (Risk.LOW, Risk.HIGH)])
def test_reports_never_lower_a_risk_nor_count_where_they_are_not_low(world: Any, counted: Risk, own: Risk) -> None:
    case = world.case(own, Category.NEGLECT)
    accumulate(case, world.referral(counted, Category.NEGLECT), [world.now, world.now], world.moment)
    assert case.risk is own


def test_each_duty_of_a_case_ends_by_its_own_evidence(newer: Any, desk: Any) -> None:
    world = newer
    case = world.case(Risk.HIGH, Category.PHYSICAL)
    triage_case(case, Risk.HIGH, desk, world.moment)
    clinic = world.agency("almaty-clinic-1")
    record_disclosures(case, desk, (clinic,), world.after(hours=1))
    assert "inform_agencies" not in world.going(case)
    tell_reporter(case, desk, world.moment)
    assert "tell_reporter" not in world.going(case)
    patronage = world.staff("almaty-patronage", StaffRole.MANAGER)
    with pytest.raises(OwnAssessment):
        approve_assessment(case, patronage, patronage.staff_id, world.moment)
    with pytest.raises(NotYourDuty):
        approve_assessment(case, desk, "stf_" + "5" * 32, world.moment)
    approve_assessment(case, patronage, "stf_" + "5" * 32, world.moment)
    assert "assessment" not in world.going(case)
    case.exclusions["exc"] = world.exclusion("almaty-school-2")
    with pytest.raises(MustNotBeTold):
        record_disclosures(case, desk, (clinic, world.agency("almaty-school-2")), world.moment)


def test_a_signed_plan_is_in_force_and_reviewed_again_and_again(newer: Any, desk: Any, news: News) -> None:
    world = newer
    case = world.case(Risk.HIGH, Category.PHYSICAL)
    triage_case(case, Risk.HIGH, desk, world.moment)
    sign_plan(case, desk, (world.agency("almaty-patronage"),), world.after(days=3))
    assert case.state is CaseState.PLAN_IN_FORCE
    first = world.going(case)["plan_review"]
    assert (first.started_at, first.due_at - first.started_at) == (world.now, timedelta(weeks=6))
    review_plan(case, desk, world.after(weeks=5))
    again = world.going(case)["plan_review"]
    assert (first.state, again.started_at) == (ClockState.MET, world.now)
    assert "case.plan-in-force" in news(case)


def test_each_reporter_is_told_even_where_one_was(newer: Any, desk: Any) -> None:
    world = newer
    case = world.case(Risk.HIGH, Category.PHYSICAL)
    tell_reporter(case, desk, world.after(hours=1))
    moment = world.after(hours=1)
    attach_referral(case, world.referral(Risk.LOW, by="almaty-clinic-2"), moment)
    assert world.going(case)["tell_reporter"].started_at == world.now
    triage_case(case, Risk.CRITICAL, desk, world.after(hours=1))
    assert sum(c.kind == "tell_reporter" and c.going for c in case.clocks.values()) == 1
