"""Decides that whoever passes a duty on, disputes, holds, reopens or voids it wins no time by it and leaves nobody without a holder."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tereze.contracts.words import (
    Category,
    ClockState,
    DeclineReason,
    DisputeFinding,
    DisputeReason,
    HandOverReason,
    HoldReason,
    NotAchievedReason,
    Outcome,
    ReopenReason,
    RerouteReason,
    Risk,
    StaffRole,
    TaskState,
    VoidReason,
    WithdrawReason,
)
from tereze.referral.domain.commands import (
    accept_task,
    decline_task,
    fail_task,
    fulfil_task,
    record_attempt,
    record_contact,
    start_task,
    withdraw_task,
)
from tereze.referral.domain.disputes import MayNotHold, decide_dispute, dispute_task
from tereze.referral.domain.escalation import (
    AcknowledgedAlready,
    NothingEscalated,
    NotTold,
    acknowledge_escalation,
    climb_ladder,
)
from tereze.referral.domain.handover import (
    CannotHold,
    accept_hand_over,
    end_hand_over,
    offer_hand_over,
    redirect_task,
    reroute_task,
)
from tereze.referral.domain.holding import ReviewTooFarOff, hold_task, resume_at_review
from tereze.referral.domain.reopening import DutyGoesOn, SecondPersonNeeded, reopen_task, void_task
from tereze.referral.domain.response import attach_referral, triage_case
from tereze.referral.domain.routing import Roster
from tereze.referral.domain.standing import NotTheHolder

News = Callable[[Any], list[str]]
MANAGER, COORDINATOR = StaffRole.MANAGER, StaffRole.COORDINATOR
MOVED, REASON = HandOverReason.CHILD_MOVED, RerouteReason.NOT_THEIR_REMIT


def agency(world: Any, slug: str) -> Any:
    return next(agency for agency in world.agencies if agency.slug == slug)


def desk(world: Any) -> Any:
    return world.staff("almaty-desk", COORDINATOR)


def due(clocks: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {kind: (clock.started_at, clock.due_at) for kind, clock in clocks.items()}


def working(world: Any, risk: Risk = Risk.MEDIUM) -> tuple[Any, Any, Any]:
    """A case whose clinic accepted and saw the child."""
    case = world.case(risk, Category.PHYSICAL, by="almaty-police")
    task = world.task(case, "health")
    manager = world.holder_of(task, MANAGER)
    accept_task(case, task, manager, manager.staff_id, world.after(minutes=10))
    start_task(case, task, manager, world.after(hours=1), contact=True)
    return case, task, manager


def refused(world: Any) -> tuple[Any, Any, Any]:
    """A refused task, and the one that takes it up."""
    case = world.case(Risk.MEDIUM, Category.PHYSICAL, by="almaty-police")
    task = world.task(case, "health")
    decline_task(case, task, world.holder_of(task, MANAGER), DeclineReason.NO_CAPACITY, world.after(minutes=30))
    return case, task, world.task(case, "health")


def test_a_hand_over_keeps_the_old_holder_accountable_until_the_other_manager_accepts(world: Any, news: News) -> None:
    case = world.case(Risk.MEDIUM, Category.PHYSICAL, by="almaty-police")
    task = world.task(case, "health")
    manager = world.holder_of(task, MANAGER)
    accept_task(case, task, manager, manager.staff_id, world.moment)
    before = due(world.going(case, task))
    offer_hand_over(case, task, manager, named=agency(world, "almaty-clinic-2"), reason=MOVED)
    other = world.staff("almaty-clinic-2", MANAGER)
    assert (world.slug(task.agency_id), task.hand_over) == ("almaty-clinic-1", True)
    end_hand_over(case, task, other)
    assert (task.offered_agency_id, world.slug(task.agency_id)) == (None, "almaty-clinic-1")
    offer_hand_over(case, task, manager, named=agency(world, "almaty-clinic-2"), reason=MOVED)
    news(case)
    accept_hand_over(case, task, other, other.staff_id, world.after(hours=5))
    assert (world.slug(task.agency_id), task.state, task.responsible_staff_id) == (
        "almaty-clinic-2", TaskState.ACCEPTED, other.staff_id,
    )  # fmt: skip
    assert due(world.going(case, task)) == before
    assert news(case)[0] == "task.handed-over"
    with pytest.raises(NotTheHolder):
        start_task(case, task, manager, world.moment, contact=True)


@pytest.mark.parametrize("slug", ["almaty-clinic-1", "almaty-school-1", "almaty-police"])
def test_a_duty_is_not_given_to_whoever_has_it_or_does_other_work(world: Any, slug: str) -> None:
    case, task, manager = working(world)
    with pytest.raises(CannotHold):
        offer_hand_over(case, task, manager, named=agency(world, slug), reason=MOVED)


def test_a_duty_never_goes_to_an_excluded_body_by_any_hand(world: Any) -> None:
    case, task, manager = working(world)
    case.exclusions["exc"] = world.exclusion("almaty-clinic-2")
    with pytest.raises(CannotHold):
        offer_hand_over(case, task, manager, named=agency(world, "almaty-clinic-2"), reason=MOVED)
    task.state = TaskState.REQUESTED
    for speak, by in ((redirect_task, manager), (reroute_task, desk(world))):
        with pytest.raises(CannotHold):
            speak(case, task, by, world.moment, reason=REASON, named=agency(world, "almaty-clinic-2"))


def test_the_third_hop_goes_up_whoever_is_named(world: Any) -> None:
    case = world.case(Risk.MEDIUM, Category.PHYSICAL, by="almaty-police")
    task = world.task(case, "health")
    before = due(world.going(case, task))
    for slug in ("almaty-clinic-2", "almaty-clinic-1"):
        reroute_task(case, task, desk(world), world.after(minutes=1), reason=REASON, named=agency(world, slug))
    assert (world.slug(task.agency_id), task.hop) == ("almaty-clinic-1", 2)
    reroute_task(case, task, desk(world), world.after(minutes=1), reason=REASON, named=agency(world, "almaty-clinic-2"))
    assert (world.slug(task.agency_id), task.hop) == ("almaty-department", 3)
    assert due(world.going(case, task)) == before


def test_an_attempt_stops_nothing_and_a_contact_stops_its_clock(world: Any) -> None:
    case = world.case(Risk.HIGH, Category.PHYSICAL, by="almaty-police")
    task = world.task(case, "health")
    actor = world.holder_of(task)
    accept_task(case, task, actor, actor.staff_id, world.moment)
    record_attempt(case, task, actor)
    assert "see_the_child" in world.going(case, task)
    record_contact(case, task, actor, world.after(hours=1))
    assert (world.going(case, task), task.state) == ({}, TaskState.ACCEPTED)


def test_a_hold_ends_by_itself_at_its_review_and_pauses_no_clock(world: Any) -> None:
    case, task, manager = working(world)
    with pytest.raises(ReviewTooFarOff):
        hold_task(case, task, manager, world.moment, reason=HoldReason.FAMILY_AWAY, review_at=world.now)
    far = world.now + timedelta(days=60)
    with pytest.raises(ReviewTooFarOff):
        hold_task(case, task, manager, world.moment, reason=HoldReason.FAMILY_AWAY, review_at=far)
    review_at = world.now + timedelta(days=2)
    before = due(world.going(case, task)), due(world.going(case))
    hold_task(case, task, manager, world.moment, reason=HoldReason.FAMILY_AWAY, review_at=review_at)
    assert (due(world.going(case, task)), due(world.going(case))) == before
    triage_case(case, Risk.HIGH, desk(world), world.after(days=1))
    resume_at_review(case, task, world.now)
    assert task.state is TaskState.ON_HOLD
    world.after(days=1)
    resume_at_review(case, task, world.now)
    assert (task.state, task.review_at) == (TaskState.IN_PROGRESS, None)


def test_a_dispute_climbs_when_nobody_decides_and_the_child_keeps_a_holder(world: Any) -> None:
    case, task, taken_up = refused(world)
    dispute_task(case, task, world.staff("almaty-police"), DisputeReason.WITHIN_REMIT, world.moment)
    deciders = []
    for _ in range(6):
        clock = next(c for c in case.going_clocks(task.task_id))
        deciders.append((task.dispute_level, world.slug(clock.agency_id)))
        world.now = clock.due_at
        climb_ladder(case, clock, world.moment)
        assert taken_up.open
    assert deciders[:4] == [
        (1, "almaty-desk"), (2, "almaty-commission"), (3, "almaty-department"), (4, "ombudsman"),
    ]  # fmt: skip
    assert {level for level, _ in deciders[3:]} == {4}


def test_a_party_to_the_dispute_does_not_decide_it(world: Any) -> None:
    case, task, _ = refused(world)
    dispute_task(case, task, desk(world), DisputeReason.WITHIN_REMIT, world.moment)
    [clock] = case.going_clocks(task.task_id)
    assert world.slug(clock.agency_id) == "almaty-commission"


@pytest.mark.parametrize("accepted", [False, True])
def test_an_overturned_refusal_gives_the_duty_back_and_takes_no_work_away(world: Any, accepted: bool) -> None:
    case, task, taken_up = refused(world)
    if accepted:
        accept_task(case, taken_up, world.holder_of(taken_up), "stf_" + "1" * 32, world.moment)
    dispute_task(case, task, world.staff("almaty-police"), DisputeReason.WITHIN_REMIT, world.moment)
    decide_dispute(case, task, desk(world), DisputeFinding.OVERTURNED, world.after(hours=2))
    assert (task.state, world.slug(task.agency_id)) == (TaskState.REQUESTED, "almaty-clinic-1")
    assert set(world.going(case, task)) >= {"acknowledge", "decide"}
    assert taken_up.state is (TaskState.ACCEPTED if accepted else TaskState.WITHDRAWN)


def test_a_refusal_for_a_conflict_of_interest_is_not_disputed(world: Any) -> None:
    case = world.case(Risk.MEDIUM, Category.PHYSICAL, by="almaty-police")
    task = world.task(case, "health")
    decline_task(
        case, task, world.holder_of(task, MANAGER), DeclineReason.CONFLICT_OF_INTEREST, world.moment
    )  # the clinic is kept out from now on
    with pytest.raises(MayNotHold):
        dispute_task(case, task, world.staff("almaty-police"), DisputeReason.WITHIN_REMIT, world.moment)
    assert task.state is TaskState.DECLINED


@pytest.mark.parametrize("risk", [Risk.MEDIUM, Risk.HIGH])
def test_what_could_not_be_done_goes_to_another_at_once_where_it_is_grave(world: Any, risk: Risk) -> None:
    case, task, manager = working(world, risk)
    fail_task(case, task, manager, NotAchievedReason.ACCESS_REFUSED, world.moment)
    followers = [other for other in case.open_tasks() if other.follows_task_id == task.task_id]
    assert [world.slug(other.agency_id) for other in followers] == (["almaty-clinic-2"] if risk is Risk.HIGH else [])
    assert world.going(case, task) == {}


def test_withdrawing_and_reopening_wins_no_time(world: Any) -> None:
    case = world.case(Risk.MEDIUM, Category.PHYSICAL, by="almaty-police")
    task = world.task(case, "health")
    before = world.going(case, task)
    left = {kind: clock.due_at - (world.now + timedelta(hours=20)) for kind, clock in before.items()}
    withdraw_task(case, task, desk(world), WithdrawReason.NOT_NEEDED, world.after(hours=20))
    reopen_task(case, task, desk(world), ReopenReason.ENDED_TOO_EARLY, world.after(days=5))
    after = world.going(case, task)
    assert all(timedelta(0) < clock.due_at - world.now <= left[kind] for kind, clock in after.items())
    assert {clock.follows_clock_id for clock in after.values()} == {clock.clock_id for clock in before.values()}
    assert (task.state, world.slug(task.agency_id)) == (TaskState.REQUESTED, "almaty-clinic-1")


def test_a_fulfilled_task_that_is_reopened_has_every_limit_anew(world: Any) -> None:
    case, task, manager = working(world)
    fulfil_task(case, task, manager, Outcome.CHILD_SAFE, world.moment, contact=False)
    reopen_task(case, task, desk(world), ReopenReason.CHILD_HARMED_AGAIN, world.after(days=5))
    assert {clock.started_at for clock in world.going(case, task).values()} == {world.now}
    assert set(world.going(case, task)) >= {"acknowledge", "decide"}


def test_a_duty_that_goes_on_elsewhere_is_not_owed_twice(world: Any) -> None:
    case, task, _ = refused(world)
    with pytest.raises(DutyGoesOn):
        reopen_task(case, task, desk(world), ReopenReason.NEW_INFORMATION, world.moment)


def test_a_task_is_voided_by_two_persons_and_its_log_stays(world: Any, news: News) -> None:
    case = world.case(Risk.CRITICAL)
    task = world.task(case, "health")
    void_task(case, task, desk(world), VoidReason.WRONG_CHILD, world.moment)
    assert (task.state, bool(world.going(case, task))) == (TaskState.REQUESTED, True)
    with pytest.raises(SecondPersonNeeded):
        void_task(case, task, desk(world), VoidReason.WRONG_CHILD, world.moment)
    void_task(case, task, world.holder_of(task, MANAGER), VoidReason.WRONG_CHILD, world.moment)
    assert (task.state, world.going(case, task)) == (TaskState.VOIDED, {})
    words = news(case)
    assert words.index("task.assigned") < words.index("task.void-proposed") < words.index("task.voided")


def test_whoever_takes_a_breach_up_owes_an_answer_until_evidence_comes(world: Any) -> None:
    case = world.case()
    task = world.task(case, "health")
    clock = world.going(case, task)["acknowledge"]
    department = world.staff("almaty-department", StaffRole.HEAD)
    with pytest.raises(NothingEscalated):
        acknowledge_escalation(case, clock.clock_id, department, world.moment)
    climb_ladder(case, clock, world.after(hours=4))
    for stranger in (world.staff("almaty-school-2"), world.holder_of(task)):
        with pytest.raises(NotTold):
            acknowledge_escalation(case, clock.clock_id, stranger, world.moment)
    acknowledge_escalation(case, clock.clock_id, department, world.moment)
    with pytest.raises(AcknowledgedAlready):
        acknowledge_escalation(case, clock.clock_id, department, world.moment)
    [answer] = case.answers_to(clock)
    assert (world.slug(answer.agency_id), answer.due_at - answer.started_at) == (
        "almaty-department", timedelta(hours=4),
    )  # fmt: skip
    assert clock.going, "only evidence ends the breached duty"
    climb_ladder(case, clock, world.after(hours=4))
    climb_ladder(case, answer, world.moment)
    assert answer.state is ClockState.BREACHED, "and whoever took it up is heard of in turn"
    other = world.staff("almaty-clinic-2")
    accept_task(case, task, other, other.staff_id, world.after(minutes=1))
    assert (clock.state, answer.state) == (ClockState.MET_LATE, ClockState.MET_LATE)


def test_a_child_reported_in_a_second_region_is_protected_there_too(world: Any) -> None:
    case = world.case(Risk.HIGH, Category.PHYSICAL)
    there = tuple(a for a in world.agencies if a.region_code in {"KZ-71", None})
    referral = replace(world.referral(Risk.HIGH, by="astana-school-1"), region_code="KZ-71")
    moment = replace(world.moment, elsewhere={"KZ-71": Roster("KZ-71", there)})
    attach_referral(case, referral, moment)
    held = {(task.service.value, world.slug(task.agency_id)) for task in case.open_tasks()}
    assert {("police", "almaty-police"), ("police", "astana-police")} <= held
    assert {region for service, slug in held if service == "health" for region in [slug.split("-")[0]]} == {"almaty"}
    police = next(task for task in case.open_tasks() if world.slug(task.agency_id) == "astana-police")
    assert {clock.started_at for clock in world.going(case, police).values()} == {referral.received_at}
    attach_referral(case, referral, moment)
    assert sum(task.service == "police" for task in case.open_tasks()) == 2
