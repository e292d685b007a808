"""Decides what a protocol pack is: limits, steps, services and ladder as data; must never decide a case."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from tereze.contracts.directory import LocalName
from tereze.contracts.words import AgencyKind, Category, ClockKind, LadderLevel, Measure, Risk, ServiceCode, Starts
from tereze.protocol.limits import Limit
from tereze.protocol.parts import Cell, LimitText, Part, Source, StepCode, When
from tereze.protocol.rules import Rules
from tereze.protocol.support import CommissionRow, PlacementRow, ServiceRow

Told = Literal["holder", "offered"] | AgencyKind
ACTING = (Risk.CRITICAL, Risk.HIGH, Risk.MEDIUM, Risk.LOW)
"""The risks at which somebody must act; advice is only given."""


class Obligation(Part):
    """One duty with its limit per risk. ``holder`` is set where the case, not a task, carries it."""

    title: LocalName
    source: Source
    holder: AgencyKind | None = None
    limits: Mapping[Risk, Cell]
    starts: Starts = Starts.RECEIVED
    recurring: Annotated[bool, Field(description="Owed again from each time it was met")] = False
    evidence: Annotated[LocalName | None, Field(description="What ends it")] = None

    def limit(self, risk: Risk) -> Limit | None:
        """The limit at a risk, or None where nothing is owed of itself."""
        cell = self.limits[risk]
        return cell if isinstance(cell, Limit) else None


class Step(Part):
    """What one kind of body is asked to do. ``limits`` are added to those by risk: whichever runs out first counts.

    ``from_event`` counts from when the harm was done; of those that had passed when the report came, none binds.
    """

    title: LocalName
    service: AgencyKind
    obligations: Annotated[tuple[ClockKind, ...], Field(min_length=1)]
    limits: Mapping[ClockKind, LimitText] = {}
    from_event: Mapping[ClockKind, tuple[LimitText, ...]] = {}
    depends_on: Annotated[tuple[StepCode, ...], Field(description="Steps that this one builds upon")] = ()
    mandatory: bool = True
    sheet: Annotated[str | None, Field(description="The guidance sheet that goes with the step")] = None
    source: Source | None = None


class AddedSteps(Part):
    """Steps that a circumstance adds."""

    when: When
    steps: Annotated[tuple[StepCode, ...], Field(min_length=1)]
    source: Source


class AddedDuty(Part):
    """A duty of the case that a category adds, at the risks named."""

    limit: LimitText
    risks: Annotated[tuple[Risk, ...], Field(min_length=1)] = ACTING


class CategoryRows(Part):
    """Who gets a task for one category, per risk. ``never`` lists kinds of bodies that must not get one."""

    title: LocalName
    source: Source
    definition: LocalName | None = None
    never: tuple[AgencyKind, ...] = ()
    told_first: tuple[AgencyKind, ...] = ()
    steps: Mapping[Risk, Annotated[tuple[StepCode, ...], Field(min_length=1)]]
    added: tuple[AddedSteps, ...] = ()
    duties: Mapping[ClockKind, AddedDuty] = {}
    measures: tuple[Measure, ...] = ()
    services: tuple[ServiceCode, ...] = ()
    placement: tuple[PlacementRow, ...] = ()
    commission: tuple[CommissionRow, ...] = ()


class Rung(Part):
    """One level of the ladder: ``after_due_percent`` of the clock's span after its due time (negative: before), capped per risk."""

    level: LadderLevel
    after_due_percent: Annotated[int, Field(ge=-99)]
    at_most: Mapping[Risk, LimitText] = {}
    tell: Annotated[tuple[Told, ...], Field(min_length=1)]
    offer: Annotated[bool, Field(description="A second agency of the same kind is offered the duty")] = False
    source: Source


class Ladder(Part):
    """Who hears of a clock, in order; after the last level that one is told again every ``repeat`` until evidence."""

    rungs: tuple[Rung, ...]
    repeat: LimitText


class Pack(Part):
    """One version of the response protocol. Categories are listed strictest first."""

    version: Annotated[str, Field(pattern=r"^[a-z-]+/[0-9]+$")]
    effective: date
    title: LocalName
    note: LocalName
    obligations: Mapping[ClockKind, Obligation]
    steps: Mapping[StepCode, Step]
    categories: Mapping[Category, CategoryRows]
    services: Mapping[ServiceCode, ServiceRow] = {}
    commission: Annotated[tuple[CommissionRow, ...], Field(description="When it convenes whatever the category")] = ()
    ladder: Ladder
    rules: Rules = Rules()

    @cached_property
    def order(self) -> Mapping[Category, int]:
        """Place of each category in the pack, 0 the strictest."""
        return {category: place for place, category in enumerate(self.categories)}

    def strictness(self, category: Category) -> int:
        """Place of a category in the pack, 0 the strictest."""
        return self.order[category]
