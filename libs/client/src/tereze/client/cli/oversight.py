"""Decides how the SLA board, agencies, regions and series look; must never mix published counts with our own."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.tables import Cell, listed, table
from tereze.contracts.directory import Agency, OfficialSeries, RegionList
from tereze.contracts.sla import SlaBoard, SlaRow
from tereze.contracts.words import AgencyKind

app = typer.Typer()


@command(app, "sla")
def sla(desk: Desk) -> None:
    """Show how your agency stands on each obligation; operators and the Ombudsman see all."""
    board = desk.client.sla()
    desk.give(board, lambda: sla_page(desk, board))


@command(app, "agencies")
def agencies(
    desk: Desk,
    region: Annotated[str | None, typer.Option(help="Only of this region, like KZ-75.")] = None,
    kind: Annotated[AgencyKind | None, typer.Option(help="Only of this kind.")] = None,
) -> None:
    """List agencies with the short names that --as and --agency take."""
    desk.give_all(desk.client.agencies.list(region_code=region, kind=kind), lambda found: agency_list(desk, found))


@command(app, "regions")
def regions(desk: Desk) -> None:
    """List the regions of the country."""
    found = desk.client.regions.list()
    desk.give(found.items, lambda: region_list(desk, found))


@command(app, "series")
def series(desk: Desk, name: Annotated[str, typer.Argument()] = "violence-by-region") -> None:
    """Show a published series with its source and caveats."""
    found = desk.client.regions.series(name)
    desk.give(found, lambda: series_page(desk, found))


def sla_page(desk: Desk, board: SlaBoard) -> RenderableType:
    """One row for each agency and obligation."""
    heads = ("agency", "obligation", "running", "breached", "met", "late", "escalations", "share", "next-due", "worst")
    return listed(desk.words, heads, [_sla_row(desk, row) for row in board.rows])


def _sla_row(desk: Desk, row: SlaRow) -> tuple[Cell, ...]:
    words = desk.words
    share = "—" if row.met_in_time_share is None else f"{row.met_in_time_share:.0%}"
    worst = words.span(timedelta(seconds=row.worst_overdue_seconds)) if row.worst_overdue_seconds else None
    return (
        desk.agency(row.agency_id), words.code("clock", row.clock_kind), str(row.running),
        Text(str(row.breached), style="bold red" if row.breached else ""), str(row.met), str(row.met_late),
        str(row.escalations), share, words.at(row.next_due_at) if row.next_due_at else None, worst,
    )  # fmt: skip


def agency_list(desk: Desk, found: list[Agency]) -> RenderableType:
    """Agencies in the order of their short names."""
    rows: list[tuple[Cell, ...]] = [
        (agency.slug, desk.words.name(agency.name), desk.words.code("service", agency.kind), agency.region_code,
         agency.agency_id)
        for agency in sorted(found, key=lambda agency: agency.slug)
    ]  # fmt: skip
    return listed(desk.words, ("slug", "name", "kind", "region", "id"), rows)


def region_list(desk: Desk, found: RegionList) -> RenderableType:
    """Regions by code."""
    rows: list[tuple[Cell, ...]] = [(region.code, desk.words.name(region.name), region.kind) for region in found.items]
    return listed(desk.words, ("code", "name", "kind"), rows)


def series_page(desk: Desk, found: OfficialSeries) -> RenderableType:
    """The published counts as they were published, and what to beware of."""
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (row.published_name, row.region_code, _count(row.earlier_cases), _count(row.later_cases),
         None if row.growth_percent_published is None else f"{row.growth_percent_published:g}")
        for row in found.rows
    ]  # fmt: skip
    notes = [Text(words("series.caveat", text=words.name(caveat)), style="dim") for caveat in found.caveats]
    shown = table(words, ("region", "code", "earlier", "later", "growth"), rows)
    source = Text(words("series.source", text=found.source), style="dim")
    return Group(Text(words.name(found.title), style="bold"), shown, source, *notes)


def _count(value: int | None) -> str | None:
    return None if value is None else str(value)
