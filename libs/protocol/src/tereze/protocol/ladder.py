"""Decides when which level of the ladder hears of a clock; must never forget a level or reach one before its time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tereze.contracts.words import LadderLevel, Risk
from tereze.protocol.pack import Pack, Rung, Told


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a running clock. ``position`` counts from 0 and goes on with each repeat of the last level."""

    position: int
    level: LadderLevel
    at: datetime
    tell: tuple[Told, ...]
    offer: bool


def ladder(pack: Pack, started_at: datetime, due_at: datetime, risk: Risk) -> tuple[Level, ...]:
    """The levels of a clock, each once, in order of their instants (UTC)."""
    return tuple(level_at(pack, started_at, due_at, risk, position) for position in range(len(pack.ladder.rungs)))


def level_at(pack: Pack, started_at: datetime, due_at: datetime, risk: Risk, position: int) -> Level:
    """The level at a position; positions past the last level repeat it until evidence comes."""
    rungs = pack.ladder.rungs
    rung = rungs[min(position, len(rungs) - 1)]
    repeats = max(0, position - len(rungs) + 1)
    at = due_at + _offset(rung, due_at - started_at, risk) + repeats * timedelta(minutes=pack.ladder.repeat.amount)
    return Level(position, rung.level, at.astimezone(UTC), rung.tell, rung.offer)


def levels_due(
    pack: Pack, started_at: datetime, due_at: datetime, risk: Risk, position: int, now: datetime
) -> tuple[Level, ...]:
    """The levels from ``position`` on whose time has come: every missed one in order. Of missed repeats only the latest,
    because a reminder that nobody could hear helps no child.
    """
    found: list[Level] = []
    while (level := level_at(pack, started_at, due_at, risk, position)).at <= now:
        if found and level.position >= len(pack.ladder.rungs) and found[-1].position >= len(pack.ladder.rungs):
            found.pop()
        found.append(level)
        position += 1
    return tuple(found)


def _offset(rung: Rung, span: timedelta, risk: Risk) -> timedelta:
    offset = span * rung.after_due_percent / 100
    cap = rung.at_most.get(risk)
    return offset if cap is None else min(offset, timedelta(minutes=cap.amount))
