"""Decides that a killing is reviewed independently by itself, by a body that had no part in it, with a deadline of its own."""

from typing import Any

import pytest

from tereze.contracts.inquiries import IndependentFinding, IndependentlyReviewed, IndependentReviewOpened
from tereze.contracts.words import (
    CaseState,
    Category,
    ClockKind,
    ClockState,
    CloseReason,
    Risk,
    StaffRole,
    WithdrawReason,
)
from tereze.protocol import Pack
from tereze.referral.domain.casework import close_case
from tereze.referral.domain.commands import withdraw_task
from tereze.referral.domain.inquiry import NoReviewOpen, NotTheReviewer, record_findings
from tereze.referral.domain.joining import join_cases
from tereze.referral.domain.keeping_out import keep_out
from tereze.referral.domain.response import attach_referral, triage_case

MISSED = IndependentFinding.DUTIES_WERE_MISSED
OMBUDSMAN = ("ombudsman", StaffRole.OMBUDSMAN)


@pytest.fixture
def today(world: Any, newest: Pack) -> Any:
    world.pack = newest
    return world


def owed(file: Any) -> list[Any]:
    return [clock for clock in file.clocks.values() if clock.kind is ClockKind.INDEPENDENT_REVIEW and clock.going]


@pytest.mark.parametrize("risk", [Risk.CRITICAL, Risk.LOW])
def test_it_opens_by_itself_once_and_is_the_ombudsman_s(today: Any, risk: Risk) -> None:
    case = today.case(risk, Category.KILLING)
    [clock] = owed(case)
    assert today.slug(clock.agency_id) == "ombudsman"
    assert clock.started_at == case.opened_at
    assert case.under_review
    assert [event.agency_id for event in case.news if isinstance(event, IndependentReviewOpened)] == [clock.agency_id]
    attach_referral(case, today.referral(Risk.CRITICAL, Category.KILLING, by="almaty-police"), today.moment)
    assert owed(case) == [clock]


def test_no_other_category_asks_for_one(today: Any) -> None:
    for category in set(Category) - {Category.KILLING}:
        assert owed(today.case(Risk.CRITICAL, category)) == [], category


def test_it_opens_when_what_was_reported_turns_out_to_be_a_killing(today: Any) -> None:
    case = today.case(Risk.HIGH, Category.PHYSICAL)
    attach_referral(case, today.referral(Risk.CRITICAL, Category.KILLING, by="almaty-police"), today.after(hours=5))
    assert len(owed(case)) == 1


def test_findings_are_the_reviewer_s_word_and_end_it(today: Any) -> None:
    case = today.case(Risk.CRITICAL, Category.KILLING)
    with pytest.raises(NotTheReviewer):
        record_findings(case, today.staff("almaty-desk", StaffRole.COORDINATOR), (MISSED,), today.moment)
    record_findings(case, today.staff(*OMBUDSMAN), (MISSED, MISSED), today.after(days=3))
    [told] = [event for event in case.news if isinstance(event, IndependentlyReviewed)]
    assert told.findings == (MISSED,)
    assert not owed(case)
    assert not case.under_review
    with pytest.raises(NoReviewOpen):
        record_findings(case, today.staff(*OMBUDSMAN), (MISSED,), today.moment)
    attach_referral(case, today.referral(Risk.CRITICAL, Category.KILLING, by="almaty-police"), today.moment)
    assert not owed(case), "what was found stays found"


def test_a_reviewer_that_is_kept_out_is_followed_by_another(today: Any) -> None:
    case = today.case(Risk.CRITICAL, Category.KILLING)
    [before] = owed(case)
    keep_out(case, today.exclusion("ombudsman"), today.after(hours=1))
    [clock] = owed(case)
    assert clock.agency_id not in case.excluded
    assert (clock.started_at, clock.due_at) == (before.started_at, before.due_at)


def test_it_outlives_the_case_and_goes_along_when_cases_are_joined(today: Any) -> None:
    older, younger = today.case(Risk.MEDIUM, Category.NEGLECT), None
    today.after(minutes=5)
    referral = today.referral(Risk.LOW, Category.KILLING)
    younger = today.case(Risk.LOW, Category.KILLING)
    due = owed(younger)[0].due_at
    join_cases(older, younger, [referral], today.after(minutes=1))
    assert [clock.due_at for clock in owed(older)] == [due]
    assert older.under_review
    desk = today.staff("almaty-desk", StaffRole.COORDINATOR)
    triage_case(older, Risk.LOW, desk, today.moment)
    for task in older.open_tasks():
        withdraw_task(older, task, desk, WithdrawReason.NOT_NEEDED, today.moment)
    close_case(older, desk, CloseReason.CHILD_SAFE, today.moment)
    assert older.state is CaseState.CLOSED
    assert owed(older)[0].state is ClockState.RUNNING


async def test_the_reviewer_reads_what_was_reported_only_while_the_review_is_open(window: Any) -> None:
    case_id = await window.open_case(risk=Risk.CRITICAL, categories=(Category.KILLING,), by="almaty-police")
    async with window.caller("ombudsman:ombudsman") as reviewer:
        case = (await reviewer.get(f"/v1/cases/{case_id}")).json()
        assert case["referrals"][0]["narrative"] == "A bruise on the arm."
        body = {"findings": [MISSED], "remark": "The second body was told too late."}
        headers = {"If-Match": f'"{case["version"]}"'}
        answer = await reviewer.post(f"/v1/cases/{case_id}/independent-review", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        case = (await reviewer.get(f"/v1/cases/{case_id}")).json()
    assert case["under_review"] is False
    assert case["referrals"][0].get("narrative") is None
    assert body["remark"] not in await window.dump()
