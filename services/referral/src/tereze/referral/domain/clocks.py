"""Decides how a running deadline starts, stops and passes on; must never move a start later."""

from dataclasses import dataclass, replace
from datetime import datetime

from tereze.contracts.words import ClockKind, ClockState, LadderLevel, Risk
from tereze.protocol import Span

_GOING = frozenset({ClockState.RUNNING, ClockState.BREACHED})


@dataclass(slots=True)
class Clock:
    """One deadline of one agency. Its start and due time never change: whoever needs others gets a successor.

    ``position`` is the place on the ladder that comes next; ``generation`` grows with each timer that was set for it;
    ``row`` is the row of ``protocol_version`` that decided the due time; ``follows_clock_id`` is the clock this one goes
    back to: that of the duty as it was before, or the breach it answers.
    """

    clock_id: str
    kind: ClockKind
    task_id: str | None
    agency_id: str
    risk: Risk
    started_at: datetime
    due_at: datetime
    state: ClockState = ClockState.RUNNING
    stopped_at: datetime | None = None
    position: int = 0
    reached: LadderLevel | None = None
    generation: int = 1
    protocol_version: str | None = None
    row: str | None = None
    follows_clock_id: str | None = None

    @property
    def going(self) -> bool:
        """Whether evidence is still owed; a breached clock runs on."""
        return self.state in _GOING

    @property
    def span(self) -> Span:
        """Start and due time."""
        return Span(self.started_at, self.due_at)

    def stop(self, now: datetime) -> None:
        """Evidence came: met in time or late."""
        self.state = ClockState.MET if now <= self.due_at else ClockState.MET_LATE
        self.stopped_at = now

    def cancel(self, now: datetime) -> None:
        """The duty ended or passed on without evidence from this agency."""
        self.state, self.stopped_at = ClockState.CANCELLED, now

    def reach(self, position: int, level: LadderLevel) -> None:
        """A level of the ladder was told."""
        self.position, self.reached = position + 1, level
        self.generation += 1
        if level is not LadderLevel.WARNING:
            self.state = ClockState.BREACHED

    def successor(
        self,
        clock_id: str,
        *,
        agency_id: str | None = None,
        task_id: str | None = None,
        risk: Risk | None = None,
        started_at: datetime | None = None,
        due_at: datetime | None = None,
        row: str | None = None,
    ) -> "Clock":
        """The same duty with another holder, an earlier due time or in another case; the ladder goes on where it was.

        Raises ValueError for a later start or due time.
        """
        started_at, due_at = started_at or self.started_at, due_at or self.due_at
        if started_at > self.started_at or due_at > self.due_at:
            raise ValueError(f"{self.clock_id} would start or end later")
        return replace(
            self,
            clock_id=clock_id,
            agency_id=agency_id or self.agency_id,
            task_id=task_id or self.task_id,
            risk=risk or self.risk,
            started_at=started_at,
            due_at=due_at,
            row=row or self.row,
            state=ClockState.BREACHED if self.past_breach else ClockState.RUNNING,
            stopped_at=None,
            generation=1,
        )

    def take_in(self, other: "Clock") -> None:
        """Two clocks of one duty become this one: the ladder goes on from the higher place."""
        if other.position > self.position:
            self.position, self.reached = other.position, other.reached
            self.state = ClockState.BREACHED if self.past_breach else ClockState.RUNNING

    @property
    def past_breach(self) -> bool:
        """Whether the ladder told of a breach already."""
        return self.reached not in {None, LadderLevel.WARNING}
