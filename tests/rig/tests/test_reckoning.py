"""The reckoning is believed only because each kind of harm, planted alone, is found."""

from typing import Any

from tereze.rig.ledger.reckoning import LogEntry, Reckoning, reckon

REFERRAL, CASE, TASK = "ref_1", "cas_1", "tsk_1"


def entry(event_id: str, type_: str, version: int, **data: Any) -> LogEntry:
    return LogEntry(event_id, f"tereze.{type_}.v1", {"case_id": CASE, "case_version": version, **data})


def healthy() -> list[LogEntry]:
    task = {"task_id": TASK, "service": "police"}
    return [
        entry("e1", "case.opened", 1),
        entry("e2", "case.referral-attached", 2, referral_id=REFERRAL),
        entry("e3", "clock.started", 3, clock_id="clk_1"),
        entry("e4", "task.assigned", 4, **task, state="requested"),
        entry("e5", "clock.started", 5, clock_id="clk_2", **task),
    ]


def found(
    log: list[LogEntry], received: list[LogEntry] | None = None, acknowledged: dict[str, str] | None = None
) -> Reckoning:
    return reckon(acknowledged or {"k": REFERRAL}, log, log if received is None else received, [{REFERRAL}])


def test_a_healthy_run_is_clean() -> None:
    assert found(healthy()) == Reckoning()


def test_redelivery_of_the_same_event_is_not_harm() -> None:
    log = healthy()
    assert found([*log, log[1]], [*log, log[0], log[4]]) == Reckoning()


def test_an_acknowledged_referral_without_a_case_is_lost() -> None:
    assert found(healthy(), acknowledged={"k": REFERRAL, "k2": "ref_2"}).lost == ["referral ref_2"]


def test_an_event_that_never_arrived_is_lost() -> None:
    log = healthy()
    assert found(log, log[:-1]).lost == ["event e5 tereze.clock.started.v1"]


def test_one_place_in_a_case_with_two_events_is_doubled() -> None:
    assert found([*healthy(), entry("e6", "clock.warned", 5)]).doubled == ["cas_1 version 5"]


def test_two_open_tasks_of_one_service_are_doubled() -> None:
    extra = [
        entry("e6", "task.assigned", 6, task_id="tsk_2", service="police", state="requested"),
        entry("e7", "clock.started", 7, clock_id="clk_3", task_id="tsk_2"),
    ]
    assert found(healthy() + extra).doubled == ["cas_1 police tasks"]


def test_one_child_on_two_cases_is_doubled_unless_they_were_joined() -> None:
    second = LogEntry(
        "f1", "tereze.case.referral-attached.v1", {"case_id": "cas_2", "case_version": 1, "referral_id": "ref_2"}
    )
    log = [*healthy(), second]
    acknowledged = {"k": REFERRAL, "k2": "ref_2"}
    assert reckon(acknowledged, log, log, [{REFERRAL, "ref_2"}]).doubled == ["one child on 2 cases: ['cas_1', 'cas_2']"]
    joined = LogEntry("f2", "tereze.case.joined.v1", {"case_id": "cas_2", "case_version": 2, "into_case_id": CASE})
    assert reckon(acknowledged, [*log, joined], [*log, joined], [{REFERRAL, "ref_2"}]).doubled == []


def test_a_case_may_be_joined_into_one_that_is_joined_itself() -> None:
    def other(event_id: str, type_: str, case: str, version: int, **data: str) -> LogEntry:
        return LogEntry(event_id, f"tereze.case.{type_}.v1", {"case_id": case, "case_version": version, **data})

    log = [
        *healthy(),
        other("f1", "referral-attached", "cas_3", 1, referral_id="ref_3"),
        other("f2", "joined", "cas_3", 2, into_case_id="cas_2"),
        other("f3", "referral-attached", "cas_2", 1, referral_id="ref_3"),
        other("f4", "joined", "cas_2", 2, into_case_id=CASE),
    ]
    assert reckon({"k": REFERRAL, "k3": "ref_3"}, log, log, [{REFERRAL, "ref_3"}]).doubled == []


def test_events_of_a_case_out_of_order_are_reordered_at_either_place() -> None:
    log = healthy()
    swapped = [log[0], log[2], log[1], *log[3:]]
    assert found(swapped, log).reordered == ["log cas_1"]
    assert found(log, swapped).reordered == ["webhook cas_1"]


def test_a_gap_in_the_log_is_reordered() -> None:
    log = healthy()
    assert found([*log[:2], *log[3:]]).reordered == ["log cas_1"]


def test_an_open_task_without_a_running_clock_is_clockless() -> None:
    stopped = entry("e6", "clock.stopped", 6, clock_id="clk_2", task_id=TASK)
    assert found([*healthy(), stopped]).clockless == ["task tsk_1"]


def test_an_untriaged_case_without_a_running_clock_is_clockless() -> None:
    stopped = entry("e6", "clock.stopped", 6, clock_id="clk_1")
    assert found([*healthy(), stopped]).clockless == ["case cas_1"]


def test_a_task_that_moved_and_ended_is_over_whichever_case_is_read_last() -> None:
    def joined(event_id: str, type_: str, version: int, **data: str) -> LogEntry:
        return LogEntry(event_id, f"tereze.{type_}.v1", {"case_id": "cas_2", "case_version": version, **data})

    moved = {"task_id": "tsk_2", "service": "health"}
    survivor = [
        *healthy(),
        entry("e6", "task.assigned", 6, **moved, state="requested"),
        entry("e7", "task.withdrawn", 7, **moved, state="withdrawn"),
    ]
    left = [
        joined("f1", "case.opened", 1),
        joined("f2", "task.assigned", 2, **moved, state="requested"),
        joined("f3", "case.joined", 3, into_case_id=CASE),
    ]
    assert found([*survivor, *left]) == found([*left, *survivor]) == Reckoning()
