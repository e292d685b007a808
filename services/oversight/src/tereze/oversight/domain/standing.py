"""Decides what a clock's event says about an agency's standing; must never forget a breach because the duty passed on."""

from dataclasses import dataclass
from datetime import datetime

from tereze.contracts.cases import ClockBreached, ClockEscalated, ClockEvent, ClockStopped
from tereze.contracts.identities import ReviewDecided, ReviewEvent, ReviewOverdue
from tereze.contracts.sla import SlaRow
from tereze.contracts.words import ClockKind, ClockState, ReviewLevel


@dataclass(frozen=True, slots=True)
class News:
    """What one event adds: a new state, a breach, one more escalation. Each may be nothing."""

    state: ClockState | None = None
    breached_at: datetime | None = None
    stopped_at: datetime | None = None
    escalations: int = 0


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline, whoever runs it. ``matter_id``: the case or review it belongs to, whose ``version`` grows."""

    clock_id: str
    matter_id: str
    version: int
    agency_id: str
    kind: ClockKind
    started_at: datetime
    due_at: datetime


def clock_of(event: ClockEvent | ReviewEvent) -> Clock:
    """The deadline an event speaks of. A review is itself a duty with one clock."""
    if isinstance(event, ReviewEvent):
        return Clock(
            event.review_id, event.review_id, event.version, event.agency_id, ClockKind.IDENTITY_REVIEW,
            event.opened_at, event.due_at,
        )  # fmt: skip
    return Clock(
        event.clock_id, event.case_id, event.case_version, event.agency_id, event.clock_kind, event.started_at,
        event.due_at,
    )  # fmt: skip


def news_of(event: ClockEvent | ReviewEvent) -> News:
    """Read one event of a clock or of a review."""
    if isinstance(event, ReviewEvent):
        return _news_of_review(event)
    if isinstance(event, ClockStopped):
        return News(state=event.state, stopped_at=event.stopped_at)
    if isinstance(event, ClockBreached):
        return News(state=ClockState.BREACHED, breached_at=event.fired_at)
    return News(escalations=1 if isinstance(event, ClockEscalated) else 0)


def _news_of_review(event: ReviewEvent) -> News:
    if isinstance(event, ReviewDecided):
        in_time = event.decided_at <= event.due_at
        return News(state=ClockState.MET if in_time else ClockState.MET_LATE, stopped_at=event.decided_at)
    if isinstance(event, ReviewOverdue) and event.level is ReviewLevel.BREACH:
        return News(state=ClockState.BREACHED, breached_at=event.fired_at)
    return News(escalations=1 if isinstance(event, ReviewOverdue) else 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts of one agency's clocks of one kind. ``unanswered``: breached, and taken away or still without evidence."""

    agency_id: str
    clock_kind: ClockKind
    running: int
    unanswered: int
    met: int
    met_late: int
    escalations: int
    next_due_at: datetime | None
    oldest_breach_due_at: datetime | None

    def row(self, now: datetime) -> SlaRow:
        """The line of the board; the share counts every duty whose time is decided."""
        decided = self.met + self.met_late + self.unanswered
        overdue = self.oldest_breach_due_at
        return SlaRow(
            agency_id=self.agency_id,
            clock_kind=self.clock_kind,
            running=self.running,
            breached=self.unanswered,
            met=self.met,
            met_late=self.met_late,
            escalations=self.escalations,
            met_in_time_share=round(self.met / decided, 4) if decided else None,
            next_due_at=self.next_due_at,
            worst_overdue_seconds=max(0, int((now - overdue).total_seconds())) if overdue else None,
        )
