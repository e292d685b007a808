"""Decides how family plans are read and led from the command line; must never take a refusal for a success."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.cases import clock_words
from tereze.client.cli.pages.tables import Cell, listed, table
from tereze.client.cli.submission import instant
from tereze.contracts.cases import Contact
from tereze.contracts.plans import (
    AmendPlan,
    DraftPlan,
    FamilyPlanState,
    FamilyPlanSummary,
    FamilyPlanView,
    PlanExit,
    VisitFamily,
)
from tereze.contracts.words import Place

plan_app = typer.Typer(no_args_is_help=True, help="Family plans of Social Patronage.")

PlanArgument = Annotated[str, typer.Argument(metavar="ID")]
Version = Annotated[int | None, typer.Option(help="The version you decided on; else the plan is read first.")]


@command(plan_app, "list")
def plans(
    desk: Desk, state: Annotated[FamilyPlanState | None, typer.Option(help="Only in this state.")] = None
) -> None:
    """List the plans that your body leads or serves in."""
    desk.give_all(desk.client.plans.list(state=state), lambda found: _list(desk, found))


@command(plan_app, "show")
def show(desk: Desk, plan_id: PlanArgument) -> None:
    """Show one plan: goals, services with signatures, visits and reviews."""
    plan = desk.client.plans.get(plan_id)
    desk.give(plan, lambda: _page(desk, plan))


@command(plan_app, "draft")
def draft(desk: Desk, file: Annotated[Path, typer.Option(help="The plan: JSON as POST /v1/plans takes it.")]) -> None:
    """Draft a family's plan; it is in force once every body that serves in it has signed."""
    wanted = DraftPlan.model_validate_json(file.read_text("utf-8"))
    _do(desk, lambda: desk.client.plans.draft(wanted))


@command(plan_app, "sign")
def sign(desk: Desk, plan_id: PlanArgument, version: Version = None) -> None:
    """Sign for your body's services."""
    _do(desk, lambda: desk.client.plans.sign(plan_id, version=version))


@command(plan_app, "visit")
def visit(
    desk: Desk,
    plan_id: PlanArgument,
    *,
    at: Annotated[str | None, typer.Option(parser=instant, metavar="TIME", help="When; else now.")] = None,
    alone: Annotated[bool, typer.Option("--alone/--not-alone", help="Whether the child was seen alone.")] = False,
    remark: Annotated[str | None, typer.Option(help="In your words.")] = None,
    version: Version = None,
) -> None:
    """Record a visit to the family."""
    when = datetime.fromisoformat(at) if at else desk.now.astimezone(UTC)
    contact = Contact(at=when, place=Place.HOME, child_seen_alone=alone)
    visited = VisitFamily(contact=contact, remark=remark)
    _do(desk, lambda: desk.client.plans.visit(plan_id, visited, version=version))


@command(plan_app, "review")
def review(
    desk: Desk,
    plan_id: PlanArgument,
    remark: Annotated[str, typer.Option(help="What was seen.")],
    child_view: Annotated[str | None, typer.Option(help="What the child says.")] = None,
    version: Version = None,
) -> None:
    """Record that the plan was looked at."""
    _do(desk, lambda: desk.client.plans.review(plan_id, remark=remark, child_view=child_view, version=version))


@command(plan_app, "amend")
def amend(
    desk: Desk,
    plan_id: PlanArgument,
    file: Annotated[Path, typer.Option(help="The next edition: JSON as POST /v1/plans/{id}/amend takes it.")],
    version: Version = None,
) -> None:
    """Draft the next edition; this one holds until that one is signed."""
    wanted = AmendPlan.model_validate_json(file.read_text("utf-8"))
    _do(desk, lambda: desk.client.plans.amend(plan_id, wanted, version=version))


@command(plan_app, "end")
def end(
    desk: Desk,
    plan_id: PlanArgument,
    reason: Annotated[PlanExit, typer.Option(help="Coded reason.")],
    remark: Annotated[str, typer.Option(help="In your words.")],
    version: Version = None,
) -> None:
    """Let the family leave the plan, with a reason."""
    _do(desk, lambda: desk.client.plans.end(plan_id, reason=reason, remark=remark, version=version))


def _do(desk: Desk, act: Callable[[], FamilyPlanView]) -> None:
    plan = act()
    desk.say("task.sent", state=desk.words.code("plan", plan.state), version=plan.version)
    desk.give(plan, lambda: _page(desk, plan))


def _list(desk: Desk, plans: list[FamilyPlanSummary]) -> RenderableType:
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (one.plan_id, words.code("plan", one.state), words.at(one.drafted_at), one.case_id) for one in plans
    ]
    return listed(words, ("plan", "state", "when", "case"), rows)


def _page(desk: Desk, plan: FamilyPlanView) -> RenderableType:
    words = desk.words
    head = Text(words.code("plan", plan.state), style="bold")
    head.append("  " + words("plan.edition", edition=plan.edition, visits=plan.visits))
    lines = Text(f"{plan.plan_id} · {plan.case_id} · v{plan.version}", style="dim")
    goals = Text(f"{words('head.goals')}: {', '.join(words.code('goal', goal) for goal in plan.goals)}")
    rows: list[tuple[Cell, ...]] = [
        (words.code("help", one.service), desk.agency(one.agency_id), one.limit,
         "✓" if one.signed_by_staff_id else None, words.code("task", one.state))
        for one in plan.services
    ]  # fmt: skip
    services = table(words, ("help", "agency", "by", "signed", "state"), rows)
    return Group(head, lines, goals, services, clock_words(desk, plan.clocks))
