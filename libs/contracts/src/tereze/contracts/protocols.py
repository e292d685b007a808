"""Decides how a response protocol is shown: who must do what by when, per category and risk; must never hold a limit itself."""

from datetime import date
from typing import Annotated

from pydantic import Field

from tereze.contracts.directory import LocalName
from tereze.contracts.labels import OPERATIONAL, Contract
from tereze.contracts.words import AgencyKind, Category, ClockKind, LadderLevel, Risk

LimitText = Annotated[
    str, Field(description="W wall clock, WH working hours, WD working days", examples=["30 min W", "4 WH", "10 WD"])
]


class ObligationView(Contract):
    """One duty with its limit per risk. ``holder`` is set where the case, not a task, carries it."""

    kind: Annotated[ClockKind, OPERATIONAL]
    title: Annotated[LocalName, OPERATIONAL]
    holder: Annotated[AgencyKind | None, OPERATIONAL] = None
    limits: Annotated[dict[Risk, LimitText], OPERATIONAL]
    source: Annotated[str, OPERATIONAL]


class StepView(Contract):
    """What one kind of body is asked to do. Its own limits bind beside those by risk."""

    code: Annotated[str, OPERATIONAL]
    title: Annotated[LocalName, OPERATIONAL]
    service: Annotated[AgencyKind, OPERATIONAL]
    obligations: Annotated[tuple[ClockKind, ...], OPERATIONAL]
    limits: Annotated[dict[ClockKind, LimitText], OPERATIONAL]
    mandatory: Annotated[bool, OPERATIONAL]


class CategoryView(Contract):
    """Who gets a task for one category, per risk; ``never`` lists who must not."""

    category: Annotated[Category, OPERATIONAL]
    title: Annotated[LocalName, OPERATIONAL]
    never: Annotated[tuple[AgencyKind, ...], OPERATIONAL]
    steps: Annotated[dict[Risk, tuple[str, ...]], OPERATIONAL]
    source: Annotated[str, OPERATIONAL]


class RungView(Contract):
    """One level of the ladder, in percent of the clock's span after its due time, capped per risk."""

    level: Annotated[LadderLevel, OPERATIONAL]
    after_due_percent: Annotated[int, OPERATIONAL]
    at_most: Annotated[dict[Risk, LimitText], OPERATIONAL]
    tell: Annotated[tuple[str, ...], OPERATIONAL]
    offer: Annotated[bool, OPERATIONAL, Field(description="A second agency of the same kind is offered the duty")]
    source: Annotated[str, OPERATIONAL]


class ProtocolSummary(Contract):
    """One version of the response protocol."""

    version: Annotated[str, OPERATIONAL, Field(examples=["kz-default/1"])]
    effective: Annotated[date, OPERATIONAL]
    in_force: Annotated[bool, OPERATIONAL]
    title: Annotated[LocalName, OPERATIONAL]
    note: Annotated[LocalName, OPERATIONAL]


class ProtocolList(Contract):
    """Every version that is kept, oldest first."""

    items: Annotated[tuple[ProtocolSummary, ...], OPERATIONAL]


class ProtocolView(ProtocolSummary):
    """One version in full. Categories stand strictest first."""

    obligations: Annotated[tuple[ObligationView, ...], OPERATIONAL]
    steps: Annotated[tuple[StepView, ...], OPERATIONAL]
    categories: Annotated[tuple[CategoryView, ...], OPERATIONAL]
    ladder: Annotated[tuple[RungView, ...], OPERATIONAL]
    repeat: Annotated[LimitText, OPERATIONAL, Field(description="How often the last level is told again")]
