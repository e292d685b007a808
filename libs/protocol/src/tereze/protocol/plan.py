"""Decides who must do what, and within which limits, for a risk and its categories; must never choose an agency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tereze.contracts.directory import LocalName
from tereze.contracts.words import AgencyKind, Category, ClockKind, Risk
from tereze.protocol.calendar import WorkingCalendar, due
from tereze.protocol.limits import Limit
from tereze.protocol.pack import Pack, Step


class NothingReported(ValueError):
    """A plan needs at least one category."""


@dataclass(frozen=True, slots=True)
class PlannedClock:
    """One obligation. Several limits may bind at once; whichever runs out first counts."""

    kind: ClockKind
    limits: tuple[Limit, ...]

    def due(self, start: datetime, calendar: WorkingCalendar) -> datetime:
        """When the obligation runs out (UTC)."""
        return min(due(limit, start, calendar) for limit in self.limits)


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A task for one kind of body; ``because`` names the categories that asked for it."""

    service: AgencyKind
    code: str
    title: LocalName
    mandatory: bool
    clocks: tuple[PlannedClock, ...]
    because: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class CaseClock:
    """A clock that the case carries itself, held by one kind of body."""

    holder: AgencyKind
    clock: PlannedClock


@dataclass(frozen=True, slots=True)
class Plan:
    """The response to one risk and set of categories under one protocol version."""

    protocol_version: str
    risk: Risk
    categories: tuple[Category, ...]
    steps: tuple[PlannedStep, ...]
    case_clocks: tuple[CaseClock, ...]


def stricter(one: Risk, other: Risk) -> Risk:
    """The stricter of two risks."""
    order = list(Risk)
    return min(one, other, key=order.index)


def severity(risk: Risk) -> int:
    """Rank of a risk, 0 the strictest."""
    return list(Risk).index(risk)


def plan(pack: Pack, risk: Risk, categories: Sequence[Category]) -> Plan:
    """The steps of every category together.

    Where two categories ask the same kind of body, the stricter one names the step and every limit of both binds. A kind
    of body that one category bars gets no task, whatever another asks. Raises NothingReported.
    """
    if not categories:
        raise NothingReported("a plan needs at least one category")
    ordered = tuple(sorted(set(categories), key=pack.strictness))
    barred = {kind for category in ordered for kind in pack.categories[category].never}
    asked: dict[AgencyKind, list[tuple[Category, str]]] = {}
    for category in ordered:
        for code in pack.categories[category].steps[risk]:
            if pack.steps[code].service not in barred:
                asked.setdefault(pack.steps[code].service, []).append((category, code))
    return Plan(
        protocol_version=pack.version,
        risk=risk,
        categories=ordered,
        steps=tuple(_step(pack, risk, asked[service]) for service in sorted(asked, key=list(AgencyKind).index)),
        case_clocks=tuple(
            CaseClock(obligation.holder, PlannedClock(kind, (obligation.limits[risk],)))
            for kind, obligation in pack.obligations.items()
            if obligation.holder is not None
        ),
    )


def _step(pack: Pack, risk: Risk, asked: Sequence[tuple[Category, str]]) -> PlannedStep:
    codes = list(dict.fromkeys(code for _, code in asked))
    steps = [pack.steps[code] for code in codes]
    return PlannedStep(
        service=steps[0].service,
        code=codes[0],
        title=steps[0].title,
        mandatory=any(step.mandatory for step in steps),
        clocks=tuple(
            PlannedClock(kind, _limits(pack, risk, kind, steps))
            for kind in ClockKind
            if any(kind in step.obligations for step in steps)
        ),
        because=tuple(category for category, _ in asked),
    )


def _limits(pack: Pack, risk: Risk, kind: ClockKind, steps: Sequence[Step]) -> tuple[Limit, ...]:
    added = [step.limits[kind] for step in steps if kind in step.limits]
    return tuple(dict.fromkeys([pack.obligations[kind].limits[risk], *added]))
