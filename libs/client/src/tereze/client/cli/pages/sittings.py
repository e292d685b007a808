"""Decides how sittings of the commission look; must never show a decision without how far it has come."""

from rich.console import Group, RenderableType
from rich.text import Text

from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.tables import Cell, listed, table
from tereze.contracts.commission import SittingSummary, SittingView


def sitting_list(desk: Desk, sittings: list[SittingSummary]) -> RenderableType:
    """Sittings with their days."""
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (one.sitting_id, words.code("sitting", one.state), words.code("because", one.because), words.at(one.sits_at),
         one.case_id)
        for one in sittings
    ]  # fmt: skip
    return listed(words, ("sitting", "state", "why", "when", "case"), rows)


def sitting_page(desk: Desk, sitting: SittingView) -> RenderableType:
    """One sitting: when and why, who is invited, and each decision with its holder and limit."""
    words = desk.words
    head = Text.assemble((words.code("sitting", sitting.state), "bold"), "  ", words.code("because", sitting.because))
    head.append(f"  {words.at(sitting.held_at or sitting.sits_at)}")
    lines = Text(f"{sitting.sitting_id} · {sitting.case_id} · v{sitting.version}", style="dim")
    quorum = Text(words("sitting.quorum", count=sitting.quorum, all=len(sitting.members)))
    return Group(head, lines, quorum, _members(desk, sitting), _decisions(desk, sitting))


def _members(desk: Desk, sitting: SittingView) -> RenderableType:
    rows: list[tuple[Cell, ...]] = [
        (desk.agency(member.agency_id), desk.words.code("answer", "present" if member.present else member.answer))
        for member in sitting.members
    ]
    return table(desk.words, ("agency", "answer"), rows)


def _decisions(desk: Desk, sitting: SittingView) -> RenderableType:
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (made.title, desk.agency(made.holder_agency_id), words.at(made.due_at),
         Text(words.code("level", "breach"), "bold red") if made.breached else words.code("task", made.state),
         made.task_id)
        for made in sitting.decisions
    ]  # fmt: skip
    return table(words, ("what-to-do", "agency", "by", "state", "task"), rows, title="head.decisions")
