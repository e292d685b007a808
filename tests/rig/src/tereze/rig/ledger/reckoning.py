"""Decides from log and receipts what was lost, doubled, reordered or left clockless; must never ask the services what they believe."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

OPEN_STATES = frozenset({"requested", "received", "accepted", "in_progress"})


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One record of the case topic, in the order of its partition."""

    event_id: str
    type: str
    data: Mapping[str, Any]

    @property
    def case_id(self) -> str:
        """The case it belongs to."""
        return str(self.data["case_id"])

    @property
    def version(self) -> int:
        """Its place in the case."""
        return int(self.data["case_version"])


@dataclass
class Reckoning:
    """What the rig found. Every list must be empty for the promise to hold."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)
    clockless: list[str] = field(default_factory=list)


def reckon(
    acknowledged: Mapping[str, str],
    log: Sequence[LogEntry],
    received: Sequence[LogEntry],
    same_child: Iterable[set[str]],
) -> Reckoning:
    """Compare what was promised with what happened.

    ``acknowledged`` maps each idempotency key to the referral id its 202 named; ``log`` is the case topic; ``received`` the webhook
    receiver's arrivals in order; ``same_child`` groups the referral ids that are about one child.
    """
    found = Reckoning()
    first = _first_occurrences(log)
    _count_lost(found, acknowledged, first, received)
    _count_doubled(found, first, same_child)
    found.reordered += [f"log {case}" for case in _out_of_order(first, gapless=True)]
    found.reordered += [f"webhook {case}" for case in _out_of_order(_first_occurrences(received), gapless=False)]
    _count_clockless(found, first)
    return found


def _first_occurrences(entries: Iterable[LogEntry]) -> list[LogEntry]:
    seen: set[str] = set()
    return [entry for entry in entries if not (entry.event_id in seen or seen.add(entry.event_id))]  # type: ignore[func-returns-value]


def _count_lost(
    found: Reckoning, acknowledged: Mapping[str, str], first: Sequence[LogEntry], received: Sequence[LogEntry]
) -> None:
    attached = {entry.data["referral_id"] for entry in first if entry.type == "tereze.case.referral-attached.v1"}
    found.lost += [f"referral {referral}" for referral in acknowledged.values() if referral not in attached]
    arrived = {entry.event_id for entry in received}
    found.lost += [f"event {entry.event_id} {entry.type}" for entry in first if entry.event_id not in arrived]


def _count_doubled(found: Reckoning, first: Sequence[LogEntry], same_child: Iterable[set[str]]) -> None:
    by_referral: dict[str, set[str]] = defaultdict(set)
    by_place: dict[tuple[str, int], set[str]] = defaultdict(set)
    open_tasks: dict[tuple[str, str], set[str]] = defaultdict(set)
    joined = _joined(first)
    for entry in first:
        by_place[entry.case_id, entry.version].add(entry.event_id)
        if entry.type == "tereze.case.referral-attached.v1":
            by_referral[str(entry.data["referral_id"])].add(joined.get(entry.case_id, entry.case_id))
    for task, (case, service, state) in _last_task_states(first).items():
        if state in OPEN_STATES and case not in joined:
            open_tasks[case, service].add(task)
    found.doubled += [
        f"referral {referral} on {len(cases)} cases" for referral, cases in by_referral.items() if len(cases) > 1
    ]
    found.doubled += [f"{case} version {version}" for (case, version), ids in by_place.items() if len(ids) > 1]
    found.doubled += [f"{case} {service} tasks" for (case, service), tasks in open_tasks.items() if len(tasks) > 1]
    for child in same_child:
        cases = {case for referral in child for case in by_referral.get(referral, ())}
        if len(cases) > 1:
            found.doubled.append(f"one child on {len(cases)} cases: {sorted(cases)}")


def _chains(first: Iterable[LogEntry]) -> dict[str, list[str]]:
    """The cases into which each joined case went, one after the other; the last one goes on."""
    into = {entry.case_id: str(entry.data["into_case_id"]) for entry in first if entry.type == "tereze.case.joined.v1"}
    chains = {}
    for case in into:
        chain, end = list[str](), case
        while end in into and len(chain) <= len(into):
            end = into[end]
            chain.append(end)
        chains[case] = chain
    return chains


def _joined(first: Iterable[LogEntry]) -> dict[str, str]:
    """Where work on each joined case goes on now; a case may be joined into one that is joined later itself."""
    return {case: chain[-1] for case, chain in _chains(first).items()}


def _out_of_order(first: Iterable[LogEntry], *, gapless: bool) -> list[str]:
    last: dict[str, int] = defaultdict(int)
    wrong: set[str] = set()
    for entry in first:
        if entry.version <= last[entry.case_id] or (gapless and entry.version != last[entry.case_id] + 1):
            wrong.add(entry.case_id)
        last[entry.case_id] = max(last[entry.case_id], entry.version)
    return sorted(wrong)


def _last_task_states(first: Sequence[LogEntry]) -> dict[str, tuple[str, str, str]]:
    """Case, service and state of each task. A task moves when its case is joined, and the two cases may lie on different
    partitions: what the case says that goes on counts, however the partitions were read."""
    chains = _chains(first)
    last: dict[str, tuple[str, str, str]] = {}
    for entry in first:
        if not entry.type.startswith("tereze.task."):
            continue
        task = str(entry.data["task_id"])
        known = last.get(task)
        if known is None or len(chains.get(entry.case_id, ())) <= len(chains.get(known[0], ())):
            last[task] = (entry.case_id, str(entry.data["service"]), str(entry.data["state"]))
    return last


def _count_clockless(found: Reckoning, first: Sequence[LogEntry]) -> None:
    running: dict[str, set[str]] = defaultdict(set)
    for entry in first:
        holder = str(entry.data.get("task_id") or entry.case_id)
        if entry.type == "tereze.clock.started.v1":
            running[holder].add(str(entry.data["clock_id"]))
        elif entry.type == "tereze.clock.stopped.v1":
            running[holder].discard(str(entry.data["clock_id"]))
    states = _last_task_states(first)
    found.clockless += [
        f"task {task}" for task, (_, _, state) in states.items() if state in OPEN_STATES and not running[task]
    ]
    opened = {entry.case_id for entry in first if entry.type == "tereze.case.opened.v1"}
    over = {entry.case_id for entry in first if entry.type in {"tereze.case.joined.v1", "tereze.case.triaged.v1"}}
    found.clockless += [f"case {case}" for case in opened - over if not running[case]]
