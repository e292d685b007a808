"""Decides what a protocol pack is: limits, steps and ladder as data; must never hold a value of its own."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from tereze.contracts.directory import LocalName
from tereze.contracts.words import AgencyKind, Category, ClockKind, LadderLevel, Risk
from tereze.protocol.limits import Limit, read_limit


def _limit(value: Any) -> Any:
    return read_limit(value) if isinstance(value, str) else value


LimitText = Annotated[Limit, BeforeValidator(_limit), PlainSerializer(str)]
StepCode = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z0-9_]+$")]
Told = Literal["holder", "offered"] | AgencyKind


class Part(BaseModel):
    """A part of a pack: closed and immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Obligation(Part):
    """One duty with its limit per risk. ``holder`` is set where the case, not a task, carries it."""

    title: LocalName
    source: Annotated[str, Field(min_length=1)]
    holder: AgencyKind | None = None
    limits: Mapping[Risk, LimitText]


class Step(Part):
    """What one kind of body is asked to do. ``limits`` are added to those by risk: whichever runs out first counts."""

    title: LocalName
    service: AgencyKind
    obligations: Annotated[tuple[ClockKind, ...], Field(min_length=1)]
    limits: Mapping[ClockKind, LimitText] = {}
    mandatory: bool = True


class CategoryRows(Part):
    """Who gets a task for one category, per risk. ``never`` lists kinds of bodies that must not get one."""

    title: LocalName
    source: Annotated[str, Field(min_length=1)]
    never: tuple[AgencyKind, ...] = ()
    steps: Mapping[Risk, Annotated[tuple[StepCode, ...], Field(min_length=1)]]


class Rung(Part):
    """One level of the ladder: ``after_due_percent`` of the clock's span after its due time (negative: before), capped per risk."""

    level: LadderLevel
    after_due_percent: Annotated[int, Field(ge=-99)]
    at_most: Mapping[Risk, LimitText] = {}
    tell: Annotated[tuple[Told, ...], Field(min_length=1)]
    offer: Annotated[bool, Field(description="A second agency of the same kind is offered the duty")] = False
    source: Annotated[str, Field(min_length=1)]


class Ladder(Part):
    """Who hears of a clock, in order; after the last level that one is told again every ``repeat`` until evidence comes."""

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
    ladder: Ladder

    def strictness(self, category: Category) -> int:
        """Place of a category in the pack, 0 the strictest."""
        return list(self.categories).index(category)
