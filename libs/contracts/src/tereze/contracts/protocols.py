"""Decides how a response protocol is shown: who must do what by when, per category and risk; must never hold a limit itself."""

from datetime import date
from typing import Annotated

from pydantic import Field

from tereze.contracts.directory import LocalName
from tereze.contracts.labels import OPERATIONAL, Contract
from tereze.contracts.words import (
    AgencyKind,
    Category,
    Circumstance,
    ClockKind,
    Ground,
    LadderLevel,
    Measure,
    Risk,
    ServiceCode,
    Starts,
)

LimitText = Annotated[
    str, Field(description="W wall clock, WH working hours, WD working days", examples=["30 min W", "4 WH", "10 WD"])
]


class ObligationView(Contract):
    """One duty with its limit per risk. ``holder`` is set where the case, not a task, carries it."""

    kind: Annotated[ClockKind, OPERATIONAL]
    title: Annotated[LocalName, OPERATIONAL]
    holder: Annotated[AgencyKind | None, OPERATIONAL] = None
    limits: Annotated[
        dict[Risk, LimitText], OPERATIONAL, Field(description="A limit, 'on request', or 'none' where nothing is owed")
    ]
    source: Annotated[str, OPERATIONAL]
    starts: Annotated[Starts, OPERATIONAL, Field(description="What sets the clock going")] = Starts.RECEIVED
    recurring: Annotated[bool, OPERATIONAL, Field(description="Owed again from each time it was met")] = False
    evidence: Annotated[LocalName | None, OPERATIONAL, Field(description="What ends it")] = None


class StepView(Contract):
    """What one kind of body is asked to do. Its own limits bind beside those by risk."""

    code: Annotated[str, OPERATIONAL]
    title: Annotated[LocalName, OPERATIONAL]
    service: Annotated[AgencyKind, OPERATIONAL]
    obligations: Annotated[tuple[ClockKind, ...], OPERATIONAL]
    limits: Annotated[dict[ClockKind, LimitText], OPERATIONAL]
    mandatory: Annotated[bool, OPERATIONAL]
    from_event: Annotated[
        dict[ClockKind, tuple[LimitText, ...]],
        OPERATIONAL,
        Field(default_factory=dict, description="Counted from when the harm was done"),
    ]
    depends_on: Annotated[tuple[str, ...], OPERATIONAL] = ()
    sheet: Annotated[
        str | None, OPERATIONAL, Field(description="Its guidance: GET /v1/protocols/{name}/{number}/sheets/{sheet}")
    ] = None


class ConditionView(Contract):
    """When a row applies: every list that is given must hold one of the case's."""

    risks: Annotated[tuple[Risk, ...], OPERATIONAL] = ()
    categories: Annotated[tuple[Category, ...], OPERATIONAL] = ()
    circumstances: Annotated[tuple[Circumstance, ...], OPERATIONAL] = ()


class AddedStepsView(Contract):
    """Steps that a circumstance adds."""

    when: Annotated[ConditionView, OPERATIONAL]
    steps: Annotated[tuple[str, ...], OPERATIONAL]
    source: Annotated[str, OPERATIONAL]


class GroundView(Contract):
    """One ground on which a service is granted."""

    ground: Annotated[Ground, OPERATIONAL]
    when: Annotated[ConditionView, OPERATIONAL]
    basis: Annotated[LocalName, OPERATIONAL]
    source: Annotated[str, OPERATIONAL]


class ServiceView(Contract):
    """What a child may receive: who decides, by when, on which grounds, and what is said where none holds."""

    service: Annotated[ServiceCode, OPERATIONAL]
    title: Annotated[LocalName, OPERATIONAL]
    decider: Annotated[AgencyKind, OPERATIONAL]
    limit: Annotated[LimitText, OPERATIONAL]
    grounds: Annotated[tuple[GroundView, ...], OPERATIONAL]
    refusal: Annotated[LocalName, OPERATIONAL]
    source: Annotated[str, OPERATIONAL]


class AdviceView(Contract):
    """What one profession does, and what it never does."""

    do: Annotated[tuple[LocalName, ...], OPERATIONAL]
    never: Annotated[tuple[LocalName, ...], OPERATIONAL]


class SheetView(Contract):
    """One guidance sheet of a protocol version, for four professions."""

    sheet: Annotated[str, OPERATIONAL]
    title: Annotated[LocalName, OPERATIONAL]
    source: Annotated[str, OPERATIONAL]
    teacher: Annotated[AdviceView, OPERATIONAL]
    police_officer: Annotated[AdviceView, OPERATIONAL]
    doctor: Annotated[AdviceView, OPERATIONAL]
    social_worker: Annotated[AdviceView, OPERATIONAL]


class CategoryView(Contract):
    """Who gets a task for one category, per risk; ``never`` lists who must not."""

    category: Annotated[Category, OPERATIONAL]
    title: Annotated[LocalName, OPERATIONAL]
    never: Annotated[tuple[AgencyKind, ...], OPERATIONAL]
    steps: Annotated[dict[Risk, tuple[str, ...]], OPERATIONAL]
    source: Annotated[str, OPERATIONAL]
    definition: Annotated[LocalName | None, OPERATIONAL] = None
    told_first: Annotated[tuple[AgencyKind, ...], OPERATIONAL] = ()
    added: Annotated[tuple[AddedStepsView, ...], OPERATIONAL] = ()
    duties: Annotated[
        dict[ClockKind, LimitText],
        OPERATIONAL,
        Field(default_factory=dict, description="Duties of the case that the category adds"),
    ]
    measures: Annotated[tuple[Measure, ...], OPERATIONAL] = ()
    services: Annotated[tuple[ServiceCode, ...], OPERATIONAL] = ()


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
    services: Annotated[tuple[ServiceView, ...], OPERATIONAL] = ()
    ladder: Annotated[tuple[RungView, ...], OPERATIONAL]
    repeat: Annotated[LimitText, OPERATIONAL, Field(description="How often the last level is told again")]
