"""Decides how cases are read and triaged from the command line; must never act on a case nobody has read."""

from typing import Annotated

import typer

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.cases import case_list, case_page
from tereze.contracts.words import Risk

app = typer.Typer()
case_app = typer.Typer(no_args_is_help=True, help="One shared case.")
CaseArgument = Annotated[str, typer.Argument(metavar="ID")]


@command(app, "cases")
def cases(desk: Desk) -> None:
    """List the cases you may see, most urgent first."""
    desk.give_all(desk.client.cases.list(), lambda listed: case_list(desk, listed))


@command(case_app, "show")
def show(desk: Desk, case_id: CaseArgument) -> None:
    """Show a case: who acts by when, who is told next, and what each agency did."""
    case = desk.client.cases.get(case_id)
    desk.give(case, lambda: case_page(desk, case))


@command(case_app, "triage")
def triage(
    desk: Desk,
    case_id: CaseArgument,
    risk: Annotated[Risk, typer.Option(help="The risk you confirm.")],
    remark: Annotated[str | None, typer.Option(help="Why.")] = None,
    version: Annotated[
        int | None, typer.Option(help="The version you decided on; else the case is read first.")
    ] = None,
) -> None:
    """Confirm the risk of a case, as the window desk."""
    case = desk.client.cases.triage(case_id, risk=risk, remark=remark, version=version)
    desk.give(case, lambda: case_page(desk, case))
