"""Decides how a list is cut into pages; must never put a fact into a cursor that the reader may not see (it is only opaque, not secret)."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query

from tereze.chassis.http.refusals import BadCursor

_LONGEST = 1_024

Limit = Annotated[int, Query(ge=1, le=100, description="At most this many items")]
Cursor = Annotated[str | None, Query(max_length=_LONGEST, description="The `cursor` of the page before")]


def encode_cursor(position: Mapping[str, Any]) -> str:
    """An opaque cursor for a JSON-ready position."""
    text = json.dumps(position, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> dict[str, Any]:
    """The position of a cursor that was handed out. Raises BadCursor; still check that its parts are what you put in."""
    try:
        if len(cursor) > _LONGEST:
            raise BadCursor
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        position = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        raise BadCursor from None
    if not isinstance(position, dict) or "\\u0000" in raw.decode() or "\\ud" in raw.decode().lower():
        raise BadCursor
    return position
