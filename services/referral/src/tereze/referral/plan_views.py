"""Decides how a family plan is shown before it is redacted; must never hide or show by who is asking."""

from typing import Any

from tereze.chassis.work import Work
from tereze.contracts.plans import FamilyPlanSummary, FamilyPlanView, PlanServiceView
from tereze.contracts.words import ClockKind
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.domain.patronage import FamilyPlan
from tereze.referral.moments import pack_of
from tereze.referral.views import clock_view

_KINDS = frozenset({ClockKind.HOME_VISIT, ClockKind.PLAN_REVIEW, ClockKind.PLAN_IN_FORCE})


def plan_summary(plan: FamilyPlan) -> FamilyPlanSummary:
    """The plan as a row of a list."""
    return FamilyPlanSummary(**_summary(plan))


def plan_view(plan: FamilyPlan, file: CaseFile, work: Work) -> FamilyPlanView:
    """The whole plan; its clocks are those of the case that are owed now."""
    tasks = {help_.task_id: file.tasks.get(help_.task_id) if help_.task_id else None for help_ in plan.services}
    clocks = [clock for clock in file.going_clocks(None) if clock.kind in _KINDS] if plan.open else []
    return FamilyPlanView(
        **_summary(plan),
        goals=plan.goals,
        services=tuple(
            PlanServiceView(
                service=help_.service,
                agency_id=help_.agency_id,
                limit=str(help_.limit),
                signed_by_staff_id=help_.signed_by_staff_id,
                task_id=help_.task_id,
                state=task.state if (task := tasks[help_.task_id]) else None,
            )
            for help_ in plan.services
        ),
        visits=plan.visits,
        end_reason=plan.end_reason,
        clocks=tuple(clock_view(clock, pack_of(work, file)) for clock in clocks),
    )


def _summary(plan: FamilyPlan) -> dict[str, Any]:
    named = (
        "plan_id", "case_id", "edition", "version", "state", "agency_id", "drafted_at", "in_force_at", "ended_at",
    )  # fmt: skip
    return {name: getattr(plan, name) for name in named}
