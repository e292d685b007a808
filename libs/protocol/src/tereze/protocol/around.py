"""Decides whether a pack fits the country around it: its bodies, its calendar, its guidance; must never mend either."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from tereze.contracts.words import AgencyKind, Risk
from tereze.protocol.calendar import WorkingCalendar
from tereze.protocol.guidance import Sheet
from tereze.protocol.limits import Limit, Unit
from tereze.protocol.located import Mistake, Place
from tereze.protocol.pack import Pack

_WORKING = frozenset({Unit.WORKING_HOURS, Unit.WORKING_DAYS})


@dataclass(frozen=True, slots=True)
class Around:
    """What a pack is checked against. ``bodies``: the kinds of agency each region has, national ones included."""

    today: date
    bodies: Mapping[str, frozenset[AgencyKind]]
    calendar: WorkingCalendar
    sheets: Mapping[str, Sheet]


def misfits(pack: Pack, around: Around) -> Iterator[Mistake]:
    """Holders that exist nowhere, limits without a calendar, steps without guidance."""
    yield from _holders(pack, around)
    yield from _calendar(pack, around)
    yield from _guidance(pack, around)


def _holders(pack: Pack, around: Around) -> Iterator[Mistake]:
    for kind, place in _named(pack):
        lacking = sorted(region for region, kinds in around.bodies.items() if kind not in kinds)
        if lacking:
            where = "anywhere" if len(lacking) == len(around.bodies) else f"in {', '.join(lacking)}"
            yield Mistake(place, f"there is no {kind} {where}")


def _named(pack: Pack) -> Iterator[tuple[AgencyKind, Place]]:
    for kind, duty in pack.obligations.items():
        if duty.holder is not None:
            yield duty.holder, ("obligations", kind.value, "holder")
    for code, step in pack.steps.items():
        yield step.service, ("steps", code, "service")
    for service, row in pack.services.items():
        yield row.decider, ("services", service.value, "decider")
    for index, rung in enumerate(pack.ladder.rungs):
        for told in rung.tell:
            if isinstance(told, AgencyKind):
                yield told, ("ladder", "rungs", index, "tell")
    for index, level in enumerate(pack.rules.disputes.levels):
        yield level.owner, ("rules", "disputes", "levels", index)


def _calendar(pack: Pack, around: Around) -> Iterator[Mistake]:
    """The first limit that counts working time is named, with every year it has no calendar for."""
    place = next((place for limit, place in _limits(pack) if limit.unit in _WORKING), None)
    first = min(pack.effective.year, around.today.year)
    missing = [year for year in range(first, around.today.year + 1) if year not in around.calendar.years]
    if place is not None and missing:
        years = ", ".join(map(str, missing))
        yield Mistake(place, f"counts working time, and there is no calendar for {years}")


def _limits(pack: Pack) -> Iterator[tuple[Limit, Place]]:
    for kind, duty in pack.obligations.items():
        for risk in Risk:
            if (limit := duty.limit(risk)) is not None:
                yield limit, ("obligations", kind.value, "limits")
    for code, step in pack.steps.items():
        for kind, limit in step.limits.items():
            yield limit, ("steps", code, "limits", kind.value)


def _guidance(pack: Pack, around: Around) -> Iterator[Mistake]:
    for code, step in pack.steps.items():
        if step.sheet is None:
            yield Mistake(("steps", code), "the step names no guidance sheet")
        elif step.sheet not in around.sheets:
            yield Mistake(("steps", code, "sheet"), f"there is no guidance sheet {step.sheet!r} for this version")
    named = {step.sheet for step in pack.steps.values()}
    for sheet in sorted(set(around.sheets) - named):
        yield Mistake(("steps",), f"no step names the guidance sheet {sheet!r}: it cannot be reached")
