"""Decides how a task is held, passed on, disputed, ended and owed again from the command line; must never take a refusal for a success."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.submission import instant
from tereze.client.cli.task import Alone, SeenAt, TaskArgument, Version, contact_of, done, task_app
from tereze.contracts.words import (
    ClockKind,
    DisputeFinding,
    DisputeReason,
    HandOverReason,
    HoldReason,
    NotAchievedReason,
    Place,
    ReopenReason,
    RerouteReason,
    VoidReason,
    WithdrawReason,
)

__all__ = ["task_app"]

Remark = Annotated[str | None, typer.Option(help="In your words.")]
Why = Annotated[str, typer.Option("--remark", help="Why, in your words; it is kept with the case.")]
Agency = Annotated[str, typer.Option("--to", metavar="AGENCY", help="Short name or id of the agency.")]
Where = Annotated[Place, typer.Option("--place", help="Where.")]
Review = Annotated[
    str, typer.Option("--until", parser=instant, metavar="TIME", help="When work goes on at the latest.")
]
When = Annotated[str | None, typer.Option("--at", parser=instant, metavar="TIME", help="When it was; else now.")]


@command(task_app, "name")
def name(
    desk: Desk,
    task_id: TaskArgument,
    responsible: Annotated[str, typer.Option(help="Staff id of the responsible person.")],
    version: Version = None,
) -> None:
    """Name who of your people has the task, as a manager."""
    done(desk, lambda: desk.client.tasks.name_responsible(task_id, responsible_staff_id=responsible, version=version))


@command(task_app, "contact")
def contact(
    desk: Desk,
    task_id: TaskArgument,
    *,
    place: Where = Place.OTHER,
    seen_at: SeenAt = None,
    alone: Alone = False,
    version: Version = None,
) -> None:
    """Record that the child was seen."""
    seen = contact_of(desk, place, seen_at, alone)
    done(desk, lambda: desk.client.tasks.record_contact(task_id, contact=seen, version=version))


@command(task_app, "attempt")
def attempt(
    desk: Desk,
    task_id: TaskArgument,
    *,
    place: Where = Place.OTHER,
    at: When = None,
    remark: Remark = None,
    version: Version = None,
) -> None:
    """Record that you tried to see the child; no deadline ends by it."""
    when = moment(desk, at)
    act = desk.client.tasks.record_attempt
    done(desk, lambda: act(task_id, at=when, place=place, remark=remark, version=version))


@command(task_app, "evidence")
def evidence(
    desk: Desk,
    task_id: TaskArgument,
    *,
    duty: Annotated[ClockKind, typer.Option(help="Which duty was done.")],
    at: When = None,
    reference: Annotated[str | None, typer.Option(help="Number of the decision or record.")] = None,
    remark: Remark = None,
    version: Version = None,
) -> None:
    """Put on record that a duty of the task was done."""
    when, act = moment(desk, at), desk.client.tasks.record_evidence
    done(desk, lambda: act(task_id, duty=duty, at=when, reference=reference, remark=remark, version=version))


@command(task_app, "hold")
def hold(
    desk: Desk,
    task_id: TaskArgument,
    *,
    reason: Annotated[HoldReason, typer.Option(help="Coded reason.")],
    until: Review,
    remark: Remark = None,
    version: Version = None,
) -> None:
    """Let work wait until a date, as a manager; no deadline pauses."""
    review_at, act = datetime.fromisoformat(until), desk.client.tasks.hold
    done(desk, lambda: act(task_id, reason=reason, review_at=review_at, remark=remark, version=version))


@command(task_app, "resume")
def resume(desk: Desk, task_id: TaskArgument, remark: Remark = None, version: Version = None) -> None:
    """Go on with a task that waits."""
    done(desk, lambda: desk.client.tasks.resume(task_id, remark=remark, version=version))


@command(task_app, "reroute")
def reroute(
    desk: Desk,
    task_id: TaskArgument,
    *,
    reason: Annotated[RerouteReason, typer.Option(help="Coded reason.")],
    to: Annotated[str | None, typer.Option("--to", metavar="AGENCY", help="Who gets it; else who is next.")] = None,
    remark: Remark = None,
    version: Version = None,
) -> None:
    """Give an unanswered task to another agency, as coordinator or operator."""
    agency_id, act = desk.agency_id(to) if to else None, desk.client.tasks.reroute
    done(desk, lambda: act(task_id, reason=reason, agency_id=agency_id, remark=remark, version=version))


@command(task_app, "redirect")
def redirect(
    desk: Desk,
    task_id: TaskArgument,
    *,
    to: Agency,
    reason: Annotated[RerouteReason, typer.Option(help="Coded reason.")],
    remark: Remark = None,
    version: Version = None,
) -> None:
    """Name the right agency, as a manager; it is accountable at once."""
    agency_id, act = desk.agency_id(to), desk.client.tasks.redirect
    done(desk, lambda: act(task_id, reason=reason, agency_id=agency_id, remark=remark, version=version))


@command(task_app, "hand-over")
def hand_over(
    desk: Desk,
    task_id: TaskArgument,
    *,
    to: Agency,
    reason: Annotated[HandOverReason, typer.Option(help="Coded reason.")],
    remark: Remark = None,
    version: Version = None,
) -> None:
    """Ask another agency to take the task, as a manager; you stay accountable until it accepts."""
    agency_id, act = desk.agency_id(to), desk.client.tasks.hand_over
    done(desk, lambda: act(task_id, agency_id=agency_id, reason=reason, remark=remark, version=version))


@command(task_app, "accept-hand-over")
def accept_hand_over(
    desk: Desk,
    task_id: TaskArgument,
    responsible: Annotated[str | None, typer.Option(help="Staff id of the responsible person.")] = None,
    version: Version = None,
) -> None:
    """Take a task that is handed over to your agency, as a manager."""
    done(desk, lambda: desk.client.tasks.accept_hand_over(task_id, responsible_staff_id=responsible, version=version))


@command(task_app, "end-hand-over")
def end_hand_over(desk: Desk, task_id: TaskArgument, remark: Remark = None, version: Version = None) -> None:
    """Refuse a hand-over, or take your own offer back."""
    done(desk, lambda: desk.client.tasks.end_hand_over(task_id, remark=remark, version=version))


@command(task_app, "dispute")
def dispute(
    desk: Desk,
    task_id: TaskArgument,
    reason: Annotated[DisputeReason, typer.Option(help="Coded reason.")],
    remark: Why,
    version: Version = None,
) -> None:
    """Say that a refusal was wrong, as referrer or coordinator."""
    done(desk, lambda: desk.client.tasks.dispute(task_id, reason=reason, remark=remark, version=version))


@command(task_app, "decide-dispute")
def decide_dispute(
    desk: Desk,
    task_id: TaskArgument,
    finding: Annotated[DisputeFinding, typer.Option(help="Whether the refusal stands.")],
    remark: Why,
    version: Version = None,
) -> None:
    """Decide a dispute, as the body whose level it is at."""
    done(desk, lambda: desk.client.tasks.decide_dispute(task_id, finding=finding, remark=remark, version=version))


@command(task_app, "confirm")
def confirm(desk: Desk, task_id: TaskArgument, remark: Remark = None, version: Version = None) -> None:
    """Confirm the result of a task of high risk, as coordinator."""
    done(desk, lambda: desk.client.tasks.confirm(task_id, remark=remark, version=version))


@command(task_app, "not-achieved")
def not_achieved(
    desk: Desk,
    task_id: TaskArgument,
    reason: Annotated[NotAchievedReason, typer.Option(help="Coded reason.")],
    remark: Remark = None,
    version: Version = None,
) -> None:
    """Say that it could not be done, as a manager."""
    done(desk, lambda: desk.client.tasks.not_achieved(task_id, reason=reason, remark=remark, version=version))


@command(task_app, "withdraw")
def withdraw(
    desk: Desk,
    task_id: TaskArgument,
    reason: Annotated[WithdrawReason, typer.Option(help="Coded reason.")],
    remark: Why,
    version: Version = None,
) -> None:
    """Say that a task is no longer needed."""
    done(desk, lambda: desk.client.tasks.withdraw(task_id, reason=reason, remark=remark, version=version))


@command(task_app, "reopen")
def reopen(
    desk: Desk,
    task_id: TaskArgument,
    reason: Annotated[ReopenReason, typer.Option(help="Coded reason.")],
    remark: Why,
    version: Version = None,
) -> None:
    """Have an ended task owed again, as coordinator or Ombudsman."""
    done(desk, lambda: desk.client.tasks.reopen(task_id, reason=reason, remark=remark, version=version))


@command(task_app, "void")
def void(
    desk: Desk,
    task_id: TaskArgument,
    reason: Annotated[VoidReason, typer.Option(help="Coded reason.")],
    remark: Why,
    version: Version = None,
) -> None:
    """Say that a task was entered in error; a second person makes it so."""
    done(desk, lambda: desk.client.tasks.void(task_id, reason=reason, remark=remark, version=version))


def moment(desk: Desk, text: str | None) -> datetime:
    """The instant that was given, or now."""
    return datetime.fromisoformat(text) if text else desk.now.astimezone(UTC)
