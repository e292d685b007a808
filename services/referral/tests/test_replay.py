"""Decides that what the service tells of a case is enough to replay it: the log alone gives every duty as it stood."""

import json
from datetime import timedelta
from typing import Any

from tereze.contracts.words import Category, ClockState, Risk, StaffRole
from tereze.protocol import Standing, read_history, replay
from tereze.referral.domain.escalation import climb_ladder
from tereze.referral.domain.response import attach_referral, triage_case

STANDINGS = {
    ClockState.MET: Standing.ON_TIME,
    ClockState.MET_LATE: Standing.LATE,
    ClockState.BREACHED: Standing.NEVER,
    ClockState.RUNNING: Standing.OPEN,
}


def test_the_log_of_a_case_replays_to_what_the_case_is(world: Any, newest: Any) -> None:
    world.pack = newest
    lines: list[str] = []

    def keep(case: Any) -> None:
        for event in case.news:
            data = json.loads(event.model_dump_json())
            lines.append(json.dumps({"type": event.type, "time": world.now.isoformat(), "data": data}))
        case.news.clear()

    case = world.case(Risk.MEDIUM, Category.PHYSICAL)
    keep(case)
    attach_referral(case, world.referral(Risk.HIGH, Category.BULLYING), world.after(minutes=30))
    keep(case)
    triage_case(case, Risk.HIGH, world.staff("almaty-desk", StaffRole.COORDINATOR), world.after(hours=1))
    keep(case)
    world.after(hours=3)
    for clock in list(case.clocks.values()):
        climb_ladder(case, clock, world.moment)
    keep(case)
    [told] = replay(read_history(lines), newest, world.calendar, world.now + timedelta(seconds=1))
    clocks = [clock for clock in case.clocks.values() if clock.state is not ClockState.CANCELLED]
    duties = {(part_of(case, c), c.kind): (c.started_at, c.due_at, STANDINGS[c.state]) for c in clocks}
    replayed = [(each, each.then) for each in told.judged if each.then is not None]
    stood = {(each.part, each.kind): (then.started_at, then.due_at, then.standing) for each, then in replayed}
    assert stood == duties
    assert {(each.part, each.kind) for each in told.judged if each.now is not None} >= set(duties)
    assert all(each.now.due_at == then.due_at for each, then in replayed if each.now is not None)
    assert told.gaps == 0
    assert {silence.level for silence in told.unanswered} >= {"breach"}


def part_of(case: Any, clock: Any) -> Any:
    return case.tasks[clock.task_id].service if clock.task_id else None
