"""Decides that only the holder's word moves a task, and that a refusal finds the next agency in the same breath."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tereze.contracts.facts import Fact
from tereze.contracts.words import Category, ClockState, DeclineReason, Outcome, Risk, StaffRole, TaskState
from tereze.protocol.transitions import ContactMissing, DeclineBarred, NotFromHere, NotYourRole
from tereze.referral.domain.commands import (
    accept_task,
    confirm_task,
    decline_task,
    fulfil_task,
    receive_task,
    start_task,
)
from tereze.referral.domain.escalation import climb_ladder
from tereze.referral.domain.handover import NobodyElse
from tereze.referral.domain.standing import CaseNotLive, NotTheHolder

News = Callable[[Any], list[str]]
MANAGER = StaffRole.MANAGER


def test_a_task_goes_its_way_and_each_word_stops_its_clock(world: Any, news: News) -> None:
    case = world.case()
    task = world.task(case, "health")
    actor = world.holder_of(task)
    news(case)
    receive_task(case, task, actor, world.after(minutes=40))
    assert (task.state, set(world.going(case, task))) == (TaskState.RECEIVED, {"decide", "see_the_child"})
    accept_task(case, task, actor, actor.staff_id, world.after(minutes=5))
    assert (task.state, set(world.going(case, task))) == (TaskState.ACCEPTED, {"see_the_child"})
    start_task(case, task, actor, world.after(hours=2), contact=True)
    assert (task.state, set(world.going(case, task))) == (TaskState.IN_PROGRESS, set())
    fulfil_task(case, task, actor, Outcome.CHILD_SAFE, world.after(hours=1), contact=False)
    assert (task.state, task.version, set(world.going(case, task))) == (TaskState.FULFILLED, 5, {"confirm_result"})
    confirm_task(case, task, world.staff("almaty-desk", StaffRole.COORDINATOR), world.after(hours=1))
    assert (task.pending, set(world.going(case, task))) == (False, set())
    assert news(case) == [
        "task.received", "clock.stopped", "task.accepted", "clock.stopped", "task.started", "clock.stopped", "task.fulfilled",
        "clock.started", "task.confirmed", "clock.stopped",
    ]  # fmt: skip


def test_accepting_at_once_acknowledges_too(world: Any) -> None:
    case = world.case()
    task = world.task(case, "police")
    clocks = world.going(case, task)
    accept_task(case, task, world.holder_of(task), "stf_" + "1" * 32, world.after(hours=3))
    assert clocks["acknowledge"].state is ClockState.MET_LATE
    assert clocks["decide"].state is ClockState.MET
    assert task.responsible_staff_id == "stf_" + "1" * 32


def test_fulfilling_from_accepted_needs_a_contact_where_the_step_asks_to_see_the_child(world: Any) -> None:
    case = world.case(Risk.CRITICAL, Category.INSTITUTIONAL, by="almaty-clinic-1")
    for service, needed in (("police", True), ("ministry", False)):
        task = world.task(case, service)
        actor = world.holder_of(task)
        accept_task(case, task, actor, actor.staff_id, world.moment)
        if needed:
            with pytest.raises(ContactMissing):
                fulfil_task(case, task, actor, Outcome.CHILD_SAFE, world.moment, contact=False)
        fulfil_task(case, task, actor, Outcome.CHILD_SAFE, world.moment, contact=needed)
        assert (task.state, set(world.going(case, task))) == (TaskState.FULFILLED, {"confirm_result"})


@pytest.mark.parametrize("risk", [Risk.CRITICAL, Risk.HIGH])
def test_declining_is_barred_at_critical_and_high_risk(world: Any, risk: Risk) -> None:
    case = world.case(risk)
    task = world.task(case, "health")
    with pytest.raises(DeclineBarred):
        decline_task(case, task, world.holder_of(task, MANAGER), DeclineReason.NO_CAPACITY, world.moment)


def test_a_refusal_makes_the_next_clinic_accountable_by_the_same_instants(world: Any, news: News) -> None:
    case = world.case(Risk.MEDIUM, Category.PHYSICAL, by="almaty-police")
    task = world.task(case, "health")
    first, refused, before = task.agency_id, task, world.going(case, task)
    news(case)
    decline_task(case, task, world.holder_of(task, MANAGER), DeclineReason.NO_CAPACITY, world.after(minutes=30))
    assert (refused.state, world.going(case, refused)) == (TaskState.DECLINED, {})
    task = world.task(case, "health")
    assert (world.slug(task.agency_id), task.state, task.hop) == ("almaty-clinic-2", TaskState.REQUESTED, 1)
    assert task.follows_task_id == refused.task_id
    assert {c.state for c in before.values()} == {ClockState.MET}
    after = world.going(case, task)
    assert {k: (c.started_at, c.due_at) for k, c in after.items()} == {
        k: (c.started_at, c.due_at) for k, c in before.items()
    }
    assert {c.agency_id for c in after.values()} == {task.agency_id}
    declined, *_ = case.news
    assert (declined.agency_id, declined.state, declined.reason) == (first, "declined", "no_capacity")
    assert news(case) == [
        "task.declined", "clock.stopped", "clock.stopped", "task.assigned", "clock.started", "clock.started",
    ]  # fmt: skip


def test_refusals_end_with_a_body_of_last_resort_and_never_with_nobody(world: Any) -> None:
    case = world.case(Risk.LOW, Category.PHYSICAL, by="almaty-police")
    for holder in ("almaty-school-1", "almaty-school-2", "almaty-department", "almaty-desk", "ministry", "ombudsman"):
        task = world.task(case, "school")
        assert world.slug(task.agency_id) == holder
        decline_task(case, task, world.holder_of(task, MANAGER), DeclineReason.NOT_OUR_REMIT, world.moment)
    task = world.task(case, "school")
    with pytest.raises(NobodyElse) as refused:
        decline_task(case, task, world.holder_of(task, MANAGER), DeclineReason.NOT_OUR_REMIT, world.moment)
    assert refused.value.status == 409
    assert world.slug(task.agency_id) == "prosecutor"


def test_a_conflict_of_interest_takes_every_duty_of_the_case_away(world: Any) -> None:
    case = world.case(Risk.LOW, Category.NEGLECT, Category.PHYSICAL, by="almaty-police")
    for service in ("school", "social_patronage"):
        while world.slug((task := world.task(case, service)).agency_id) != "almaty-department":
            decline_task(case, task, world.holder_of(task, MANAGER), DeclineReason.NO_CAPACITY, world.moment)
    school, patronage = world.task(case, "school"), world.task(case, "social_patronage")
    accept_task(case, patronage, world.holder_of(patronage), "stf_" + "1" * 32, world.moment)
    department = school.agency_id
    decline_task(case, school, world.holder_of(school, MANAGER), DeclineReason.CONFLICT_OF_INTEREST, world.moment)
    assert department in case.excluded
    assert department not in {t.agency_id for t in case.open_tasks()}
    assert patronage.state is TaskState.REQUESTED
    assert set(world.going(case, patronage)) == {"acknowledge", "decide", "see_the_child"}


@pytest.mark.parametrize(
    ("verb", "refusal"),
    [
        (lambda w, c, t: receive_task(c, t, w.staff("almaty-police"), w.moment), NotTheHolder),
        (lambda w, c, t: accept_task(c, t, w.staff("almaty-school-1"), "stf", w.moment), NotTheHolder),
        (lambda w, c, t: start_task(c, t, w.holder_of(t), w.moment, contact=True), NotFromHere),
        (lambda w, c, t: fulfil_task(c, t, w.holder_of(t), Outcome.CHILD_SAFE, w.moment, contact=True), NotFromHere),
        (lambda w, c, t: receive_task(c, t, w.holder_of(t, StaffRole.OPERATOR), w.moment), NotYourRole),
        (lambda w, c, t: decline_task(c, t, w.holder_of(t), DeclineReason.NO_CAPACITY, w.moment), NotYourRole),
    ],
)
def test_what_is_not_open_to_the_actor_is_refused_and_changes_nothing(
    world: Any, news: News, verb: Callable[..., None], refusal: type[Fact]
) -> None:
    case = world.case(Risk.MEDIUM)
    task = world.task(case, "health")
    news(case)
    with pytest.raises(refusal):
        verb(world, case, task)
    assert (task.state, task.version, news(case)) == (TaskState.REQUESTED, 1, [])


def test_a_task_of_a_joined_case_does_not_move(world: Any) -> None:
    case = world.case()
    task = world.task(case, "health")
    case.state = "joined"
    with pytest.raises(CaseNotLive):
        receive_task(case, task, world.holder_of(task), world.moment)


def silent_clinic(world: Any) -> tuple[Any, Any]:
    """A high-risk case whose clinic said nothing until a second one was offered the duty."""
    case = world.case()
    task = world.task(case, "health")
    climb_ladder(case, world.going(case, task)["acknowledge"], world.after(hours=2, minutes=30))
    assert world.slug(task.offered_agency_id) == "almaty-clinic-2"
    return case, task


def test_the_second_clinic_takes_the_duty_it_was_offered(world: Any, news: News) -> None:
    case, task = silent_clinic(world)
    before = world.going(case, task)
    news(case)
    second = world.staff("almaty-clinic-2")
    accept_task(case, task, second, second.staff_id, world.after(minutes=5))
    assert (world.slug(task.agency_id), task.state, task.offered_agency_id) == (
        "almaty-clinic-2", TaskState.ACCEPTED, None,
    )  # fmt: skip
    assert before["acknowledge"].state is ClockState.MET_LATE
    assert before["decide"].state is ClockState.CANCELLED
    seen = world.going(case, task)
    assert set(seen) == {"see_the_child"}
    assert (seen["see_the_child"].agency_id, seen["see_the_child"].due_at) == (
        task.agency_id, before["see_the_child"].due_at,
    )  # fmt: skip
    words = news(case)
    assert words[0] == "task.rerouted"
    assert "task.accepted" in words


def test_an_offer_needs_a_role_that_may_accept_and_changes_nothing_without(world: Any) -> None:
    case, task = silent_clinic(world)
    with pytest.raises(NotYourRole):
        accept_task(case, task, world.staff("almaty-clinic-2", StaffRole.OPERATOR), "stf", world.moment)
    assert world.slug(task.agency_id) == "almaty-clinic-1"
    with pytest.raises(NotTheHolder):
        receive_task(case, task, world.staff("almaty-clinic-2"), world.moment)


def test_the_first_clinic_may_still_come_and_ends_the_offer(world: Any) -> None:
    case, task = silent_clinic(world)
    accept_task(case, task, world.holder_of(task), "stf_" + "1" * 32, world.after(minutes=1))
    assert (world.slug(task.agency_id), task.offered_agency_id) == ("almaty-clinic-1", None)
    with pytest.raises(NotFromHere):
        accept_task(case, task, world.staff("almaty-clinic-2"), "stf", world.moment)


def test_a_clinic_that_accepted_but_never_saw_the_child_can_be_replaced(world: Any) -> None:
    case = world.case()
    task = world.task(case, "health")
    accept_task(case, task, world.holder_of(task), "stf_" + "1" * 32, world.after(hours=1))
    climb_ladder(case, world.going(case, task)["see_the_child"], world.after(hours=28))
    second = world.staff("almaty-clinic-2")
    accept_task(case, task, second, second.staff_id, world.after(minutes=1))
    clock = world.going(case, task)["see_the_child"]
    assert (clock.agency_id, clock.state, clock.reached) == (second.agency_id, ClockState.BREACHED, "agency_head")
    assert clock.due_at - clock.started_at == timedelta(hours=24)
