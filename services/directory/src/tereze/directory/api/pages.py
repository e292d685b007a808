"""Decides how a place in a list of the directory is written and read; must never guess a cursor."""

import re

from tereze.chassis.http import BadCursor, decode_cursor, encode_cursor

_ID = re.compile(r"[a-z]{3}_[0-9a-f]{32}\Z")


def following(last_id: str | None) -> str | None:
    """The cursor of the page after the one that ends with this id."""
    return None if last_id is None else encode_cursor({"after": last_id})


def position_of(cursor: str | None) -> str:
    """The id the page before ended with. Raises BadCursor."""
    if cursor is None:
        return ""
    after = decode_cursor(cursor).get("after")
    if not isinstance(after, str) or not _ID.match(after):
        raise BadCursor
    return after
