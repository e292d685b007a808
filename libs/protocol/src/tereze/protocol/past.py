"""Decides what happened in a case from its events alone: facts, duties, evidence, silence; must never judge it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tereze.contracts.words import AgencyKind, Category, Circumstance, ClockKind, ClockState, LadderLevel, Risk
from tereze.protocol.history import Told
from tereze.protocol.plan import stricter

Part = AgencyKind | None
"""Whose part of the response: a kind of body with a task, or None for the case itself."""

_LEVELS = frozenset({"clock.warned", "clock.breached", "clock.escalated"})
_ASKS_SOMEBODY = frozenset(LadderLevel) - {LadderLevel.WARNING}
_SHOWS: dict[str, frozenset[ClockKind]] = {
    "task.received": frozenset({ClockKind.ACKNOWLEDGE}),
    "task.accepted": frozenset({ClockKind.ACKNOWLEDGE, ClockKind.DECIDE, ClockKind.UNASSIGNED}),
    "task.declined": frozenset({ClockKind.ACKNOWLEDGE, ClockKind.DECIDE}),
    "task.started": frozenset({ClockKind.SEE_THE_CHILD}),
    "task.fulfilled": frozenset(ClockKind),
}
"""What an event of a task is evidence of, where no clock was running to say so."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was known from an instant on. ``since``: from when the duties it brings are counted."""

    at: datetime
    since: datetime
    risk: Risk
    categories: frozenset[Category]
    circumstances: frozenset[Circumstance]
    occurred_at: datetime | None


@dataclass(slots=True)
class PastDuty:
    """One duty as it ran, whoever held it: a clock and its successors."""

    part: Part
    kind: ClockKind
    agency_id: str
    started_at: datetime
    due_at: datetime
    version: str
    row: str | None
    evidence_at: datetime | None = None
    cancelled: bool = False

    @property
    def going(self) -> bool:
        """Whether evidence was still owed at the end of the history."""
        return self.evidence_at is None and not self.cancelled


@dataclass(frozen=True, slots=True)
class Silence:
    """A level of the ladder that nobody answered before the next came."""

    part: Part
    kind: ClockKind
    level: LadderLevel
    fired_at: datetime
    owed_by: str
    told: tuple[str, ...]


@dataclass(slots=True)
class Past:
    """Everything a replay needs of one case."""

    case_id: str
    reports: list[Report] = field(default_factory=list)
    duties: list[PastDuty] = field(default_factory=list)
    shown: dict[tuple[Part, ClockKind], list[datetime]] = field(default_factory=dict)
    received: dict[AgencyKind, datetime] = field(default_factory=dict)
    ended: dict[AgencyKind, datetime] = field(default_factory=dict)
    versions: dict[str, None] = field(default_factory=dict)
    gaps: int = 0
    seen_version: int = 0
    opened_at: datetime | None = None
    service_of: dict[str, AgencyKind] = field(default_factory=dict)
    running: dict[str, PastDuty] = field(default_factory=dict)
    levels: dict[str, list[tuple[LadderLevel, datetime, str, tuple[str, ...]]]] = field(default_factory=dict)
    answers: dict[str, list[datetime]] = field(default_factory=dict)
    chain: dict[str, PastDuty] = field(default_factory=dict)

    def silences(self, as_of: datetime) -> list[Silence]:
        """The levels that nobody answered: no evidence and no acknowledgement before the next level, or until now."""
        found: list[Silence] = []
        for clock_id, levels in self.levels.items():
            duty = self.chain[clock_id]
            answers = [*self.answers.get(clock_id, ()), *([duty.evidence_at] if duty.evidence_at else [])]
            for place, (level, fired_at, owed_by, told) in enumerate(levels):
                until = levels[place + 1][1] if place + 1 < len(levels) else as_of
                if level in _ASKS_SOMEBODY and not any(fired_at <= answer <= until for answer in answers):
                    found.append(Silence(duty.part, duty.kind, level, fired_at, owed_by, told))
        return found


def remember(case_id: str, events: Iterable[Told]) -> Past:
    """Fold the events of one case, in order. An event of a kind this release does not know changes nothing."""
    past = Past(case_id)
    for event in events:
        version = event.data.get("case_version", 0)
        past.gaps += version != past.seen_version + 1
        past.seen_version = version
        past.versions[event.data["protocol_version"]] = None
        read = _READERS.get(event.what)
        if read is not None:
            read(past, event)
        elif event.what in _LEVELS:
            _level(past, event)
        if event.what in _SHOWS:
            _show(past, event)
    return past


def _report(past: Past, event: Told) -> None:
    data = event.data
    known = past.reports[-1] if past.reports else None
    risk = Risk(data["risk"])
    categories = frozenset(Category(code) for code in data.get("categories", ()))
    circumstances = frozenset(Circumstance(code) for code in data.get("circumstances", ()))
    since = event.instant("received_at") or (past.opened_at if known is None else event.at) or event.at
    past.reports.append(
        Report(
            at=event.at,
            since=since,
            risk=stricter(risk, known.risk) if known else risk,
            categories=categories | (known.categories if known else frozenset()),
            circumstances=circumstances | (known.circumstances if known else frozenset()),
            occurred_at=event.instant("occurred_at") or (known.occurred_at if known else None),
        )
    )


def _opened(past: Past, event: Told) -> None:
    past.opened_at = event.instant("opened_at")


def _rated(past: Past, event: Told) -> None:
    """The risk was confirmed or raised. Raised, what it brings is counted from when the case opened."""
    if not past.reports:
        return
    known, risk = past.reports[-1], Risk(event.data["risk"])
    if risk is not known.risk and stricter(risk, known.risk) is risk:
        since = past.opened_at or known.since
        past.reports.append(Report(event.at, since, risk, known.categories, known.circumstances, known.occurred_at))
    if event.what == "case.triaged":
        past.shown.setdefault((None, ClockKind.TRIAGE), []).append(event.at)


def _assigned(past: Past, event: Told) -> None:
    past.service_of[event.data["task_id"]] = AgencyKind(event.data["service"])


def _show(past: Past, event: Told) -> None:
    service = AgencyKind(event.data["service"])
    past.service_of[event.data["task_id"]] = service
    for kind in _SHOWS[event.what]:
        past.shown.setdefault((service, kind), []).append(event.at)
    if event.what == "task.received":
        past.received.setdefault(service, event.at)
    elif event.what == "task.fulfilled":
        past.ended[service] = event.at


def _evidence(past: Past, event: Told) -> None:
    part = past.service_of.get(event.data.get("task_id") or "")
    for kind in event.data.get("ends", ()):
        past.shown.setdefault((part, ClockKind(kind)), []).append(event.at)


def _clock_started(past: Past, event: Told) -> None:
    data = event.data
    part, kind = past.service_of.get(data.get("task_id") or ""), ClockKind(data["clock_kind"])
    started_at, due_at = event.instant("started_at"), event.instant("due_at")
    assert started_at is not None
    assert due_at is not None
    earlier = next((d for d in reversed(past.duties) if d.part is part and d.kind is kind), None)
    if earlier is not None and earlier.cancelled and started_at <= earlier.started_at:
        earlier.cancelled = False  # a successor: the same duty goes on
        earlier.started_at, earlier.due_at = started_at, min(due_at, earlier.due_at)
        earlier.agency_id, earlier.row = data["agency_id"], data.get("row") or earlier.row
        duty = earlier
    else:
        duty = PastDuty(part, kind, data["agency_id"], started_at, due_at, data["protocol_version"], data.get("row"))
        past.duties.append(duty)
    past.running[data["clock_id"]] = past.chain[data["clock_id"]] = duty


def _clock_stopped(past: Past, event: Told) -> None:
    duty = past.running.pop(event.data["clock_id"], None)
    if duty is None:
        return
    if event.data["state"] == ClockState.CANCELLED:
        duty.cancelled = True
    else:
        duty.evidence_at = event.instant("stopped_at")


def _level(past: Past, event: Told) -> None:
    data, fired_at = event.data, event.instant("fired_at")
    if data["clock_id"] in past.chain and fired_at is not None:
        told = tuple(data.get("told_agency_ids", ()))
        past.levels.setdefault(data["clock_id"], []).append(
            (LadderLevel(data["level"]), fired_at, data["agency_id"], told)
        )


def _answered(past: Past, event: Told) -> None:
    past.answers.setdefault(event.data["clock_id"], []).append(event.at)


_READERS = {
    "case.opened": _opened,
    "case.referral-attached": _report,
    "case.triaged": _rated,
    "case.risk-raised": _rated,
    "case.evidence-recorded": _evidence,
    "task.assigned": _assigned,
    "clock.started": _clock_started,
    "clock.stopped": _clock_stopped,
    "escalation.acknowledged": _answered,
}
