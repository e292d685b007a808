"""Decides how what waits for operators is listed and answered; must never answer for a duty that was not just read."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.tables import Cell, listed
from tereze.contracts.operations import DutyAnswer, DutyView

app = typer.Typer()
duty_app = typer.Typer(no_args_is_help=True, help="What waits for operators: parked events, deliveries given up.")


@command(app, "duties")
def duties(desk: Desk) -> None:
    """List what waits for operators, longest first; the Ombudsman sees what was not seen to in time."""
    desk.give_all(desk.client.duties.list(), lambda found: duty_list(desk, found))


@command(duty_app, "answer")
def answer(
    desk: Desk,
    duty_id: Annotated[str, typer.Argument(help="As `duties` lists it.")],
    given: Annotated[DutyAnswer, typer.Option("--answer", help="What you say of it.")] = DutyAnswer.BEING_MENDED,
) -> None:
    """Say that you are at it, or how an agency was told. A parked key is settled by replaying its events."""
    found = next((duty for duty in desk.client.duties.list() if duty.duty_id == duty_id), None)
    if found is None:
        desk.say("duty.unknown")
        raise typer.Exit(1)
    answered = desk.client.duties.answer(found, given)
    desk.give(answered, lambda: duty_list(desk, [answered]))


def duty_list(desk: Desk, found: list[DutyView]) -> RenderableType:
    """One row for each duty."""
    heads = ("id", "kind", "part", "waits", "count", "waited", "next-due", "state")
    return listed(desk.words, heads, [_row(desk, duty) for duty in found])


def _row(desk: Desk, duty: DutyView) -> tuple[Cell, ...]:
    words = desk.words
    waited = max(timedelta(), desk.now - duty.since)
    state = words.code("duty-state", duty.state)
    return (
        duty.duty_id, words.code("duty", duty.kind), duty.service, duty.waiting, str(duty.count), words.span(waited),
        words.at(duty.due_at) if duty.due_at else None,
        Text(f"{state}, {words('duty.breached')}" if duty.breached else state, style="bold red" if duty.breached else ""),
    )  # fmt: skip
