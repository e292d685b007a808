"""Decides when which level of the ladder hears of a clock; must never forget a level or reach one before its time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tereze.contracts.words import LadderLevel, Risk
from tereze.protocol.pack import Pack, Rung, Told


@dataclass(frozen=True, slots=True)
class Span:
    """From the start of a clock to its due time, both aware."""

    started_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a running clock. ``position`` counts from 0 and goes on with each repeat of the last level."""

    position: int
    level: LadderLevel
    at: datetime
    tell: tuple[Told, ...]
    offer: bool


def ladder(pack: Pack, span: Span, risk: Risk) -> tuple[Level, ...]:
    """The levels of a clock, each once, in order of their instants (UTC)."""
    return tuple(level_at(pack, span, risk, position) for position in range(len(pack.ladder.rungs)))


def level_at(pack: Pack, span: Span, risk: Risk, position: int) -> Level:
    """The level at a position; positions past the last level repeat it until evidence comes."""
    rungs = pack.ladder.rungs
    rung = rungs[min(position, len(rungs) - 1)]
    repeats = max(0, position - len(rungs) + 1)
    at = span.due_at + _offset(rung, span, risk) + repeats * timedelta(minutes=pack.ladder.repeat.amount)
    return Level(position, rung.level, at.astimezone(UTC), rung.tell, rung.offer)


def levels_due(pack: Pack, span: Span, risk: Risk, position: int, *, now: datetime) -> tuple[Level, ...]:
    """The levels from ``position`` on whose time has come: every missed one in order.

    Of missed repeats of the last level only the latest counts: a reminder that nobody could hear helps no child.
    """
    last = len(pack.ladder.rungs) - 1
    found: list[Level] = []
    while (level := level_at(pack, span, risk, position)).at <= now:
        if found and found[-1].position > last:
            found.pop()
        found.append(level)
        position += 1
    return tuple(found)


def _offset(rung: Rung, span: Span, risk: Risk) -> timedelta:
    offset = (span.due_at - span.started_at) * rung.after_due_percent / 100
    cap = rung.at_most.get(risk)
    return offset if cap is None else min(offset, timedelta(minutes=cap.amount))
