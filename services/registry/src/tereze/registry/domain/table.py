"""Decides where a row of a written table ends and the next begins; must never let one stray quotation mark swallow other rows."""

import csv
import re
from collections.abc import Iterator

_LINE_END = re.compile(r"\r\n|\r|\n")  # and no other: a cell may hold what Unicode calls a line separator
_DELIMITERS = (",", ";", "\t")
_MOST_LINES = 10  # of one row: an address over several lines is common, a longer cell is a mark that nobody closed

Cells = tuple[str, ...]


def lines_of(written: str) -> list[str]:
    """The lines of a text, whatever machine ended them, without a byte-order mark and without the end after the last."""
    lines = _LINE_END.split(written.removeprefix("\ufeff"))
    return lines[:-1] if lines and not lines[-1] else lines


def table_rows(written: str) -> Iterator[tuple[int, Cells | None]]:
    """The rows of a CSV (comma, semicolon or tab, as its first line tells) with the number of the line each begins on; blank ones are none.

    None instead of cells: a quotation mark opens in this line and is not closed, or the line is longer than a row can be. The next
    line is a row of its own all the same.
    """
    lines = lines_of(written)
    delimiter, width, at = _delimiter(lines), None, 0
    while at < len(lines):
        taken, cells = _row_from(lines, at, delimiter, width)
        if cells is None or any(cell.strip() for cell in cells):
            width = width if width is not None or cells is None else len(cells)
            yield at + 1, cells
        at += taken


def _row_from(lines: list[str], at: int, delimiter: str, width: int | None) -> tuple[int, Cells | None]:
    """How many lines the row takes that begins here, and its cells. A line that is a whole row by itself is never taken into another."""
    row = lines[at]
    for taken in range(1, _MOST_LINES + 1):
        if not _is_open(row, delimiter):
            return taken, _cells(row, delimiter)
        following = lines[at + taken : at + taken + 1]
        if not following or width is None or following[0].count(delimiter) >= width - 1:
            break
        row += "\n" + following[0]
    return 1, None


def _is_open(row: str, delimiter: str) -> bool:
    """Whether a quotation mark that begins a cell is not closed. One within a cell is a letter like any other."""
    begins = rf'(?:^|{delimiter})[ ]*"'
    rest = re.sub(rf'{begins}(?:[^"]|"")*"', "", row)
    return re.search(begins, rest) is not None


def _cells(row: str, delimiter: str) -> Cells | None:
    try:
        return tuple(next(csv.reader([row], delimiter=delimiter, skipinitialspace=True), ()))
    except csv.Error:
        return None


def _delimiter(lines: list[str]) -> str:
    first = next((line for line in lines if line.strip()), "")
    return max(_DELIMITERS, key=first.count)
