"""Decides how tasks are read and commanded from the command line; must never take a refusal for a success."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.cases import task_list, task_page
from tereze.client.cli.submission import instant
from tereze.contracts.cases import Contact, TaskView
from tereze.contracts.words import DeclineReason, DeliveredService, Outcome, Place, TaskState

app = typer.Typer()
task_app = typer.Typer(no_args_is_help=True, help="One task of your agency.")

TaskArgument = Annotated[str, typer.Argument(metavar="ID")]
Version = Annotated[int | None, typer.Option(help="The version you decided on; else the task is read first.")]
SeenAt = Annotated[
    str | None, typer.Option("--seen-at", parser=instant, metavar="TIME", help="When the child was seen; else now.")
]
SeenPlace = Annotated[Place | None, typer.Option("--place", help="Where the child was seen.")]
Alone = Annotated[bool, typer.Option("--alone/--not-alone", help="Whether the child was seen alone.")]


@command(app, "tasks")
def tasks(
    desk: Desk, state: Annotated[TaskState | None, typer.Option(help="Only tasks in this state.")] = None
) -> None:
    """List your agency's tasks, due soonest first."""
    desk.give_all(desk.client.tasks.list(state=state), lambda listed: task_list(desk, listed))


@command(task_app, "show")
def show(desk: Desk, task_id: TaskArgument) -> None:
    """Show one task: who holds it, by when, who is told next."""
    task = desk.client.tasks.get(task_id)
    desk.give(task, lambda: task_page(desk, task))


@command(task_app, "receive")
def receive(desk: Desk, task_id: TaskArgument, version: Version = None) -> None:
    """Say that you have seen the task; stops the clock of acknowledging."""
    done(desk, lambda: desk.client.tasks.receive(task_id, version=version))


@command(task_app, "accept")
def accept(
    desk: Desk,
    task_id: TaskArgument,
    responsible: Annotated[
        str | None,
        typer.Option(help="Staff id of the responsible; else you or a colleague with few duties."),
    ] = None,
    version: Version = None,
) -> None:
    """Take the task, or a duty that was offered to your agency."""
    done(desk, lambda: desk.client.tasks.accept(task_id, responsible_staff_id=responsible, version=version))


@command(task_app, "decline")
def decline(
    desk: Desk,
    task_id: TaskArgument,
    reason: Annotated[DeclineReason, typer.Option(help="Coded reason.")],
    remark: Annotated[str | None, typer.Option(help="In your words.")] = None,
    version: Version = None,
) -> None:
    """Refuse the task, as a manager; barred for critical and high risk."""
    done(desk, lambda: desk.client.tasks.decline(task_id, reason=reason, remark=remark, version=version))


@command(task_app, "start")
def start(
    desk: Desk,
    task_id: TaskArgument,
    *,
    place: SeenPlace = Place.OTHER,
    seen_at: SeenAt = None,
    alone: Alone = False,
    version: Version = None,
) -> None:
    """Begin to work and record that the child was seen; an attempt is not a contact."""
    contact = contact_of(desk, place or Place.OTHER, seen_at, alone)
    done(desk, lambda: desk.client.tasks.start(task_id, contact=contact, version=version))


@command(task_app, "fulfil")
def fulfil(
    desk: Desk,
    task_id: TaskArgument,
    *,
    outcome: Annotated[Outcome, typer.Option(help="Coded outcome.")],
    gave: Annotated[list[DeliveredService] | None, typer.Option(help="What was given; again for more.")] = None,
    child_view: Annotated[str | None, typer.Option(help="What the child wants to happen.")] = None,
    place: SeenPlace = None,
    seen_at: SeenAt = None,
    alone: Alone = False,
    version: Version = None,
) -> None:
    """Finish the task. Where the child was not recorded as seen yet, give --place."""
    contact = contact_of(desk, place, seen_at, alone) if place else None
    done(
        desk,
        lambda: desk.client.tasks.fulfil(
            task_id, outcome=outcome, services=gave or (), contact=contact, child_view=child_view, version=version
        ),
    )


def contact_of(desk: Desk, place: Place, seen_at: str | None, alone: bool) -> Contact:
    """The contact as it was given, or at this moment."""
    at = datetime.fromisoformat(seen_at) if seen_at else desk.now.astimezone(UTC)
    return Contact(at=at, place=place, child_seen_alone=alone)


def done(desk: Desk, act: Callable[[], TaskView]) -> None:
    """Let the word take effect, and show what became of the task."""
    task = act()
    desk.say("task.sent", state=desk.words.code("task", task.state), version=task.version)
    desk.give(task, lambda: task_page(desk, task))
