"""Decides that two cases of one child become one without losing a task, a referral or an earlier start."""

from collections.abc import Callable
from typing import Any

import pytest

from tereze.contracts.cases import ClockStopped
from tereze.contracts.words import CaseState, Category, ClockKind, ClockState, Risk, StaffRole, TaskState
from tereze.referral.domain.casefile import Capacity
from tereze.referral.domain.commands import accept_task
from tereze.referral.domain.escalation import acknowledge_escalation, climb_ladder
from tereze.referral.domain.joining import join_cases, survivor_first
from tereze.referral.domain.keeping_out import keep_out
from tereze.referral.domain.response import open_case

News = Callable[[Any], list[str]]


def two_cases(world: Any, younger_risk: Risk = Risk.HIGH, *younger: Category) -> tuple[Any, Any, Any]:
    older = world.case(Risk.HIGH, Category.PHYSICAL)
    world.after(minutes=10)
    referral = world.referral(younger_risk, *(younger or (Category.PHYSICAL,)), by="almaty-police")
    return older, open_case(referral, world.new_id("per"), world.moment, provisional=True), referral


def test_the_older_case_goes_on(world: Any) -> None:
    older, younger, _ = two_cases(world)
    assert survivor_first(younger, older) == (older, younger)


def test_duties_of_the_same_agency_are_held_once(world: Any, news: News) -> None:
    older, younger, referral = two_cases(world)
    before = {t.task_id for t in older.open_tasks()}
    due = {c.clock_id: c.due_at for c in older.clocks.values()}
    news(older), news(younger)
    join_cases(older, younger, [referral], world.after(seconds=3))
    assert {t.task_id for t in older.open_tasks()} == before
    assert {c.clock_id: c.due_at for c in older.clocks.values() if c.going} == due
    assert news(older) == ["case.referral-attached"]
    words = news(younger)
    assert (words.count("task.withdrawn"), words[-1]) == (4, "case.joined")
    assert {t.state for t in younger.tasks.values()} == {TaskState.WITHDRAWN}
    assert not [c for c in younger.clocks.values() if c.going]
    assert (younger.state, younger.joined_into) == (CaseState.JOINED, older.case_id)
    assert world.agency("almaty-police") in older.having(Capacity.REFERRER)


def test_a_duty_only_the_younger_case_had_moves_with_its_holder_state_and_start(world: Any, news: News) -> None:
    older, younger, referral = two_cases(world, Risk.LOW, Category.BULLYING)
    task = world.task(younger, "school")
    accept_task(younger, task, world.holder_of(task), "stf_" + "1" * 32, world.after(minutes=1))
    started, holder = world.going(younger, task)["see_the_child"].started_at, task.agency_id
    news(older), news(younger)
    join_cases(older, younger, [referral], world.after(minutes=1))
    moved = older.tasks[task.task_id]
    assert (moved.state, moved.agency_id) == (TaskState.ACCEPTED, holder)
    assert task.task_id not in younger.tasks
    assert world.going(older, moved)["see_the_child"].started_at == started
    assert "task.withdrawn" not in news(younger)
    assert older.news[1].state is TaskState.ACCEPTED
    assert older.categories == (Category.PHYSICAL, Category.BULLYING)


def test_what_was_accepted_already_need_not_be_accepted_again(world: Any) -> None:
    older, younger, referral = two_cases(world)
    task = world.task(younger, "police")
    accept_task(younger, task, world.holder_of(task), "stf_" + "1" * 32, world.after(minutes=1))
    older_see = world.going(older, world.task(older, "police"))["see_the_child"]
    join_cases(older, younger, [referral], world.after(minutes=1))
    held = [t for t in older.open_tasks() if t.service == "police"]
    assert [(t.task_id, t.state) for t in held] == [(task.task_id, TaskState.ACCEPTED)]
    seen = world.going(older, held[0])
    assert set(seen) == {"see_the_child"}
    assert (seen["see_the_child"].started_at, seen["see_the_child"].due_at) == (older_see.started_at, older_see.due_at)


def test_a_stricter_younger_case_brings_the_older_one_s_clocks_forward(world: Any) -> None:
    older = world.case(Risk.LOW, Category.NEGLECT)
    opened = world.now
    world.after(hours=1)
    referral = world.referral(Risk.CRITICAL, Category.NEGLECT, by="almaty-police")
    younger = open_case(referral, world.new_id("per"), world.moment, provisional=True)
    join_cases(older, younger, [referral], world.after(minutes=1))
    assert older.risk is Risk.CRITICAL
    patronage = next(t for t in older.open_tasks() if t.service == "social_patronage")
    clocks = world.going(older, patronage)
    assert {c.started_at for c in clocks.values()} == {opened}
    assert clocks["acknowledge"].due_at <= world.now
    assert len({t.service for t in older.open_tasks()}) == len(older.open_tasks())


def test_the_triage_clock_keeps_the_earliest_start(world: Any) -> None:
    older, younger, referral = two_cases(world, Risk.CRITICAL)
    join_cases(older, younger, [referral], world.after(minutes=1))
    triage = world.going(older)["triage"]
    assert triage.started_at == older.opened_at
    assert [c.state for c in younger.clocks.values() if c.task_id is None] == [ClockState.CANCELLED]
    assert len(older.going_clocks(None)) == 1


def test_a_body_excluded_from_one_case_holds_nothing_in_the_joint_one(world: Any) -> None:
    older, younger, referral = two_cases(world)
    keep_out(younger, world.exclusion("almaty-clinic-1"), world.moment)
    join_cases(older, younger, [referral], world.after(minutes=1))
    assert world.slug(world.task(older, "health").agency_id) == "almaty-clinic-2"


@pytest.mark.parametrize("service", ["health", "school", None])  # held by both cases, by the younger, the case's own
def test_whoever_took_a_breach_up_answers_for_it_on_in_the_joint_case(world: Any, service: str | None) -> None:
    older, younger, referral = two_cases(world, Risk.HIGH, Category.BULLYING)
    task = world.task(younger, service) if service else None
    breached = world.going(younger, task)["acknowledge" if service else "triage"]
    climb_ladder(younger, breached, world.after(days=2))
    department = world.staff("almaty-department", StaffRole.HEAD)
    acknowledge_escalation(younger, breached.clock_id, department, world.moment)
    [before] = younger.answers_to(breached)
    join_cases(older, younger, [referral], world.after(minutes=1))
    assert not [clock for clock in younger.clocks.values() if clock.going]
    answering = [clock for clock in older.clocks.values() if clock.kind is ClockKind.ANSWER_ESCALATION and clock.going]
    assert [(one.agency_id, one.started_at, one.due_at) for one in answering] == [
        (department.agency_id, before.started_at, before.due_at)
    ]
    [answer] = answering
    assert older.clocks[answer.follows_clock_id].going
    assert older.clocks[answer.follows_clock_id].kind is breached.kind
    stopped = [event.clock_id for event in younger.news if isinstance(event, ClockStopped)]
    assert len(set(stopped)) == len(stopped), "a clock stops once"


def test_two_clinics_asked_for_one_child_become_one_unless_both_work_already(world: Any) -> None:
    for both in (False, True):
        older = world.case()
        world.open_tasks = {"almaty-clinic-1": 5}
        referral = world.referral(by="almaty-police", at=world.now)
        younger = open_case(referral, world.new_id("per"), world.after(minutes=1), provisional=True)
        for case in (older, younger) if both else (younger,):
            task = world.task(case, "health")
            accept_task(case, task, world.holder_of(task), "stf_" + "1" * 32, world.moment)
        join_cases(older, younger, [referral], world.after(minutes=1))
        held = sorted(world.slug(t.agency_id) for t in older.open_tasks() if t.service == "health")
        assert held == (["almaty-clinic-1", "almaty-clinic-2"] if both else ["almaty-clinic-2"])
        world.open_tasks = {}
