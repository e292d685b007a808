"""Decides how what nobody reads before the commit is written: in one statement with the outbox's rows; must never lose one of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import asyncpg

from tereze.chassis.outbox import INSERT, OutboxRow, columns_of

_HOLE = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True)
class Last:
    """One INSERT with its values. ``or_else`` is raised where its row was there already."""

    insert: str
    values: tuple[object, ...]
    or_else: type[Exception] | None = None


async def write_last(connection: asyncpg.Connection, last: Sequence[Last], rows: Sequence[OutboxRow]) -> None:
    """Write it all in one statement: all of it or nothing. Raises ``or_else`` of an INSERT whose row was there already."""
    parts = [(each.insert, each.values) for each in last]
    if rows:
        parts.append((INSERT, columns_of(rows)))
    values = [value for _, of_part in parts for value in of_part]
    try:
        await connection.execute(_together(tuple((insert, len(held)) for insert, held in parts)), *values)
    except asyncpg.UniqueViolationError as error:
        refused = next((each.or_else for each in last if f"INTO {error.table_name} " in each.insert), None)
        if refused is None:
            raise
        raise refused from error


def renumbered(query: str, before: int) -> str:
    """A query whose parameters follow so many others."""
    return _HOLE.sub(lambda hole: f"${int(hole[1]) + before}", query)


@lru_cache(maxsize=256)
def _together(parts: tuple[tuple[str, int], ...]) -> str:
    """One statement of several INSERTs; the parameters of each follow those of the one before it."""
    written, before = [], 0
    for insert, held in parts:
        written.append(renumbered(insert, before))
        before += held
    *firsts, last = written
    before_it = ", ".join(f"part{number} AS ({insert})" for number, insert in enumerate(firsts))
    return f"WITH {before_it} {last}" if firsts else last
