"""Decides how rotas, contacts, posts, load and catchments are shown and kept from the command line; must never log an address."""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import RenderableType

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.tables import Cell, listed
from tereze.client.cli.submission import instant
from tereze.contracts.catchments import ResponsibleList
from tereze.contracts.rotas import ContactLadder, RotaView
from tereze.contracts.workforce import CaseloadView, WorkforceRow

app = typer.Typer()
rota_app = typer.Typer(no_args_is_help=True, help="Who of your agency is on duty, and whom to call next.")

Mine = Annotated[str | None, typer.Argument(metavar="AGENCY_ID", help="Left out: your own agency.")]
When = Annotated[str | None, typer.Option("--at", parser=instant, metavar="TIME", help="At this instant; else now.")]


@command(rota_app, "show")
def show_rota(desk: Desk, agency_id: Mine = None, at: When = None) -> None:
    """Show the shifts that are not over, and who is on duty."""
    view = desk.client.agencies.rota(_own(desk, agency_id), at=_instant(at))
    desk.give(view, lambda: rota_page(desk, view))


@command(rota_app, "add")
def add_shift(
    desk: Desk,
    staff_id: Annotated[str, typer.Argument(metavar="STAFF_ID")],
    *,
    since: Annotated[str, typer.Option("--from", parser=instant, metavar="TIME")],
    until: Annotated[str, typer.Option("--until", parser=instant, metavar="TIME")],
    agency_id: Annotated[str | None, typer.Option("--agency", metavar="AGENCY_ID", help="Else your own.")] = None,
) -> None:
    """Put somebody on duty."""
    begins, ends = datetime.fromisoformat(since), datetime.fromisoformat(until)
    view = desk.client.agencies.add_shift(_own(desk, agency_id), staff_id, since=begins, until=ends)
    desk.give(view, lambda: rota_page(desk, view))


@command(rota_app, "contacts")
def contacts(desk: Desk, agency_id: Mine = None, at: When = None) -> None:
    """Show whom to call, in order."""
    view = desk.client.agencies.contacts(_own(desk, agency_id), at=_instant(at))
    desk.give(view, lambda: contacts_page(desk, view))


@command(app, "workforce")
def workforce(
    desk: Desk,
    region: Annotated[str | None, typer.Option(help="Only of this region, like KZ-75.")] = None,
    gaps: Annotated[bool, typer.Option("--gaps", help="Only where something is wrong.")] = False,
) -> None:
    """Show posts filled and vacant, and pupils for each specialist; the gravest gaps first."""
    desk.give_all(desk.client.workforce(region=region, gaps=gaps), lambda rows: workforce_page(desk, rows))


@command(app, "caseload")
def caseload(desk: Desk) -> None:
    """Show how many open duties each of your people answers for."""
    view = desk.client.caseload()
    desk.give(view, lambda: caseload_page(desk, view))


@command(app, "responsible")
def responsible(
    desk: Desk,
    region: Annotated[str, typer.Option(help="Like KZ-75.")],
    district: Annotated[str, typer.Option(help="Like KZ-75-medeu.")],
    street: Annotated[str | None, typer.Option(help="Sent, never kept.")] = None,
    house: Annotated[int | None, typer.Option()] = None,
) -> None:
    """Show which school, clinic, police and guardianship body is responsible for an address."""
    found = desk.client.regions.responsible(region, district, street=street, house=house)
    desk.give(found.items, lambda: responsible_page(desk, found))


def rota_page(desk: Desk, view: RotaView) -> RenderableType:
    """Shifts in order of time, with a mark on who is on duty."""
    rows: list[tuple[Cell, ...]] = [
        (
            desk.person(shift.staff_id, view.agency_id),
            shift.staff_id,
            desk.words.at(shift.since),
            desk.words.at(shift.until),
            _yes(desk, shift.staff_id in view.on_duty),
        )
        for shift in view.shifts
    ] or [(desk.person(staff_id, view.agency_id), staff_id, None, None, _yes(desk, True)) for staff_id in view.on_duty]
    return listed(desk.words, ("name", "id", "from", "until", "on-duty"), rows)


def contacts_page(desk: Desk, view: ContactLadder) -> RenderableType:
    """One row a person, rung by rung; a rung that nobody stands on keeps its row."""
    rows: list[tuple[Cell, ...]] = [
        (desk.agency(rung.agency_id), str(rung.role), desk.person(staff_id, rung.agency_id), staff_id)
        for rung in view.rungs
        for staff_id in rung.staff_ids or (None,)
    ]
    return listed(desk.words, ("agency", "roles", "name", "id"), rows)


def workforce_page(desk: Desk, found: list[WorkforceRow]) -> RenderableType:
    """One row a specialism and agency, with what is wrong in a word."""
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (desk.agency(row.agency_id), words.code("specialism", row.specialism), f"{row.filled}/{row.posts}", str(row.pupils),
         None if row.pupils_per_specialist is None else f"{row.pupils_per_specialist:g}", words.code("gap", row.gap))
        for row in found
    ]  # fmt: skip
    return listed(words, ("agency", "specialism", "posts", "pupils", "pupils-each", "gap"), rows)


def caseload_page(desk: Desk, view: CaseloadView) -> RenderableType:
    """The busiest first, and what waits for a name."""
    rows: list[tuple[Cell, ...]] = [
        (desk.person(row.staff_id, view.agency_id), str(row.open_duties), _yes(desk, row.may_act), _yes(desk, row.on_duty),
         row.staff_id)
        for row in view.items
    ]  # fmt: skip
    rows.append((desk.words("caseload.unassigned"), str(view.unassigned), None, None, None))
    return listed(desk.words, ("name", "duties", "may-act", "on-duty", "id"), rows)


def responsible_page(desk: Desk, found: ResponsibleList) -> RenderableType:
    """One body a kind."""
    rows: list[tuple[Cell, ...]] = [
        (desk.words.code("service", one.kind), desk.agency(one.agency_id), desk.words.code("responsible-by", one.by))
        for one in found.items
    ]
    return listed(desk.words, ("kind", "agency", "because"), rows)


def _own(desk: Desk, agency_id: str | None) -> str:
    return agency_id or desk.client.staff.me().agency_id


def _instant(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None


def _yes(desk: Desk, fact: bool) -> str:
    return desk.words("attest.may-act" if fact else "attest.may-not-act")
