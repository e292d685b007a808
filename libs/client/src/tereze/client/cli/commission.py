"""Decides how sittings of the commission are read and led from the command line; must never take a refusal for a success."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.sittings import sitting_list, sitting_page
from tereze.client.cli.submission import instant
from tereze.contracts.commission import Answer, HoldSitting, SittingState, SittingView

commission_app = typer.Typer(no_args_is_help=True, help="Sittings of the commission on juvenile affairs.")

SittingArgument = Annotated[str, typer.Argument(metavar="ID")]
Version = Annotated[int | None, typer.Option(help="The version you decided on; else the sitting is read first.")]


@command(commission_app, "list")
def sittings(
    desk: Desk, state: Annotated[SittingState | None, typer.Option(help="Only in this state.")] = None
) -> None:
    """List the sittings of your commission, or to which your body is invited."""
    desk.give_all(desk.client.commission.list(state=state), lambda listed: sitting_list(desk, listed))


@command(commission_app, "show")
def show(desk: Desk, sitting_id: SittingArgument) -> None:
    """Show one sitting: why, who is invited, the agenda, and what became of each decision."""
    sitting = desk.client.commission.get(sitting_id)
    desk.give(sitting, lambda: sitting_page(desk, sitting))


@command(commission_app, "convene")
def convene(
    desk: Desk,
    case_id: Annotated[str, typer.Argument(metavar="CASE")],
    remark: Annotated[str, typer.Option(help="Why.")],
    *,
    urgent: Annotated[bool, typer.Option("--urgent/--ordinary", help="How soon.")] = False,
) -> None:
    """Convene the commission for a case; for critical cases it convenes by itself."""
    _do(desk, lambda: desk.client.commission.convene(case_id, remark=remark, urgent=urgent))


@command(commission_app, "answer")
def answer(
    desk: Desk,
    sitting_id: SittingArgument,
    *,
    coming: Annotated[bool, typer.Option("--coming/--not-coming", help="Whether somebody of your body comes.")] = True,
    staff: Annotated[str | None, typer.Option(help="Staff id of whoever comes; else you.")] = None,
    version: Version = None,
) -> None:
    """Answer an invitation for your body."""
    said = Answer.COMING if coming else Answer.NOT_COMING
    _do(desk, lambda: desk.client.commission.answer(sitting_id, answer=said, staff_id=staff, version=version))


@command(commission_app, "adjourn")
def adjourn(
    desk: Desk,
    sitting_id: SittingArgument,
    to: Annotated[str, typer.Option(parser=instant, metavar="TIME", help="When it sits instead.")],
    remark: Annotated[str, typer.Option(help="Why.")],
    version: Version = None,
) -> None:
    """Put the sitting off, as the commission; its clock runs on."""
    sits_at = datetime.fromisoformat(to)
    _do(desk, lambda: desk.client.commission.adjourn(sitting_id, sits_at=sits_at, remark=remark, version=version))


@command(commission_app, "hold")
def hold(
    desk: Desk,
    sitting_id: SittingArgument,
    file: Annotated[
        Path, typer.Option(help="Who sat, minutes, decisions: JSON as POST /v1/commission/{id}/hold takes it.")
    ],
    version: Version = None,
) -> None:
    """Record the sitting; each decision becomes a task with its clocks."""
    held = HoldSitting.model_validate_json(file.read_text("utf-8"))
    _do(desk, lambda: desk.client.commission.hold(sitting_id, held, version=version))


def _do(desk: Desk, act: Callable[[], SittingView]) -> None:
    sitting = act()
    desk.say("task.sent", state=desk.words.code("sitting", sitting.state), version=sitting.version)
    desk.give(sitting, lambda: sitting_page(desk, sitting))
