"""Decides how beds are asked for and placements commanded from the command line; must never take a refusal for a success."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

import typer

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.placements import centre_list, placement_list, placement_page
from tereze.contracts.placements import (
    LegalBasis,
    PlacementEnd,
    PlacementState,
    PlacementView,
    RequestPlacement,
)
from tereze.contracts.words import CentreProfile, PlacedAs, Sex

app = typer.Typer()
placement_app = typer.Typer(no_args_is_help=True, help="A bed in a rehabilitation centre for a child.")

PlacementArgument = Annotated[str, typer.Argument(metavar="ID")]
Version = Annotated[int | None, typer.Option(help="The version you decided on; else the placement is read first.")]
Why = Annotated[PlacementEnd, typer.Option(help="Coded reason.")]
Remark = Annotated[str | None, typer.Option(help="In your words.")]


@command(app, "centres")
def centres(
    desk: Desk,
    profile: Annotated[CentreProfile | None, typer.Option(help="Only centres that help after this.")] = None,
    region: Annotated[str | None, typer.Option(help="Only centres of this region, e.g. KZ-75.")] = None,
) -> None:
    """List rehabilitation centres and their free beds."""
    desk.give_all(desk.client.centres.list(profile=profile, region=region), lambda listed: centre_list(desk, listed))


@command(app, "placements")
def placements(
    desk: Desk, state: Annotated[PlacementState | None, typer.Option(help="Only in this state.")] = None
) -> None:
    """List the placements your agency asked for or has a bed for."""
    desk.give_all(desk.client.placements.list(state=state), lambda listed: placement_list(desk, listed))


@command(placement_app, "show")
def show(desk: Desk, placement_id: PlacementArgument) -> None:
    """Show one placement: the bed, the act, the term; while undecided, each centre and why it is offered or not."""
    placement = desk.client.placements.get(placement_id)
    desk.give(placement, lambda: placement_page(desk, placement))


@command(placement_app, "request")
def request(
    desk: Desk,
    case_id: Annotated[str, typer.Argument(metavar="CASE")],
    *,
    profile: Annotated[CentreProfile, typer.Option(help="After what the child needs help.")],
    placed_as: Annotated[PlacedAs, typer.Option(help="As what the child needs help.")],
    age: Annotated[int, typer.Option(help="In whole years.")],
    sex: Annotated[Sex, typer.Option(help="As recorded.")],
    region: Annotated[str | None, typer.Option(help="Where the child is, if not in the region of the case.")] = None,
) -> None:
    """Ask for a bed: the nearest free one is held at once, or the child is in line."""
    wanted = RequestPlacement(
        case_id=case_id, profile=profile, placed_as=placed_as, age=age, sex=sex, from_region_code=region
    )
    _do(desk, lambda: desk.client.placements.request(wanted))


@command(placement_app, "hold")
def hold(
    desk: Desk,
    placement_id: PlacementArgument,
    centre: Annotated[str, typer.Option(help="Id of the centre.")],
    version: Version = None,
) -> None:
    """Hold a bed at another centre than the window chose."""
    _do(desk, lambda: desk.client.placements.hold(placement_id, centre_id=centre, version=version))


@command(placement_app, "decide")
def decide(
    desk: Desk,
    placement_id: PlacementArgument,
    *,
    basis: Annotated[LegalBasis, typer.Option(help="By whose act.")],
    decision: Annotated[str, typer.Option(help="Number of the act.")],
    until: Annotated[str, typer.Option(metavar="DATE", help="Last day of the stay, e.g. 2026-12-01.")],
    version: Version = None,
) -> None:
    """Record by whose act the child is placed and until when, as a manager or head."""
    ends = date.fromisoformat(until)
    _do(
        desk,
        lambda: desk.client.placements.decide(
            placement_id, legal_basis=basis, decision_id=decision, term_ends_on=ends, version=version
        ),
    )


@command(placement_app, "admit")
def admit(desk: Desk, placement_id: PlacementArgument, version: Version = None) -> None:
    """Say, as the centre, that the child arrived."""
    _do(desk, lambda: desk.client.placements.admit(placement_id, version=version))


@command(placement_app, "review")
def review(
    desk: Desk,
    placement_id: PlacementArgument,
    remark: Annotated[str, typer.Option(help="Why the stay is still right.")],
    child_view: Annotated[str | None, typer.Option(help="What the child says.")] = None,
    version: Version = None,
) -> None:
    """Record that the stay was looked at and is still right."""
    _do(
        desk,
        lambda: desk.client.placements.review(placement_id, remark=remark, child_view=child_view, version=version),
    )


@command(placement_app, "discharge")
def discharge(
    desk: Desk, placement_id: PlacementArgument, reason: Why, remark: Remark = None, version: Version = None
) -> None:
    """Say, as the centre, that the child left."""
    _do(desk, lambda: desk.client.placements.discharge(placement_id, reason=reason, remark=remark, version=version))


@command(placement_app, "withdraw")
def withdraw(
    desk: Desk, placement_id: PlacementArgument, reason: Why, remark: Remark = None, version: Version = None
) -> None:
    """Ask no longer, before the child came."""
    _do(desk, lambda: desk.client.placements.withdraw(placement_id, reason=reason, remark=remark, version=version))


def _do(desk: Desk, act: Callable[[], PlacementView]) -> None:
    placement = act()
    desk.say("task.sent", state=desk.words.code("placement", placement.state), version=placement.version)
    desk.give(placement, lambda: placement_page(desk, placement))
