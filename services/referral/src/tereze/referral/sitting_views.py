"""Decides how a sitting is shown before it is redacted; must never hide or show by who is asking."""

from collections.abc import Iterator
from typing import Any

from tereze.contracts.commission import (
    AgendaItem,
    CommissionMeasure,
    DecisionView,
    MemberView,
    SittingState,
    SittingSummary,
    SittingView,
)
from tereze.contracts.words import ClockKind, ClockState, Locale
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.domain.commission import Sitting
from tereze.referral.domain.commission_rules import CommissionRules


def sitting_summary(sitting: Sitting) -> SittingSummary:
    """The sitting as a row of a list."""
    return SittingSummary(**_summary(sitting))


def sitting_view(sitting: Sitting, file: CaseFile, rules: CommissionRules, locale: Locale) -> SittingView:
    """The whole sitting: who is invited, what it is about, and what became of each decision."""
    return SittingView(
        **_summary(sitting),
        rows=sitting.rows,
        agenda=tuple(_agenda(sitting, file)) if sitting.state is SittingState.CONVENED else (),
        quorum=sitting.quorum,
        members=tuple(
            MemberView(agency_id=m.agency_id, answer=m.answer, staff_id=m.staff_id, present=m.present)
            for m in sitting.members.values()
        ),
        adjourned=sitting.adjourned,
        held_at=sitting.held_at,
        decisions=tuple(_decisions(sitting, file, rules, locale)),
    )


def _agenda(sitting: Sitting, file: CaseFile) -> Iterator[AgendaItem]:
    """The rows that convened it, then every duty that is late."""
    yield from (AgendaItem(code=row) for row in sitting.rows)
    for clock in file.clocks.values():
        if clock.state is ClockState.BREACHED:
            yield AgendaItem(code="late_duty", task_id=clock.task_id, clock_kind=clock.kind, agency_id=clock.agency_id)


def _decisions(sitting: Sitting, file: CaseFile, rules: CommissionRules, locale: Locale) -> Iterator[DecisionView]:
    for task_id in sitting.task_ids:
        task = file.tasks.get(task_id)
        if task is None:
            continue
        measure = CommissionMeasure(task.step.partition(".")[2])
        clocks = [c for c in file.clocks.values() if c.task_id == task_id and c.kind is ClockKind.COMPLETE]
        yield DecisionView(
            task_id=task_id,
            measure=measure,
            title=getattr(rules.measures[measure], locale),
            holder_agency_id=task.agency_id,
            due_at=min(clock.due_at for clock in clocks),
            state=task.state,
            breached=any(clock.state is ClockState.BREACHED for clock in clocks),
        )


def _summary(sitting: Sitting) -> dict[str, Any]:
    named = (
        "sitting_id", "case_id", "version", "state", "agency_id", "urgent", "because", "convened_at", "sits_at",
    )  # fmt: skip
    return {name: getattr(sitting, name) for name in named}
