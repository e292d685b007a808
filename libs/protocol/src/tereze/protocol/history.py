"""Decides how the events of cases are read for a replay, one case at a time; must never hold more than one case."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from pydantic_core import from_json

_PREFIX, _SUFFIX = "tereze.", ".v1"


class BadHistory(ValueError):
    """A line is no event of a case."""


@dataclass(frozen=True, slots=True)
class Told:
    """One published event of a case. ``what`` is its type without the outer parts: ``task.assigned``."""

    what: str
    at: datetime
    case_id: str
    data: Mapping[str, Any]

    def instant(self, field: str) -> datetime | None:
        """An instant the event carries, if it does."""
        value = self.data.get(field)
        return datetime.fromisoformat(value) if value else None


def read_history(lines: Iterable[str | bytes]) -> Iterator[Told]:
    """CloudEvents in JSON, one a line, as the feed and the webhooks give them. Raises BadHistory with the line's number.

    Events of one case stand together and in order. Events that belong to no case are passed over.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            event = from_json(line, cache_strings="keys")
            data = event["data"]
            if "case_id" in data:
                yield Told(_short(event["type"]), datetime.fromisoformat(event["time"]), data["case_id"], data)
        except (ValueError, KeyError, TypeError) as reason:
            raise BadHistory(f"line {number}: not an event of a case: {reason!r}") from reason


def cases(history: Iterable[Told]) -> Iterator[tuple[str, Iterator[Told]]]:
    """The events case by case, as they come."""
    return groupby(history, key=attrgetter("case_id"))


def _short(name: str) -> str:
    return name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
