"""Decides what a planned obligation is and which of its limits ends it; must never start one by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tereze.contracts.words import ClockKind, Starts
from tereze.protocol.calendar import WorkingCalendar
from tereze.protocol.due import due
from tereze.protocol.limits import Limit


@dataclass(frozen=True, slots=True)
class Bound:
    """One limit with the row of the pack it stands in. ``from_event``: counted from when the harm was done."""

    limit: Limit
    row: str
    from_event: bool = False


@dataclass(frozen=True, slots=True)
class PlannedClock:
    """One obligation. Several limits may bind at once; whichever runs out first counts. None: owed on request only."""

    kind: ClockKind
    bounds: tuple[Bound, ...]
    protocol_version: str
    starts: Starts = Starts.RECEIVED
    recurring: bool = False

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The limits counted from the start."""
        return tuple(bound.limit for bound in self.bounds if not bound.from_event)

    @property
    def on_request(self) -> bool:
        """Whether it waits until somebody asks for it."""
        return not self.bounds

    @property
    def at_once(self) -> bool:
        """Whether it runs from the moment the report was received."""
        return self.starts is Starts.RECEIVED and not self.on_request

    def due(self, start: datetime, calendar: WorkingCalendar, occurred_at: datetime | None = None) -> datetime:
        """When the obligation runs out (UTC). Raises ValueError for one owed on request."""
        return self.ends(start, calendar, occurred_at)[0]

    def ends(
        self, start: datetime, calendar: WorkingCalendar, occurred_at: datetime | None = None
    ) -> tuple[datetime, Bound]:
        """When the obligation runs out (UTC), and the limit that decided.

        A limit counted from the event that had passed at the start no longer binds, unless all had: then the obligation
        ends with the start. While the event's time is unknown it counts from the start.
        """
        ended = [(due(b.limit, _base(b, start, occurred_at), calendar), b) for b in self.bounds]
        if not ended:
            raise ValueError(f"{self.kind} is owed on request: nothing sets its end")
        binding = [(end, bound) for end, bound in ended if end > start]
        if binding:
            return min(binding, key=lambda pair: pair[0])
        return start, max(ended, key=lambda pair: pair[0])[1]


def merge(one: PlannedClock, other: PlannedClock) -> PlannedClock:
    """The same obligation asked for twice: every limit binds."""
    bounds = tuple(dict.fromkeys((*one.bounds, *other.bounds)))
    return PlannedClock(one.kind, bounds, one.protocol_version, one.starts, one.recurring or other.recurring)


def merged(clocks: Sequence[PlannedClock]) -> tuple[PlannedClock, ...]:
    """One clock per obligation, in the order of the kinds."""
    found: dict[ClockKind, PlannedClock] = {}
    for clock in clocks:
        found[clock.kind] = merge(found[clock.kind], clock) if clock.kind in found else clock
    return tuple(found[kind] for kind in ClockKind if kind in found)


def _base(bound: Bound, start: datetime, occurred_at: datetime | None) -> datetime:
    return occurred_at if bound.from_event and occurred_at is not None else start
