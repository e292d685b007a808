"""Decides how services for a child are looked up, asked for and decided from the command line; must never take a refusal for a success."""

from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.tables import Cell, table
from tereze.contracts.eligibility import Eligibility, GapBoard, ServiceRefusal, ServiceRequestView
from tereze.contracts.words import Circumstance, ServiceCode

eligibility_app = typer.Typer(no_args_is_help=True, help="Which services a child may receive, and on which ground.")

RequestArgument = Annotated[str, typer.Argument(metavar="ID")]


@command(eligibility_app, "show")
def show(desk: Desk, case_id: Annotated[str, typer.Argument(metavar="CASE")]) -> None:
    """Show what the child of a case may receive now, who decides and within which limit."""
    found = desk.client.eligibility.of_case(case_id)
    desk.give(found, lambda: _services(desk, found))


@command(eligibility_app, "ask")
def ask(
    desk: Desk,
    case_id: Annotated[str, typer.Argument(metavar="CASE")],
    service: Annotated[ServiceCode, typer.Option(help="The service.")],
    learnt: Annotated[list[Circumstance] | None, typer.Option(help="A fact learnt since the report.")] = None,
) -> None:
    """Ask for a service; without a ground in the rules it is refused with its reason and the gap is counted."""
    request = desk.client.eligibility.ask(case_id, service=service, circumstances=tuple(learnt or ()))
    desk.give(request, lambda: _request(desk, request))


@command(eligibility_app, "request")
def request_of(desk: Desk, request_id: RequestArgument) -> None:
    """Show one request for a service."""
    request = desk.client.eligibility.get(request_id)
    desk.give(request, lambda: _request(desk, request))


@command(eligibility_app, "decide")
def decide(
    desk: Desk,
    request_id: RequestArgument,
    refusal: Annotated[ServiceRefusal | None, typer.Option(help="Coded reason; left out, it is granted.")] = None,
    remark: Annotated[str | None, typer.Option(help="In your words.")] = None,
    version: Annotated[int | None, typer.Option(help="The version you decided on; else it is read first.")] = None,
) -> None:
    """Grant the service, or refuse it with a reason, as the body that decides."""
    request = desk.client.eligibility.decide(request_id, refusal=refusal, remark=remark, version=version)
    desk.give(request, lambda: _request(desk, request))


@command(eligibility_app, "gaps")
def gaps(desk: Desk) -> None:
    """Show how many children met each gap of the rules; for overseers."""
    board = desk.client.eligibility.gaps()
    desk.give(board, lambda: _gaps(desk, board))


def _services(desk: Desk, found: Eligibility) -> RenderableType:
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (one.title, words.code("entitled", "yes" if one.entitled else "no"), one.reason,
         words.code("service", one.decider), one.limit)
        for one in found.services or ()
    ]  # fmt: skip
    return table(words, ("service", "entitled", "reason", "holder", "by"), rows)


def _request(desk: Desk, request: ServiceRequestView) -> RenderableType:
    state = desk.words.code("request", request.state)
    text = Text(desk.words("request.page", state=state, reason=request.reason or "—"), style="bold")
    text.append(f"\n{request.request_id} · {request.case_id} · v{request.version}", "dim")
    return text


def _gaps(desk: Desk, board: GapBoard) -> RenderableType:
    rows: list[tuple[Cell, ...]] = [
        (desk.words.code("entitlement", row.service), row.protocol_version, str(row.children)) for row in board.rows
    ]
    return table(desk.words, ("service", "protocol", "children"), rows)
