"""Decides what a reader may give to say where it stands: the id of an event, or a cursor of ours; must never guess."""

from typing import Annotated

from fastapi import Query
from pydantic import TypeAdapter, ValidationError

from tereze.chassis.http import BadCursor, decode_cursor, encode_cursor
from tereze.chassis.work import Work
from tereze.notifications.store.feed import BEGINNING, Place, Scope, place_of

After = Annotated[
    str | None,
    Query(
        max_length=1_024,
        description="The id of the last event you dealt with, or a cursor; left out: from the oldest kept",
    ),
]
_LARGEST = 2**63 - 1
_NUMBER = TypeAdapter(int)


async def find_place(work: Work, scope: Scope, after: str | None) -> Place:
    """Where the reader stands. Raises BadCursor for what is neither a cursor nor an event of its log."""
    if not after:
        return BEGINNING
    if after.startswith("evt_"):
        place = await place_of(work, scope, after)
        if place is None:
            raise BadCursor("No such event in your log. Leave `after` out to read from the oldest that is kept.")
        return place
    position = decode_cursor(after)
    try:
        found = [_NUMBER.validate_python(position.get(name), strict=True) for name in ("xid", "position")]
    except ValidationError:
        raise BadCursor from None
    if not all(0 <= number <= _LARGEST for number in found) or position.get("whole") != scope.whole:
        raise BadCursor
    return Place(*found)


def cursor_of(scope: Scope, place: Place) -> str:
    """The cursor that leads back to a place in this reader's log."""
    return encode_cursor({"xid": place.xid, "position": place.position, "whole": scope.whole})
