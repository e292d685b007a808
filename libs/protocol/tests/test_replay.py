"""Decides that a replay says what was late then, what would be under another version, and who did not answer."""

import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tereze.contracts.words import Category, ClockKind, Risk
from tereze.protocol import BadHistory, Facts, Pack, Standing, WorkingCalendar, load_pack, plan, read_history, replay
from tereze.protocol.cli import main

FRIDAY = datetime(2026, 7, 24, 11, 40, tzinfo=UTC)
LATER = FRIDAY + timedelta(days=400)
HOUR = timedelta(hours=1)
AGENCY = "agc_" + "a" * 32


class History:
    """Writes what happened in a case, as the feed would tell it."""

    def __init__(self, number: int = 1, version: str = "kz-default/1") -> None:
        self.case_id, self.version, self.lines = f"cas_{number:032x}", version, list[bytes]()

    def tell(self, what: str, at: datetime, **data: Any) -> None:
        named = {"case_id": self.case_id, "case_version": len(self.lines) + 1, "protocol_version": self.version}
        event = {"type": f"tereze.{what}.v1", "time": at.isoformat(), "data": named | data}
        self.lines.append(json.dumps(event, default=lambda value: value.isoformat()).encode())

    def report(self, risk: Risk, *categories: Category, at: datetime = FRIDAY) -> None:
        known = {"risk": risk, "categories": categories}
        if not self.lines:
            self.tell("case.opened", at, opened_at=at, **known)
        self.tell("case.referral-attached", at, received_at=at, **known)

    def task(self, service: str, number: int = 1) -> None:
        self.tell("task.assigned", FRIDAY, task_id=f"tsk_{number}", service=service)

    def clock(self, kind: ClockKind, hours: float, *, task: str | None = "tsk_1", clock_id: str = "") -> dict[str, Any]:
        clock = {
            "clock_id": clock_id or f"clk_{kind}", "clock_kind": kind, "task_id": task, "agency_id": AGENCY,
            "started_at": FRIDAY, "due_at": FRIDAY + hours * HOUR,
        }  # fmt: skip
        self.tell("clock.started", FRIDAY, **clock)
        return clock

    def stop(self, clock: dict[str, Any], hours: float, state: str = "met") -> None:
        at = FRIDAY + hours * HOUR
        self.tell("clock.stopped", at, **clock, stopped_at=at, state=state)

    def level(self, clock: dict[str, Any], level: str, hours: float) -> None:
        at, what = FRIDAY + hours * HOUR, "breached" if level == "breach" else "escalated"
        self.tell(f"clock.{what}", at, **clock, level=level, fired_at=at, told_agency_ids=[AGENCY])


def judge(history: History, pack: Pack, calendar: WorkingCalendar, as_of: datetime = LATER) -> Any:
    [case] = replay(read_history(history.lines), pack, calendar, as_of)
    return case


def verdict(case: Any, part: str | None, kind: ClockKind) -> Any:
    return next(each for each in case.judged if (each.part, each.kind) == (part, kind))


@pytest.fixture
def neglect() -> History:
    """Low risk, version 1: everything in time then. The visit came after nine days."""
    history = History()
    history.report(Risk.LOW, Category.NEGLECT)
    history.task("social_patronage")
    for kind, hours, met in ((ClockKind.ACKNOWLEDGE, 72, 2), (ClockKind.DECIDE, 96, 50), (ClockKind.SEE_THE_CHILD, 336, 216)):  # fmt: skip
        history.stop(history.clock(kind, hours), met)
    return history


def test_then_on_time_at_every_step_and_today_late_at_two(
    neglect: History, newest_text: str, calendar: WorkingCalendar
) -> None:
    stricter = newest_text.replace(
        "low: 2 WD, advice_only: 2 WD}\n  unassigned", "low: 12 h W, advice_only: 2 WD}\n  unassigned"
    )
    stricter = stricter.replace("medium: 72 h W, low: 10 WD", "medium: 72 h W, low: 72 h W", 1)
    case = judge(neglect, load_pack(stricter), calendar)
    tasks = [each for each in case.judged if each.then]
    assert [each.then.standing for each in tasks] == [Standing.ON_TIME] * 3
    late = {each.kind: each.now.late_by for each in tasks if each.now.standing is Standing.LATE}
    assert late == {ClockKind.DECIDE: 38 * HOUR, ClockKind.SEE_THE_CHILD: 144 * HOUR}
    assert all(each.now.row for each in tasks)
    assert (case.late(now=False), case.versions) == (0, ("kz-default/1",))


def test_what_today_asks_for_and_nobody_did_then_is_named(
    neglect: History, newest: Pack, calendar: WorkingCalendar
) -> None:
    case = judge(neglect, newest, calendar)
    told = verdict(case, None, ClockKind.TELL_REPORTER)
    assert (told.then, told.now.standing) == (None, Standing.NEVER)
    assert told.now.row == "obligations.tell_reporter.limits.low"
    assert verdict(case, None, ClockKind.ASSESSMENT).now.standing is Standing.NEVER
    assert verdict(judge(neglect, newest, calendar, FRIDAY + 24 * HOUR), None, ClockKind.ASSESSMENT).now.standing is (
        Standing.OPEN
    )


def test_evidence_that_no_clock_waited_for_counts_all_the_same(
    neglect: History, newest: Pack, calendar: WorkingCalendar
) -> None:
    neglect.tell("case.evidence-recorded", FRIDAY + 30 * HOUR, kind="reporter_told", ends=["tell_reporter"])
    neglect.tell("case.evidence-recorded", FRIDAY + 300 * HOUR, kind="disclosure", ends=["inform_agencies"])
    case = judge(neglect, newest, calendar)
    assert verdict(case, None, ClockKind.TELL_REPORTER).now.standing is Standing.ON_TIME
    assert verdict(case, None, ClockKind.INFORM_AGENCIES).now.late_by == 228 * HOUR


def test_a_case_under_its_own_version_stands_as_it_stood(
    neglect: History, pack: Pack, calendar: WorkingCalendar
) -> None:
    for each in judge(neglect, pack, calendar).judged:
        if each.then:
            assert (each.now.standing, each.now.due_at) == (each.then.standing, each.then.due_at)


def test_every_escalation_that_nobody_answered_is_named(newest: Pack, calendar: WorkingCalendar) -> None:
    history = History(version="kz-default/2")
    history.report(Risk.HIGH, Category.PHYSICAL)
    history.task("health")
    clock = history.clock(ClockKind.ACKNOWLEDGE, 2)
    for level, hours in (("breach", 2), ("agency_head", 2.5), ("regional_department", 4)):
        history.level(clock, level, hours)
    history.tell("escalation.acknowledged", FRIDAY + 5 * HOUR, clock_id=clock["clock_id"], level="regional_department")
    history.level(clock, "ombudsman", 6)
    case = judge(history, newest, calendar)
    assert [(each.level, each.fired_at) for each in case.unanswered] == [
        ("breach", FRIDAY + 2 * HOUR),
        ("agency_head", FRIDAY + 2.5 * HOUR),
        ("ombudsman", FRIDAY + 6 * HOUR),
    ]
    assert {(each.owed_by, each.told) for each in case.unanswered} == {(AGENCY, (AGENCY,))}
    assert verdict(case, "health", ClockKind.ACKNOWLEDGE).then.standing is Standing.NEVER


def test_a_duty_that_passed_on_is_one_duty_with_the_start_it_had(newest: Pack, calendar: WorkingCalendar) -> None:
    history = History(version="kz-default/2")
    history.report(Risk.HIGH, Category.PHYSICAL)
    history.task("health")
    first = history.clock(ClockKind.ACKNOWLEDGE, 2)
    history.stop(first, 1, "cancelled")
    second = history.clock(ClockKind.ACKNOWLEDGE, 2, clock_id="clk_2")
    history.stop(second, 3, "met_late")
    [duty] = [each for each in judge(history, newest, calendar).judged if each.then]
    assert (duty.then.started_at, duty.then.standing, duty.then.late_by) == (FRIDAY, Standing.LATE, HOUR)


def test_a_duty_that_was_withdrawn_is_owed_by_nobody(newest: Pack, calendar: WorkingCalendar) -> None:
    history = History(version="kz-default/2")
    history.report(Risk.HIGH, Category.PHYSICAL)
    history.task("health")
    history.stop(history.clock(ClockKind.ACKNOWLEDGE, 2), 1, "cancelled")
    duty = verdict(judge(history, newest, calendar), "health", ClockKind.ACKNOWLEDGE)
    assert (duty.then.standing, duty.now.standing) == (Standing.WITHDRAWN, Standing.WITHDRAWN)


def test_a_later_stricter_report_ends_duties_earlier_and_never_later(newest: Pack, calendar: WorkingCalendar) -> None:
    history = History(version="kz-default/2")
    history.report(Risk.LOW, Category.NEGLECT)
    history.report(Risk.CRITICAL, Category.NEGLECT, at=FRIDAY + HOUR)
    history.report(Risk.LOW, Category.NEGLECT, at=FRIDAY + 2 * HOUR)
    seen = verdict(judge(history, newest, calendar), "social_patronage", ClockKind.SEE_THE_CHILD)
    assert (seen.now.started_at, seen.now.due_at) == (FRIDAY, FRIDAY + 24 * HOUR)


def test_what_happened_later_is_not_known(neglect: History, pack: Pack, calendar: WorkingCalendar) -> None:
    seen = verdict(judge(neglect, pack, calendar, FRIDAY + 100 * HOUR), "social_patronage", ClockKind.SEE_THE_CHILD)
    assert (seen.evidence_at, seen.then.standing) == (None, Standing.OPEN)


def test_a_gap_in_the_history_is_counted(neglect: History, pack: Pack, calendar: WorkingCalendar) -> None:
    del neglect.lines[4]
    assert judge(neglect, pack, calendar).gaps == 1


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"type": "x"}', '{"type": "x", "time": "noon", "data": {"case_id": "c"}}']
)
def test_a_line_that_is_no_event_is_named(line: str) -> None:
    with pytest.raises(BadHistory, match="line 2: "):
        list(read_history(["\n", line]))


@given(risk=st.sampled_from(Risk), categories=st.lists(st.sampled_from(Category), min_size=1, max_size=3))
def test_a_replay_asks_for_exactly_what_the_plan_asks_for_at_once(
    newest: Pack, calendar: WorkingCalendar, risk: Risk, categories: list[Category]
) -> None:
    history = History(version="kz-default/2")
    history.report(risk, *categories)
    made = plan(newest, Facts(risk, categories))
    planned = {(step.service, clock.kind): clock for step in made.steps for clock in step.at_once}
    planned |= {(None, each.clock.kind): each.clock for each in made.case_clocks if each.clock.at_once}  # type: ignore[misc]
    case = judge(history, newest, calendar)
    assert {(each.part, each.kind): each.now.due_at for each in case.judged} == {
        duty: clock.due(FRIDAY, calendar) for duty, clock in planned.items()
    }


def test_memory_does_not_grow_with_the_number_of_cases(newest: Pack, calendar: WorkingCalendar) -> None:
    def stream(cases: int) -> Iterator[bytes]:
        for number in range(cases):
            history = History(number)
            history.report(Risk.HIGH, Category.PHYSICAL)
            yield from history.lines

    def peak(cases: int) -> int:
        tracemalloc.start()
        for _ in replay(read_history(stream(cases)), newest, calendar, LATER):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(20)  # fills the caches
    assert peak(400) < 2 * peak(40)


def test_the_command_replays_a_file_without_a_server(
    neglect: History, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "history.ndjson"
    path.write_bytes(b"\n".join(neglect.lines))
    words = ["replay", str(path), "--pack", "kz-default/2", "--as-of", LATER.isoformat()]
    assert main([*words, "--json"]) == 0
    [told] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (told["versions_then"], told["version_asked"], told["late_then"]) == (["kz-default/1"], "kz-default/2", 0)
    assert told["late_now"] == sum(
        each["now"] is not None and each["now"]["standing"] in {"late", "never"} for each in told["obligations"]
    )
    assert main(words) == 0
    assert "cases 1; 1 stand otherwise under kz-default/2" in capsys.readouterr().out
