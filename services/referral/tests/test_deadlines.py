"""Decides that a clock nobody stops is heard of by itself, once a level, in order, however long the house stood dark."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tereze.contracts.words import Risk
from tereze.protocol import WorkingCalendar

LEVELS = ["warning", "breach", "agency_head", "regional_department", "ombudsman"]


async def levels_of(window: Any, kind: str) -> list[dict[str, Any]]:
    query = """
        SELECT body->>'clock_id' AS clock, body->>'level' AS level, (body->>'late_by_ms')::bigint AS late_by_ms, at,
               (body->>'level_due_at')::timestamptz AS due
        FROM case_event WHERE body->>'level' IS NOT NULL AND body->>'clock_kind' = $1 ORDER BY case_version
    """
    return list(await window.rows(query, kind))


async def test_nothing_fires_before_its_time(window: Any) -> None:
    case_id = await window.open_case()
    await window.move_clock(timedelta(minutes=89))
    await window.fire_everything()
    assert await levels_of(window, "acknowledge") == []
    await window.move_clock(timedelta(minutes=2))
    await window.fire_everything()
    assert [row["level"] for row in await levels_of(window, "acknowledge")] == ["warning"] * 4
    assert await window.count(f"case_event WHERE case_id = '{case_id}' AND type = 'tereze.clock.warned.v1'") == 4


async def test_after_an_eight_hour_outage_each_level_fires_once_in_order_marked_late(window: Any) -> None:
    await window.open_case()
    await window.move_clock(timedelta(hours=8))
    await window.fire_everything()
    fired = await levels_of(window, "acknowledge")
    clocks = {row["clock"] for row in fired}
    assert len(clocks) == 4
    for clock in clocks:
        own = [row for row in fired if row["clock"] == clock]
        assert [row["level"] for row in own] == LEVELS
        assert all(row["late_by_ms"] == (row["at"] - row["due"]) // timedelta(milliseconds=1) for row in own)
        assert own[0]["late_by_ms"] >= 6.5 * 3_600_000
    before = await window.count("case_event")
    await window.fire_everything()
    assert await window.count("case_event") == before


def until_a_working_morning(calendar: WorkingCalendar) -> timedelta:
    """From now to nine o'clock of the next working day: medium limits count working hours, whenever this runs."""
    now = datetime.now(UTC)
    days = (calendar.local(now).date() + timedelta(days=ahead) for ahead in range(1, 30))
    opens, _ = calendar.hours_of(next(day for day in days if calendar.works_on(day)))[0]
    return opens - now


async def test_after_eight_hours_every_level_of_every_case_fires_once_the_most_severe_first(
    window: Any, calendar: WorkingCalendar
) -> None:
    """Mixed cases, opened the mildest first, so that nothing comes in the order it was made."""
    morning = until_a_working_morning(calendar)
    await window.move_clock(morning)
    risks = [Risk.LOW, Risk.MEDIUM, Risk.CRITICAL, Risk.HIGH, Risk.CRITICAL, Risk.LOW]
    for risk in risks:
        await window.open_case(risk=risk, by="almaty-police", ago=-morning)
    await window.move_clock(timedelta(hours=8))
    overdue = await window.rows(
        "SELECT subject, severity FROM timer JOIN clock ON clock_id = subject WHERE timer.due_at <= tereze_now()"
    )
    await window.fire_everything()
    fired = await window.rows(
        "SELECT headers->>'ce_type' AS type, payload FROM outbox WHERE headers->>'ce_type' ~ 'clock.(warned|breached|escalated)'"
        " ORDER BY position"
    )
    told = [json.loads(row["payload"]) for row in fired]
    heard = [(one["clock_id"], one["level"]) for one in told]
    repeats = [pair for pair in heard if pair[1] != "ombudsman"]
    assert len(set(repeats)) == len(repeats), "each level of each clock once"
    assert {clock for clock, _ in heard} >= {row["subject"] for row in overdue}, "none is missed"
    assert all(one["late_by_ms"] > 0 for one in told)
    first_heard: dict[str, int] = {}
    for one in told:
        first_heard.setdefault(one["clock_id"], list(Risk).index(one["risk"]))
    waited = {row["subject"] for row in overdue}
    order = [severity for clock, severity in first_heard.items() if clock in waited]
    assert order == sorted(order), "what is most severe is heard of first"
    assert set(order) >= {0, 1, 2}
    before = await window.count("case_event")
    await window.fire_everything()
    assert await window.count("case_event") == before


async def test_after_days_in_the_dark_the_last_level_is_repeated_once_and_then_daily(window: Any) -> None:
    await window.open_case()
    await window.move_clock(timedelta(days=5))
    await window.fire_everything()
    clock = (await levels_of(window, "triage"))[0]["clock"]
    own = [row["level"] for row in await levels_of(window, "triage") if row["clock"] == clock]
    assert own == [*LEVELS, "ombudsman"]
    await window.move_clock(timedelta(days=1))
    await window.fire_everything()
    assert [row["level"] for row in await levels_of(window, "triage")] == [*LEVELS, "ombudsman", "ombudsman"]


async def test_the_most_severe_case_is_heard_of_first(window: Any) -> None:
    mild = await window.open_case(risk=Risk.MEDIUM, by="almaty-police")
    severe = await window.open_case(risk=Risk.CRITICAL)
    await window.fire_everything()  # the commission convenes at once; what it owes is not late yet
    await window.move_clock(timedelta(days=10))
    await window.fire_everything()
    rows = await window.rows(
        "SELECT key FROM outbox WHERE headers->>'ce_type' LIKE 'tereze.clock.%ed.v1' "
        "AND headers->>'ce_type' <> 'tereze.clock.started.v1' ORDER BY position"
    )
    order = [row["key"] for row in rows]
    assert order.index(mild) > max(i for i, key in enumerate(order) if key == severe)


async def test_an_acknowledgement_that_races_the_firing_wins_or_is_late_but_never_both(window: Any) -> None:
    case_id = await window.open_case()
    task = await window.task_of(case_id, "health")
    await window.move_clock(timedelta(hours=2))
    who = await window.member_of(task["agency_id"])

    async def receive() -> int:
        async with window.caller(who) as caller:
            answer = await caller.post(f"/v1/tasks/{task['task_id']}/receive", headers={"If-Match": '"1"'})
        return int(answer.status_code)

    status, _ = await asyncio.gather(receive(), window.fire_everything())
    await window.fire_everything()
    assert status == 200
    rows = await window.rows(
        "SELECT type FROM case_event WHERE body->>'task_id' = $1 AND body->>'clock_kind' = 'acknowledge' "
        "ORDER BY case_version",
        task["task_id"],
    )
    types = [row["type"] for row in rows]
    assert types[-1] == "tereze.clock.stopped.v1"
    assert types[1:-1] in ([], ["tereze.clock.warned.v1"], ["tereze.clock.warned.v1", "tereze.clock.breached.v1"])


async def test_a_timer_of_an_earlier_generation_and_one_of_a_stopped_clock_say_nothing(window: Any) -> None:
    case_id = await window.open_case()
    await window.rows("UPDATE clock SET generation = 7 WHERE kind = 'decide' RETURNING 1")
    await window.rows("UPDATE clock SET state = 'met' WHERE kind = 'see_the_child' RETURNING 1")
    await window.move_clock(timedelta(days=3))
    before = await levels_of(window, "decide"), await levels_of(window, "see_the_child")
    await window.fire_everything()
    assert (await levels_of(window, "decide"), await levels_of(window, "see_the_child")) == before == ([], [])
    assert await levels_of(window, "acknowledge"), case_id


async def test_every_running_clock_has_a_pending_timer_at_its_next_level(window: Any) -> None:
    await window.open_case()
    await window.move_clock(timedelta(hours=5))
    await window.fire_everything()
    silent = await window.rows(
        "SELECT clock_id FROM clock LEFT JOIN timer ON timer.kind = 'ladder' AND subject = clock_id AND fired_at IS NULL "
        "WHERE state IN ('running', 'breached') AND (subject IS NULL OR timer.generation <> clock.generation)"
    )
    assert silent == []
