"""Decides how rotas, contacts, posts, load and catchments are shown and kept from the command line; must never log an address."""

from collections.abc import Sequence
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
from tereze.contracts.workforce import CaseloadView, Post, Specialism, WorkforceRow

app = typer.Typer()
rota_app = typer.Typer(no_args_is_help=True, help="Who of your agency is on duty, and whom to call next.")

post_app = typer.Typer(
    no_args_is_help=True, help="The posts of an agency: what each is for, who holds it, and which are vacant."
)

Mine = Annotated[str | None, typer.Argument(metavar="AGENCY_ID", help="Left out: your own agency.")]
Of = Annotated[str | None, typer.Option("--agency", metavar="AGENCY", help="Short name or id; else your own.")]
Pupils = Annotated[int | None, typer.Option(min=0, help="For how many children the post is there.")]
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


@command(post_app, "list")
def list_posts(desk: Desk, agency: Of = None) -> None:
    """List the posts of an agency, who holds each, and since when one is vacant."""
    found = desk.client.agencies.posts(_own(desk, desk.agency_id(agency) if agency else None))
    desk.give(found.items, lambda: posts_page(desk, found.items))


@command(post_app, "add")
def add_post(
    desk: Desk, specialism: Annotated[Specialism, typer.Option()], pupils: Pupils = None, agency: Of = None
) -> None:
    """Add a post, as a manager or head; it is vacant until you say who holds it."""
    post = desk.client.agencies.create_post(
        _own(desk, desk.agency_id(agency) if agency else None), specialism, pupils=pupils
    )
    desk.give(post, lambda: posts_page(desk, (post,)))


@command(post_app, "fill")
def fill_post(
    desk: Desk,
    post_id: Annotated[str, typer.Argument(metavar="POST_ID")],
    staff_id: Annotated[str, typer.Argument(metavar="STAFF_ID")],
    agency: Of = None,
) -> None:
    """Say who holds a post."""
    _change(desk, agency, post_id, staff_id=staff_id)


@command(post_app, "vacate")
def vacate_post(desk: Desk, post_id: Annotated[str, typer.Argument(metavar="POST_ID")], agency: Of = None) -> None:
    """Say that nobody holds a post any more."""
    _change(desk, agency, post_id, staff_id=None)


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


def posts_page(desk: Desk, found: Sequence[Post]) -> RenderableType:
    """One row a post; whoever holds it by name where this reader may see it."""
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (words.code("specialism", post.specialism), desk.person(post.staff_id, post.agency_id) or post.staff_id,
         None if post.vacant_since is None else words.at(post.vacant_since), None if post.pupils is None else str(post.pupils),
         post.post_id)
        for post in found
    ]  # fmt: skip
    return listed(words, ("specialism", "name", "vacant-since", "pupils", "id"), rows)


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


def _change(desk: Desk, agency: str | None, post_id: str, *, staff_id: str | None) -> None:
    posts = desk.client.agencies.posts(_own(desk, desk.agency_id(agency) if agency else None)).items
    post = next((post for post in posts if post.post_id == post_id), None)
    if post is None:
        raise typer.BadParameter(f"{post_id} is no post of this agency; see: tereze post list")
    changed = desk.client.agencies.change_post(post, staff_id=staff_id, pupils=post.pupils)
    desk.give(changed, lambda: posts_page(desk, (changed,)))


def _own(desk: Desk, agency_id: str | None) -> str:
    return agency_id or desk.client.staff.me().agency_id


def _instant(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None


def _yes(desk: Desk, fact: bool) -> str:
    return desk.words("attest.may-act" if fact else "attest.may-not-act")
