"""Decides that a referral becomes a case with every duty of the protocol held by somebody, and that more only adds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tereze.contracts.words import Category, Circumstance, ClockState, Outcome, Risk, StaffRole, TaskState
from tereze.protocol import Protocols, load_unit_calendar
from tereze.referral.domain.casefile import Capacity
from tereze.referral.domain.commands import accept_task, fulfil_task, receive_task, start_task
from tereze.referral.domain.response import attach_referral, open_case, settle_person, triage_case
from tereze.referral.domain.standing import CaseNotLive

COUNTRY = Path(__file__).resolve().parents[3] / "deploy" / "packs" / "kz"
News = Callable[[Any], list[str]]


def test_school_12_s_report_opens_a_case_with_tasks_and_clocks(world: Any, news: News) -> None:
    case = world.case(Risk.HIGH, Category.PHYSICAL)
    held = {str(t.service): (world.slug(t.agency_id), t.state) for t in case.tasks.values()}
    assert held == {
        "police": ("almaty-police", TaskState.REQUESTED),
        "health": ("almaty-clinic-1", TaskState.REQUESTED),
        "social_patronage": ("almaty-patronage", TaskState.REQUESTED),
        "guardianship": ("almaty-guardianship", TaskState.REQUESTED),
    }
    assert {k: c.due_at - world.now for k, c in world.going(case, world.task(case, "health")).items()} == {
        "acknowledge": timedelta(hours=2),
        "decide": timedelta(hours=12),
        "see_the_child": timedelta(hours=24),
    }
    assert set(world.going(case, world.task(case, "guardianship"))) == {"acknowledge"}
    triage = world.going(case)["triage"]
    assert (world.slug(triage.agency_id), triage.due_at - world.now) == ("almaty-desk", timedelta(hours=4))
    assert case.bodies == {(world.agency("almaty-school-1"), Capacity.REFERRER), (triage.agency_id, Capacity.DESK)}
    words = news(case)
    assert words[:3] == ["case.opened", "case.referral-attached", "clock.started"]
    assert words.count("task.assigned") == 4
    assert words.count("clock.started") == 11


def test_events_are_numbered_without_a_gap(world: Any) -> None:
    case = world.case()
    assert [event.case_version for event in case.news] == list(range(1, case.version + 1))


def test_clocks_start_when_the_referral_was_received_not_when_it_was_read(world: Any) -> None:
    received = world.now
    referral = world.referral()
    world.after(minutes=20)
    case = world.case()
    attach_referral(case, referral, world.moment)
    assert {c.started_at for c in case.clocks.values() if c.going} == {world.now}
    other = world.referral(Risk.HIGH, Category.BULLYING, at=received)
    attach_referral(case, other, world.moment)
    school = world.task(case, "school")
    assert {c.started_at for c in world.going(case, school).values()} == {received}


def test_a_school_that_refers_takes_the_school_s_step_itself(world: Any) -> None:
    for slug in ("almaty-school-1", "almaty-school-2"):
        case = world.case(Risk.MEDIUM, Category.BULLYING, by=slug)
        assert world.slug(world.task(case, "school").agency_id) == slug
    case = world.case(Risk.MEDIUM, Category.BULLYING, by="almaty-police")
    assert world.slug(world.task(case, "school").agency_id) == "almaty-school-1"


def test_a_second_referral_adds_the_missing_tasks_only(world: Any, news: News) -> None:
    case = world.case(Risk.HIGH, Category.PHYSICAL)
    before = set(case.tasks)
    news(case)
    attach_referral(case, world.referral(Risk.LOW, Category.BULLYING, by="almaty-police"), world.after(minutes=5))
    assert {str(case.tasks[t].service) for t in set(case.tasks) - before} == {"school"}
    assert news(case)[:2] == ["case.referral-attached", "task.assigned"]
    assert (case.risk, case.categories) == (Risk.HIGH, (Category.PHYSICAL, Category.BULLYING))
    assert len({t.service for t in case.open_tasks()}) == len(case.open_tasks())


def test_the_same_concern_again_changes_nothing_but_is_on_the_case(world: Any, news: News) -> None:
    case = world.case()
    news(case)
    attach_referral(case, world.referral(by="almaty-clinic-1"), world.after(minutes=5))
    assert news(case) == ["case.referral-attached"]
    assert world.agency("almaty-clinic-1") in case.having(Capacity.REFERRER)


def test_a_stricter_referral_brings_running_clocks_forward_and_never_back(world: Any) -> None:
    case = world.case(Risk.LOW, Category.PHYSICAL)
    patronage = world.task(case, "social_patronage")
    before = world.going(case, patronage)
    attach_referral(case, world.referral(Risk.CRITICAL), world.after(minutes=10))
    after = world.going(case, patronage)
    started = before["acknowledge"].started_at
    assert {k: c.due_at - started for k, c in after.items()} == {
        "acknowledge": timedelta(minutes=30),
        "decide": timedelta(hours=2),
        "see_the_child": timedelta(hours=24),
    }
    assert {c.started_at for c in after.values()} == {started}
    assert all(c.state is ClockState.CANCELLED for c in before.values())
    assert patronage.risk is Risk.CRITICAL
    attach_referral(case, world.referral(Risk.LOW), world.after(minutes=1))
    assert world.going(case, patronage) == after


def test_a_task_that_only_took_note_gets_the_stricter_duties_when_the_risk_rises(world: Any) -> None:
    case = world.case(Risk.HIGH, Category.PHYSICAL)
    note = world.task(case, "guardianship")
    receive_task(case, note, world.holder_of(note), world.after(minutes=10))
    attach_referral(case, world.referral(Risk.CRITICAL), world.after(minutes=10))
    assert (note.step, note.mandatory, note.state) == ("guardianship.protect", True, TaskState.RECEIVED)
    assert set(world.going(case, note)) == {"decide", "see_the_child"}


def test_a_service_whose_task_is_done_gets_a_new_one_for_a_new_concern(world: Any) -> None:
    case = world.case(Risk.LOW, Category.NEGLECT)
    first = world.task(case, "social_patronage")
    actor = world.holder_of(first)
    accept_task(case, first, actor, actor.staff_id, world.after(minutes=5))
    start_task(case, first, actor, world.after(minutes=5), contact=True)
    fulfil_task(case, first, actor, Outcome.CHILD_SAFE, world.after(minutes=5), contact=False)
    world.after(days=1)
    attach_referral(case, world.referral(Risk.LOW, Category.NEGLECT), world.moment)
    again = [t for t in case.open_tasks() if t.service == "social_patronage"]
    assert [t.task_id for t in again] != [first.task_id]
    assert {c.started_at for c in world.going(case, again[0]).values()} == {world.now}


def test_triage_stops_its_clock_and_names_who_confirmed(world: Any, news: News) -> None:
    case = world.case()
    news(case)
    desk = world.staff("almaty-desk", StaffRole.COORDINATOR)
    triage_case(case, Risk.HIGH, desk, world.after(hours=1))
    event = case.news[0]
    assert (event.by_agency_id, event.by_staff_id, event.risk) == (desk.agency_id, desk.staff_id, Risk.HIGH)
    assert news(case) == ["case.triaged", "clock.stopped"]
    assert (case.state, world.going(case)) == ("triaged", {})


def test_triage_after_the_limit_is_met_late(world: Any) -> None:
    case = world.case()
    clock = world.going(case)["triage"]
    triage_case(case, Risk.HIGH, world.staff("almaty-desk"), world.after(hours=5))
    assert clock.state is ClockState.MET_LATE


def test_triage_that_raises_the_risk_counts_from_the_beginning(world: Any) -> None:
    case = world.case(Risk.MEDIUM, Category.PHYSICAL)
    opened = world.now
    triage_case(case, Risk.CRITICAL, world.staff("almaty-desk"), world.after(minutes=20))
    guardianship = world.task(case, "guardianship")
    assert {c.started_at for c in world.going(case, guardianship).values()} == {opened}
    assert world.going(case, world.task(case, "police"))["acknowledge"].due_at == opened + timedelta(minutes=30)


def test_triage_that_lowers_the_risk_takes_no_task_and_gives_no_more_time(world: Any, news: News) -> None:
    case = world.case(Risk.CRITICAL, Category.PHYSICAL)
    news(case)
    before = {c.clock_id: c.due_at for t in case.open_tasks() for c in case.going_clocks(t.task_id)}
    triage_case(case, Risk.LOW, world.staff("almaty-desk"), world.after(minutes=20))
    assert {c.clock_id: c.due_at for t in case.open_tasks() for c in case.going_clocks(t.task_id)} == before
    assert {t.risk for t in case.open_tasks()} == {Risk.LOW}
    assert news(case) == ["case.triaged", "clock.stopped"]


def test_a_case_is_active_once_triaged_and_accepted_in_either_order(world: Any) -> None:
    for accept_first in (True, False):
        case = world.case()
        police = world.task(case, "police")
        steps = [
            lambda: accept_task(case, police, world.holder_of(police), "stf_1" + "0" * 31, world.moment),  # noqa: B023
            lambda: triage_case(case, Risk.HIGH, world.staff("almaty-desk"), world.moment),  # noqa: B023
        ]
        for step in steps if accept_first else reversed(steps):
            step()
        assert case.state == "active"


def test_a_joined_case_is_not_triaged(world: Any) -> None:
    case = world.case()
    case.state = "joined"
    with pytest.raises(CaseNotLive) as refused:
        triage_case(case, Risk.LOW, world.staff("almaty-desk"), world.moment)
    assert (refused.value.status, refused.value.current_state) == (409, "joined")


def test_the_child_of_a_provisional_case_is_settled(world: Any, news: News) -> None:
    case = world.case()
    case.provisional, provisional = True, case.person_id
    news(case)
    settle_person(case, "per_" + "f" * 32)
    assert case.news[0].provisional_person_id == provisional
    assert (case.person_id, case.provisional) == ("per_" + "f" * 32, False)


def test_a_limit_counted_from_the_assault_leaves_what_is_left_of_it(world: Any, newest: Any) -> None:
    world.pack = newest
    report = world.referral(Risk.HIGH, Category.SEXUAL_CONTACT, by="almaty-clinic-1")
    case = open_case(
        replace(report, occurred_at=world.now - timedelta(hours=50)),
        world.new_id("per"),
        world.moment,
        provisional=False,
    )
    health = world.going(case, world.task(case, "health"))
    assert health["see_the_child"].due_at - world.now == timedelta(hours=22)
    assert health["see_the_child"].row == "steps.health.care_after_assault.from_event.see_the_child"
    assert health["preventive_treatment"].due_at - world.now == timedelta(hours=22)
    assert health["psychologist"].due_at - world.now == timedelta(hours=24)
    follow_ups = world.going(case)
    assert follow_ups["first_follow_up"].due_at - world.now == timedelta(days=14)
    assert {"second_follow_up", "third_follow_up"} <= set(follow_ups)


def test_a_new_protocol_version_touches_only_obligations_that_are_new(world: Any, pack: Any, newest: Any) -> None:
    case = world.case(Risk.MEDIUM, Category.PHYSICAL)
    before = {clock.clock_id: clock.due_at for clock in case.clocks.values()}
    world.shelf = Protocols([pack, newest], world.calendar)
    attach_referral(case, world.referral(Risk.MEDIUM, Category.BULLYING), world.after(minutes=5))
    assert {clock_id: case.clocks[clock_id].due_at for clock_id in before} == before
    assert {case.clocks[clock_id].protocol_version for clock_id in before} == {"kz-default/1"}
    school = world.task(case, "school")
    assert (school.step, school.protocol_version) == ("school.duty_officer_same_day", "kz-default/2")
    assert case.protocol_version == "kz-default/1"
    told_versions = {event.protocol_version for event in case.news if getattr(event, "task_id", None) == school.task_id}
    assert told_versions == {"kz-default/2"}


def test_a_circumstance_that_a_later_report_adds_brings_the_step_it_asks_for(world: Any, newest: Any) -> None:
    world.pack = newest
    case = world.case(Risk.LOW, Category.BULLYING)
    assert "police" not in {str(task.service) for task in case.tasks.values()}
    injured = replace(world.referral(Risk.LOW, Category.BULLYING), circumstances=(Circumstance.INJURED,))
    attach_referral(case, injured, world.after(minutes=5))
    assert {"police", "health"} <= {str(task.service) for task in case.tasks.values()}


def test_an_agency_with_a_calendar_of_its_own_is_counted_by_it(world: Any, calendar: Any) -> None:
    school = world.agency("almaty-school-1")
    unit = load_unit_calendar((COUNTRY / "calendar" / "units" / "six-day-school.yaml").read_text(), calendar)
    world.shelf = Protocols([world.pack], calendar, {unit.name: unit})
    world.agencies = tuple(
        agency.model_copy(update={"calendar": unit.name}) if agency.agency_id == school else agency
        for agency in world.agencies
    )
    case = world.case(Risk.MEDIUM, Category.BULLYING)  # Friday 16:40
    decide = {str(task.service): world.going(case, task)["decide"].due_at for task in case.tasks.values()}
    assert decide["school"] - world.now == timedelta(days=1)
    assert decide["social_patronage"] - world.now == timedelta(days=3)
