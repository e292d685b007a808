"""Decides how much of a run one statement may write: each row once; must never change the order of what is told of one row."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def turns(items: Iterable[T], row: Callable[[T], Hashable]) -> list[Sequence[T]]:
    """First the first item of every row, then the second of those that have one, and so on: nearly always one turn."""
    found: list[list[T]] = []
    count: dict[Hashable, int] = defaultdict(int)
    for item in items:
        name = row(item)
        if count[name] == len(found):
            found.append([])
        found[count[name]].append(item)
        count[name] += 1
    return list(found)
