"""Decides how a response protocol and its guidance are shown; must never leave out a row that decides."""

from collections.abc import Mapping
from typing import Any, TypeVar

from tereze.contracts.protocols import (
    AddedStepsView,
    AdviceView,
    CategoryView,
    ConditionView,
    GroundView,
    ObligationView,
    ProtocolView,
    RungView,
    ServiceView,
    SheetView,
    StepView,
)
from tereze.contracts.words import Category, ClockKind, Risk
from tereze.protocol import Audience, Limit, Owed, Pack, Sheet
from tereze.protocol.pack import CategoryRows, Rung, Step
from tereze.protocol.parts import When
from tereze.protocol.support import ServiceRow

Key = TypeVar("Key", Risk, ClockKind)


def protocol_view(pack: Pack, **summary: Any) -> ProtocolView:
    """One version in full."""
    return ProtocolView(
        **summary,
        obligations=tuple(
            ObligationView(
                kind=kind,
                title=duty.title,
                holder=duty.holder,
                limits=_texts(duty.limits),
                source=duty.source,
                starts=duty.starts,
                recurring=duty.recurring,
                evidence=duty.evidence,
            )
            for kind, duty in pack.obligations.items()
        ),
        steps=tuple(_step(code, step) for code, step in pack.steps.items()),
        categories=tuple(_category(category, rows) for category, rows in pack.categories.items()),
        services=tuple(_service(row, service=code) for code, row in pack.services.items()),
        ladder=tuple(_rung(rung) for rung in pack.ladder.rungs),
        repeat=str(pack.ladder.repeat),
    )


def sheet_view(sheet: Sheet) -> SheetView:
    """One guidance sheet."""
    advice = {
        audience.value: AdviceView(do=sheet.advice(audience).do, never=sheet.advice(audience).never)
        for audience in Audience
    }
    return SheetView(sheet=sheet.sheet, title=sheet.title, source=sheet.source, **advice)


def _step(code: str, step: Step) -> StepView:
    return StepView(
        code=code,
        title=step.title,
        service=step.service,
        obligations=step.obligations,
        limits=_texts(step.limits),
        mandatory=step.mandatory,
        from_event={kind: tuple(map(str, limits)) for kind, limits in step.from_event.items()},
        depends_on=step.depends_on,
        sheet=step.sheet,
    )


def _category(category: Category, rows: CategoryRows) -> CategoryView:
    return CategoryView(
        category=category,
        title=rows.title,
        never=rows.never,
        steps=dict(rows.steps),
        source=rows.source,
        definition=rows.definition,
        told_first=rows.told_first,
        added=tuple(AddedStepsView(when=_when(a.when), steps=a.steps, source=a.source) for a in rows.added),
        duties={kind: str(duty.limit) for kind, duty in rows.duties.items()},
        measures=rows.measures,
        services=rows.services,
    )


def _service(row: ServiceRow, **named: Any) -> ServiceView:
    return ServiceView(
        **named,
        title=row.title,
        decider=row.decider,
        limit=str(row.limit),
        grounds=tuple(
            GroundView(ground=each.ground, when=_when(each.when), basis=each.basis, source=each.source)
            for each in row.grounds
        ),
        refusal=row.refusal,
        source=row.source,
    )


def _when(when: When) -> ConditionView:
    return ConditionView(risks=when.risks, categories=when.categories, circumstances=when.circumstances)


def _rung(rung: Rung) -> RungView:
    return RungView(
        level=rung.level,
        after_due_percent=rung.after_due_percent,
        at_most=_texts(rung.at_most),
        tell=tuple(str(told) for told in rung.tell),
        offer=rung.offer,
        source=rung.source,
    )


def _texts(limits: Mapping[Key, Limit | Owed]) -> dict[Key, str]:
    return {key: str(limit) for key, limit in limits.items()}
