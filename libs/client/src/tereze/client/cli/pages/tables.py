"""Decides how a list looks: one plain table; must never cut a value that a person may want to copy."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from tereze.client.cli.words import Words

Cell = str | Text | None


def table(words: Words, heads: tuple[str, ...], rows: Iterable[tuple[Cell, ...]], *, title: str | None = None) -> Table:
    """A table with translated headings. A cell that is None shows a dash."""
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, title=words(title) if title else None, title_justify="left")
    for head in heads:
        shown.add_column(words(f"head.{head}"), overflow="fold")
    for row in rows:
        shown.add_row(*(cell if isinstance(cell, Text) else Text(cell or "—") for cell in row))
    return shown


def listed(
    words: Words, heads: tuple[str, ...], rows: list[tuple[Cell, ...]], empty: str = "list.none"
) -> RenderableType:
    """A table, or a sentence that there is nothing."""
    return table(words, heads, rows) if rows else Text(words(empty))


def risk(words: Words, code: str | None) -> Text:
    """A risk level, or a dash where it is withheld; the colour only underlines the word."""
    return Text(
        words.code("risk", code), style={"critical": "bold red", "high": "red", "medium": "yellow"}.get(code or "", "")
    )


def categories(words: Words, codes: Iterable[str]) -> str:
    """Forms of violence, separated by commas."""
    return ", ".join(words.code("category", code) for code in codes)
