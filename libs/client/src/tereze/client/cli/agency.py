"""Decides how bodies are founded, amended and closed from the command line; must never close one that was not named."""

from typing import Annotated

import typer

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.oversight import agency_list
from tereze.contracts.directory import AgencyView
from tereze.contracts.founding import AmendAgency, FoundAgency
from tereze.contracts.words import AgencyKind

agency_app = typer.Typer(no_args_is_help=True, help="Bodies that take part: found, amend and close them.")

Named = Annotated[str, typer.Argument(metavar="AGENCY", help="Its short name or its id.")]
Kazakh = Annotated[str | None, typer.Option("--kk", metavar="NAME", help="Its name in Kazakh.")]
Russian = Annotated[str | None, typer.Option("--ru", metavar="NAME", help="Its name in Russian.")]
English = Annotated[str | None, typer.Option("--en", metavar="NAME", help="Its name in English.")]


@command(agency_app, "show")
def show(desk: Desk, agency: Named) -> None:
    """Show one body."""
    _give(desk, desk.client.agencies.get(desk.agency_id(agency)))


@command(agency_app, "create")
def create(
    desk: Desk,
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="Short readable name; nobody else's.")],
    *,
    kind: Annotated[AgencyKind, typer.Option(help="What sort of body it is; it stays so.")],
    kk: Annotated[str, typer.Option("--kk", metavar="NAME", help="Its name in Kazakh.")],
    ru: Annotated[str, typer.Option("--ru", metavar="NAME", help="Its name in Russian.")],
    en: Annotated[str, typer.Option("--en", metavar="NAME", help="Its name in English.")],
    region: Annotated[str | None, typer.Option(help="Like KZ-75; left out: a body of the whole nation.")] = None,
    below: Annotated[str | None, typer.Option(metavar="AGENCY", help="The body above it, by short name or id.")] = None,
) -> None:
    """Found a body, or a unit of one."""
    words = {"slug": slug, "kind": kind, "name": {"kk": kk, "ru": ru, "en": en}}
    placed = {"region_code": region, "parent_agency_id": desk.agency_id(below) if below else None}
    given = words | {name: value for name, value in placed.items() if value is not None}
    _give(desk, desk.client.agencies.found(FoundAgency.model_validate(given)))


@command(agency_app, "amend")
def amend(
    desk: Desk,
    agency: Named,
    *,
    slug: Annotated[str | None, typer.Option(help="Another short name.")] = None,
    kk: Kazakh = None,
    ru: Russian = None,
    en: English = None,
) -> None:
    """Say how a body is called; what is left out stays."""
    known = desk.client.agencies.get(desk.agency_id(agency))
    name = {"kk": kk or known.name.kk, "ru": ru or known.name.ru, "en": en or known.name.en}
    words = AmendAgency.model_validate({"slug": slug or known.slug, "name": name})
    _give(desk, desk.client.agencies.amend(known.agency_id, words, version=known.version))


@command(agency_app, "close")
def close(desk: Desk, agency: Named) -> None:
    """Close a body: nobody acts for it any more, nothing new is routed to it."""
    _give(desk, desk.client.agencies.close(desk.agency_id(agency)))
    desk.say("agency.closed")


@command(agency_app, "reopen")
def reopen(desk: Desk, agency: Named) -> None:
    """Open a closed body again, as it was."""
    _give(desk, desk.client.agencies.reopen(desk.agency_id(agency)))


def _give(desk: Desk, one: AgencyView) -> None:
    desk.give(one, lambda: agency_list(desk, [one]))
