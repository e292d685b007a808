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
    """One INSERT with its values. ``or_else`` is raised where it inserts nothing, because its row was there already."""

    insert: str
    values: tuple[object, ...]
    or_else: type[Exception] | None = None


async def write_last(connection: asyncpg.Connection, last: Sequence[Last], rows: Sequence[OutboxRow]) -> None:
    """Write it all in one statement of the open transaction. Raises the first ``or_else`` whose INSERT inserted nothing."""
    parts = [(each.insert, each.values) for each in last]
    if rows:
        parts.append((INSERT, columns_of(rows)))
    values = [value for _, of_part in parts for value in of_part]
    counts = await connection.fetchrow(_together(tuple((insert, len(held)) for insert, held in parts)), *values)
    for each, count in zip(last, counts, strict=False):
        if not count and each.or_else is not None:
            raise each.or_else


@lru_cache(maxsize=256)
def _together(parts: tuple[tuple[str, int], ...]) -> str:
    """One statement that tells how many rows each part inserted; the parameters of each follow those of the one before it."""
    written, before = [], 0
    for number, (insert, held) in enumerate(parts):
        shifted = _HOLE.sub(lambda hole, by=before: f"${int(hole[1]) + by}", insert)  # type: ignore[misc]
        written.append(f"part{number} AS ({shifted} RETURNING 1)")
        before += held
    counts = ", ".join(f"(SELECT count(*) FROM part{number})" for number in range(len(parts)))  # noqa: S608 - names of ours
    return f"WITH {', '.join(written)} SELECT {counts}"
