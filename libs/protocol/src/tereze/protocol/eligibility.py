"""Decides what a child may receive on which ground, and whether a place or the commission is needed; must never grant without a row."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from tereze.contracts.directory import LocalName
from tereze.contracts.words import (
    AgencyKind,
    Category,
    CentreProfile,
    Circumstance,
    Ground,
    PlacedAs,
    PlacementPaper,
    Risk,
    ServiceCode,
)
from tereze.protocol.limits import Limit
from tereze.protocol.pack import Pack
from tereze.protocol.support import CommissionRow, PlacementRow, ServiceRow

T = TypeVar("T")
NO_GROUND = "no_ground_in_the_pack"
"""The reason code of a gap: the child needs the service, and the rules have no ground on which to give it."""


@dataclass(frozen=True, slots=True)
class PlannedService:
    """A service the case calls for: granted on a ground, or refused with a reason and the gap to be counted."""

    code: ServiceCode
    title: LocalName
    decider: AgencyKind
    limit: Limit
    row: str
    ground: Ground | None = None
    basis: LocalName | None = None
    refusal: LocalName | None = None
    grounds_known: tuple[Ground, ...] = ()

    @property
    def granted(self) -> bool:
        """Whether a ground holds."""
        return self.ground is not None

    @property
    def gap(self) -> str | None:
        """The reason code where no ground holds."""
        return None if self.granted else NO_GROUND


@dataclass(frozen=True, slots=True)
class PlacementNeed:
    """A place in a centre that is needed: what the centre must be prepared for and which papers must be there."""

    profiles: tuple[CentreProfile, ...]
    placed_as: tuple[PlacedAs, ...]
    papers: tuple[PlacementPaper, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Convening:
    """Whether the commission convenes, how urgently, and the rows that say why."""

    convene: bool = False
    urgent: bool = False
    why: tuple[str, ...] = ()


def services(
    pack: Pack, categories: tuple[Category, ...], risk: Risk, known: frozenset[Circumstance]
) -> tuple[PlannedService, ...]:
    """Every service that the categories call for, in the order of the pack."""
    wanted = {code for category in categories for code in pack.categories[category].services}
    return tuple(_service(code, row, categories, risk, known) for code, row in pack.services.items() if code in wanted)


def placement_need(
    pack: Pack, categories: tuple[Category, ...], risk: Risk, known: frozenset[Circumstance]
) -> PlacementNeed | None:
    """What a centre would have to be prepared for, or None where no row asks for a place."""
    rows = [
        (category, row)
        for category in categories
        for row in pack.categories[category].placement
        if row.when.holds(risk, categories, known)
    ]
    if not rows:
        return None
    return PlacementNeed(
        profiles=_each(profile for _, row in rows for profile in row.profiles),
        placed_as=_each(row.placed_as for _, row in rows),
        papers=_each(paper for _, row in rows for paper in row.papers),
        rows=tuple(_row_of(category, row) for category, row in rows),
    )


def convening(pack: Pack, categories: tuple[Category, ...], risk: Risk, known: frozenset[Circumstance]) -> Convening:
    """Whether the commission convenes for this case, and why."""
    rows = [("commission." + row.row, row) for row in pack.commission]
    rows += [(_row_of(c, row), row) for c in categories for row in pack.categories[c].commission]
    held = [(name, row) for name, row in rows if row.when.holds(risk, categories, known)]
    return Convening(bool(held), any(row.urgent for _, row in held), tuple(name for name, _ in held))


def _service(
    code: ServiceCode,
    row: ServiceRow,
    categories: tuple[Category, ...],
    risk: Risk,
    known: frozenset[Circumstance],
) -> PlannedService:
    grounds = tuple(dict.fromkeys(each.ground for each in row.grounds))
    for each in row.grounds:
        if each.when.holds(risk, categories, known):
            decided = f"services.{code}.grounds.{each.row}"
            return PlannedService(
                code, row.title, row.decider, row.limit, decided, each.ground, each.basis, grounds_known=grounds
            )
    return PlannedService(
        code, row.title, row.decider, row.limit, f"services.{code}", refusal=row.refusal, grounds_known=grounds
    )


def _row_of(category: Category, row: PlacementRow | CommissionRow) -> str:
    return f"categories.{category}.{'placement' if isinstance(row, PlacementRow) else 'commission'}.{row.row}"


def _each(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
