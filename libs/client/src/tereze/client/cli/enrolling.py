"""Decides how people are let in, amended and moved from the command line; must never print their subject."""

from typing import Annotated

import typer

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.staff import staff_list
from tereze.client.cli.staff import StaffArgument, staff_app
from tereze.contracts.founding import AddStaff
from tereze.contracts.words import StaffRole

__all__ = ["staff_app"]

Roles = Annotated[
    list[StaffRole] | None, typer.Option("--role", help="What they are trusted with; once for each. Left out: as now.")
]


@command(staff_app, "add")
def add(
    desk: Desk,
    *,
    subject: Annotated[str, typer.Option(help="The `sub` of their tokens, as the issuer has it.")],
    name: Annotated[str, typer.Option(help="How they are called; it stays in the directory.")],
    role: Annotated[list[StaffRole], typer.Option(help="What they are trusted with; once for each.")],
    agency: Annotated[str | None, typer.Option(metavar="AGENCY", help="Short name or id; else your own.")] = None,
) -> None:
    """Let somebody act for an agency, once they hold what their role requires."""
    agency_id = desk.agency_id(agency) if agency else desk.client.staff.me().agency_id
    member = desk.client.staff.add(AddStaff(subject=subject, agency_id=agency_id, roles=tuple(role), display_name=name))
    desk.give(member, lambda: staff_list(desk, [member]))
    if member.unmet:
        desk.say("staff.added", staff_id=member.staff_id)


@command(staff_app, "amend")
def amend(
    desk: Desk,
    staff_id: StaffArgument,
    *,
    role: Roles = None,
    name: Annotated[str | None, typer.Option(help="How they are called. Left out: as now.")] = None,
) -> None:
    """Say what somebody is trusted with, or how they are called."""
    member = desk.client.staff.amend(staff_id, roles=tuple(role) if role else None, display_name=name)
    desk.give(member, lambda: staff_list(desk, [member]))


@command(staff_app, "move")
def move(
    desk: Desk,
    staff_id: StaffArgument,
    *,
    to: Annotated[str, typer.Option(metavar="AGENCY", help="Short name or id.")],
    role: Roles = None,
) -> None:
    """Let somebody act for another agency from now on; what they answered for passes to colleagues they leave."""
    agency_id = desk.agency_id(to)
    member = desk.client.staff.move(staff_id, agency_id=agency_id, roles=tuple(role) if role else None)
    desk.give(member, lambda: staff_list(desk, [member]))
    desk.say("staff.moved", agency_id=agency_id)
