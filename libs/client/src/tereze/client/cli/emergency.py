"""Decides how a case is opened in an emergency from the command line, and how that is reviewed; must never open one without words."""

from typing import Annotated

import typer

from tereze.client.cli.case import CaseArgument
from tereze.client.cli.casework import case_app
from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.emergencies import emergency_list
from tereze.contracts.emergencies import EmergencyReason, EmergencyVerdict

__all__ = ["case_app"]


@command(case_app, "break-glass")
def break_glass(
    desk: Desk,
    case_id: CaseArgument,
    *,
    reason: Annotated[EmergencyReason, typer.Option(help="Why you have to see it now.")],
    remark: Annotated[str, typer.Option(help="Why in your own words; kept sealed, read by whoever reviews it.")],
    hours: Annotated[int, typer.Option(min=1, max=4, help="After so many hours it ends by itself.")] = 1,
) -> None:
    """Open one case to yourself in an emergency. Your superiors hear of it at once, and another body reviews it."""
    opened = desk.client.cases.break_glass(case_id, reason=reason, remark=remark, hours=hours)
    desk.give(opened, lambda: emergency_list(desk, [opened]))


@command(case_app, "emergencies")
def emergencies(
    desk: Desk,
    case_id: Annotated[
        str | None, typer.Argument(metavar="CASE", help="Without one: what your own people opened.")
    ] = None,
) -> None:
    """List who opened a case to themselves in an emergency, or which cases your agency's people did."""
    cases = desk.client.cases
    found = list(cases.own_emergencies()) if case_id is None else cases.emergencies(case_id).items
    desk.give_all(found, lambda listed: emergency_list(desk, listed))


@command(case_app, "review-emergency")
def review_emergency(
    desk: Desk,
    case_id: CaseArgument,
    access_id: Annotated[str, typer.Argument(metavar="ACCESS", help="As tereze case emergencies lists it (emg_…).")],
    *,
    verdict: Annotated[
        EmergencyVerdict, typer.Option(help="What you find. Where it was not justified it ends at once.")
    ],
    remark: Annotated[str, typer.Option(help="Your reasons; kept sealed.")],
    version: Annotated[
        int | None, typer.Option(help="The version you decided on; else the case is read first.")
    ] = None,
) -> None:
    """Find, as another body than the one that looked, whether an emergency access was justified."""
    found = desk.client.cases.review_emergency(case_id, access_id, verdict=verdict, remark=remark, version=version)
    desk.give(found, lambda: emergency_list(desk, [found]))
