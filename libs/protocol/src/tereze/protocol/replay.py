"""Decides how a past case stands under the version it ran and under another; must never change what happened."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tereze.contracts.words import ClockKind, Starts
from tereze.protocol.calendar import WorkingCalendar
from tereze.protocol.clocks import PlannedClock
from tereze.protocol.history import Told, cases
from tereze.protocol.ladder import Span
from tereze.protocol.pack import Pack
from tereze.protocol.past import Part, Past, PastDuty, Report, Silence, remember
from tereze.protocol.plan import Facts, plan


class Standing(StrEnum):
    """How one obligation stands."""

    ON_TIME = "on_time"
    LATE = "late"
    NEVER = "never"
    OPEN = "open"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One obligation under one version. ``late_by`` is there where it was late, or is late still."""

    version: str
    row: str | None
    started_at: datetime
    due_at: datetime
    standing: Standing
    late_by: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One obligation: what was then, what would be under the version asked for. Either may not know it."""

    part: Part
    kind: ClockKind
    agency_id: str | None
    evidence_at: datetime | None
    then: Verdict | None
    now: Verdict | None


@dataclass(frozen=True, slots=True)
class CaseReplay:
    """One case under two versions. ``gaps`` counts events that are missing from the history."""

    case_id: str
    versions: tuple[str, ...]
    judged: tuple[Judged, ...]
    unanswered: tuple[Silence, ...]
    gaps: int

    def late(self, *, now: bool) -> int:
        """How many obligations were late or never done, under either version."""
        verdicts = (each.now if now else each.then for each in self.judged)
        return sum(verdict is not None and verdict.standing in {Standing.LATE, Standing.NEVER} for verdict in verdicts)


@dataclass(frozen=True, slots=True)
class _Asked:
    """An obligation as the version asked for has it."""

    part: Part
    clock: PlannedClock
    started_at: datetime
    due_at: datetime
    row: str


def replay(history: Iterable[Told], protocol: Pack, calendar: WorkingCalendar, as_of: datetime) -> Iterator[CaseReplay]:
    """Each case of a history, as it stood at ``as_of`` under its own versions and under ``protocol``.

    Events of a case stand together, in order; only one case is held at a time. What happened after ``as_of`` is not known.
    """
    for case_id, events in cases(history):
        past = remember(case_id, (event for event in events if event.at <= as_of))
        if past.reports:
            yield _judge(past, protocol, calendar, as_of)


def _judge(past: Past, protocol: Pack, calendar: WorkingCalendar, as_of: datetime) -> CaseReplay:
    asked = _obligations(past, protocol, calendar)
    judged: list[Judged] = []
    for duty in past.duties:
        key = (duty.part, duty.kind)
        mine = asked.pop(key, None)
        then = _verdict(duty.version, duty.row, Span(duty.started_at, duty.due_at), duty.evidence_at, as_of)
        if duty.cancelled:
            then = Verdict(duty.version, duty.row, duty.started_at, duty.due_at, Standing.WITHDRAWN)
        now = _now(mine, protocol, duty.evidence_at, as_of, cancelled=duty.cancelled) if mine else None
        judged.append(Judged(duty.part, duty.kind, duty.agency_id, duty.evidence_at, then, now))
    for (part, kind), mine in asked.items():
        evidence_at = next((at for at in past.shown.get((part, kind), ()) if at >= mine.started_at), None)
        now = _now(mine, protocol, evidence_at, as_of, cancelled=False)
        judged.append(Judged(part, kind, None, evidence_at, None, now))
    return CaseReplay(past.case_id, tuple(past.versions), tuple(judged), tuple(past.silences(as_of)), past.gaps)


def _now(mine: _Asked, protocol: Pack, evidence_at: datetime | None, as_of: datetime, *, cancelled: bool) -> Verdict:
    if cancelled:
        return Verdict(protocol.version, mine.row, mine.started_at, mine.due_at, Standing.WITHDRAWN)
    return _verdict(protocol.version, mine.row, Span(mine.started_at, mine.due_at), evidence_at, as_of)


def _verdict(
    version: str,
    row: str | None,
    span: Span,
    evidence_at: datetime | None,
    as_of: datetime,
) -> Verdict:
    due_at = span.due_at
    if evidence_at is not None:
        late = evidence_at > due_at
        standing, late_by = (Standing.LATE, evidence_at - due_at) if late else (Standing.ON_TIME, None)
    elif as_of > due_at:
        standing, late_by = Standing.NEVER, as_of - due_at
    else:
        standing, late_by = Standing.OPEN, None
    return Verdict(version, row, span.started_at, due_at, standing, late_by)


def _obligations(past: Past, protocol: Pack, calendar: WorkingCalendar) -> dict[tuple[Part, ClockKind], _Asked]:
    """What the version would have asked for, report by report: an earlier end binds, a later one never does."""
    asked: dict[tuple[Part, ClockKind], _Asked] = {}
    for report in past.reports:
        made = plan(protocol, Facts(report.risk, tuple(report.categories), report.circumstances))
        owed: list[tuple[Part, PlannedClock]] = [(step.service, clock) for step in made.steps for clock in step.clocks]
        owed += [(None, each.clock) for each in made.case_clocks]
        for part, clock in owed:
            known = asked.get((part, clock.kind))
            started_at = known.started_at if known else _start(past, part, clock, report)
            if clock.on_request or started_at is None:
                continue
            due_at, bound = clock.ends(started_at, calendar, report.occurred_at)
            if known is None or (due_at < known.due_at and report.at <= known.due_at):
                asked[part, clock.kind] = _Asked(part, clock, started_at, due_at, bound.row)
    return asked


def _start(past: Past, part: Part, clock: PlannedClock, report: Report) -> datetime | None:
    """When the obligation began, or None where what would have started it is not in the history."""
    if clock.starts is Starts.RECEIVED:
        return report.since
    if clock.starts is Starts.TASK_RECEIVED and part is not None:
        return past.received.get(part)
    return next((duty.started_at for duty in past.duties if _same(duty, part, clock)), None)


def _same(duty: PastDuty, part: Part, clock: PlannedClock) -> bool:
    return duty.part is part and duty.kind is clock.kind
