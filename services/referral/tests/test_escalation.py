"""Decides that a silent agency is heard of level by level, each once and in order, however long nobody looked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tereze.contracts.words import Category, ClockState, Risk
from tereze.referral.domain.casefile import Capacity
from tereze.referral.domain.commands import receive_task
from tereze.referral.domain.escalation import climb_ladder, next_level
from tereze.referral.domain.keeping_out import keep_out

News = Callable[[Any], list[str]]


def acknowledge(world: Any, case: Any, service: str = "health") -> Any:
    return world.going(case, world.task(case, service))["acknowledge"]


def test_the_levels_of_a_silent_clinic(world: Any, news: News) -> None:
    case = world.case()
    clock = acknowledge(world, case)
    news(case)
    told = []
    for hours in (1.5, 0.5, 0.5, 1.5, 2, 24):
        climb_ladder(case, clock, world.after(hours=hours))
        level = next(e for e in case.news if e.type.startswith("tereze.clock"))
        told.append((level.level.value, [world.slug(a) for a in level.told_agency_ids]))
        assert (level.late_by_ms, level.level_due_at) == (0, world.now)
        news(case)
    desk = "almaty-desk"
    assert told == [
        ("warning", ["almaty-clinic-1"]),
        ("breach", ["almaty-clinic-1", desk]),
        ("agency_head", ["almaty-clinic-1", "almaty-clinic-2", desk]),
        ("regional_department", ["almaty-clinic-1", desk, "almaty-department", "almaty-commission"]),
        ("ombudsman", ["almaty-clinic-1", desk, "almaty-department", "almaty-commission", "ombudsman"]),
        ("ombudsman", ["almaty-clinic-1", desk, "almaty-department", "almaty-commission", "ombudsman"]),
    ]
    assert {world.slug(a) for a in case.having(Capacity.TOLD)} == {
        "almaty-clinic-2", desk, "almaty-department", "almaty-commission", "ombudsman",
    }  # fmt: skip


def test_after_an_eight_hour_outage_each_level_comes_once_in_order_and_says_how_late(world: Any, news: News) -> None:
    case = world.case()
    clock = acknowledge(world, case)
    news(case)
    climb_ladder(case, clock, world.after(hours=8))
    levels = [e for e in case.news if e.type.startswith("tereze.clock")]
    assert [e.level.value for e in levels] == ["warning", "breach", "agency_head", "regional_department", "ombudsman"]
    assert [e.late_by_ms for e in levels] == [int(h * 3_600_000) for h in (6.5, 6, 5.5, 4, 2)]
    assert news(case) == [
        "clock.warned", "clock.breached", "clock.escalated", "task.offered", "clock.escalated", "clock.escalated",
    ]  # fmt: skip
    climb_ladder(case, clock, world.moment)
    assert news(case) == []


def test_a_look_too_early_tells_nothing_and_names_who_is_next(world: Any, news: News) -> None:
    case = world.case()
    clock = acknowledge(world, case)
    news(case)
    climb_ladder(case, clock, world.after(hours=1, minutes=29))
    assert news(case) == []
    coming = next_level(clock, world.pack)
    assert coming is not None
    assert (coming.level, coming.at) == ("warning", clock.started_at + timedelta(hours=1.5))


def test_evidence_ends_the_ladder(world: Any, news: News) -> None:
    case = world.case()
    clock, task = acknowledge(world, case), world.task(case, "health")
    climb_ladder(case, clock, world.after(hours=2))
    assert clock.state is ClockState.BREACHED
    receive_task(case, task, world.holder_of(task), world.after(minutes=1))
    assert (clock.state, next_level(clock, world.pack)) == (ClockState.MET_LATE, None)
    news(case)
    climb_ladder(case, clock, world.after(hours=8))
    assert news(case) == []


def test_the_window_desk_s_own_clock_climbs_without_an_offer(world: Any, news: News) -> None:
    case = world.case()
    news(case)
    climb_ladder(case, world.going(case)["triage"], world.after(hours=6))
    assert news(case) == ["clock.warned", "clock.breached", "clock.escalated"]


def test_where_there_is_no_second_body_nobody_is_offered_the_duty(world: Any, news: News) -> None:
    case = world.case()
    news(case)
    climb_ladder(case, acknowledge(world, case, "police"), world.after(hours=3))
    assert news(case) == ["clock.warned", "clock.breached", "clock.escalated"]
    assert world.task(case, "police").offered_agency_id is None


def test_a_level_that_is_excluded_is_skipped_upward(world: Any) -> None:
    case = world.case(Risk.HIGH, Category.PHYSICAL)
    keep_out(case, world.exclusion("almaty-department"), world.moment)
    clock = acknowledge(world, case)
    climb_ladder(case, clock, world.after(hours=4))
    event = case.news[-1]
    told = {world.slug(a) for a in event.told_agency_ids}
    assert event.level == "regional_department"
    assert "almaty-department" not in told
    assert "ombudsman" in told


def test_each_level_grows_the_generation_so_that_an_old_timer_is_known(world: Any) -> None:
    case = world.case()
    clock = acknowledge(world, case)
    climb_ladder(case, clock, world.after(hours=2))
    assert (clock.position, clock.generation) == (2, 3)
