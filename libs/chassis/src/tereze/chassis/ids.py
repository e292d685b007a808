"""Decides how an identifier is minted: a prefix that tells the noun and a time-ordered UUIDv7; must never carry meaning beyond that."""

from hashlib import sha256
from uuid import UUID

from uuid_utils import uuid7

EVENT_PREFIX = "evt"


def new_id(prefix: str) -> str:
    """A fresh id, e.g. ``ref_0190…``: the prefix, an underscore and 32 hex digits that grow with time."""
    return f"{prefix}_{uuid7().hex}"


def lasting_id(prefix: str, *parts: str) -> str:
    """The id of something that has none of its own: the same for the same parts, and telling nothing of them."""
    return f"{prefix}_{sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"


def event_uuid(event_id: str) -> UUID:
    """The UUID inside an event id, as the inbox stores it. Raises ValueError for anything else."""
    prefix, _, digits = event_id.partition("_")
    if prefix != EVENT_PREFIX or len(digits) != 32:  # noqa: PLR2004 - hex digits of a UUID
        raise ValueError("not an event id")
    return UUID(hex=digits)
