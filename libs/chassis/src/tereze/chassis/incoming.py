"""Decides what a record from the bus is: an event to handle, one that is none of ours, or poison; must never run a handler."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from pydantic import ValidationError

from tereze.chassis.broker import Record
from tereze.chassis.ids import event_uuid
from tereze.contracts.events import Envelope, UnknownEventType, read_envelope

_OURS = "tereze"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record that concerns this service. Poison has no envelope, only the fingerprint of why it cannot be read."""

    record: Record
    envelope: Envelope | None
    inbox_id: UUID | None
    poison: str | None = None

    @property
    def key(self) -> str:
        """What keeps the order; a record without a key is its own."""
        return key_of(self.record)


def key_of(record: Record) -> str:
    """The record's key; one without a key gets a place of its own."""
    return record.key if record.key is not None else f"?{record.lane.partition}:{record.offset}"


def read_incoming(record: Record, *, handled: frozenset[str], known: frozenset[str]) -> Incoming | None:
    """Decode one record; None where its type is known but nothing here handles it."""
    name = record.headers.get("ce_type")
    if name in known and name not in handled:
        return None
    try:
        envelope, inbox_id = decode(record.headers, record.payload)
    except (UnknownEventType, LookupError, ValueError) as error:
        return Incoming(record, None, None, fingerprint(error))
    return Incoming(record, envelope, inbox_id)


def decode(headers: Mapping[str, str], payload: bytes | None) -> tuple[Envelope, UUID]:
    """Envelope and inbox id of a record's content. Raises UnknownEventType, LookupError or ValueError (also pydantic's)."""
    if payload is None:
        raise ValueError("a record without a value")
    inbox_id = event_uuid(headers["ce_id"])
    return read_envelope(headers, payload), inbox_id


def fingerprint(error: BaseException) -> str:
    """Kind and place of a failure: exception type and the innermost frame of ours. Never its message, which may hold a value."""
    frames = [
        f"{frame.filename.rsplit('/', 2)[-2]}/{frame.filename.rsplit('/', 1)[-1]}:{frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
        if f"/{_OURS}/" in frame.filename
    ]
    kind = type(error).__name__
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        kind = f"{kind}({first['type']} at {'/'.join(str(step)[:40] for step in first['loc'])})"
    return f"{kind} in {frames[-1] if frames else 'unknown'}"[:300]
