"""Decides how an event is named, keyed and wrapped as a CloudEvent on Kafka; must never put a person into a header or key."""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from tereze.contracts.labels import Contract

PERSONAL_DATA_FREE_HEADERS = (
    "ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "ce_partitionkey", "ce_dataschema",
    "ce_traceparent", "content-type",
)  # fmt: skip


class UnknownEventType(LookupError):
    """The event's type is not in this release's contracts."""


class Event(Contract):
    """A fact that happened. Subclasses name their ``type``, ``topic`` and the field whose order matters (``key_field``)."""

    type: ClassVar[str]
    topic: ClassVar[str]
    key_field: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Register concrete event types by name."""
        super().__pydantic_init_subclass__(**kwargs)
        if "type" in cls.__dict__:
            _TYPES[cls.type] = cls

    @property
    def key(self) -> str:
        """The Kafka key: an opaque id."""
        return str(getattr(self, self.key_field))


_TYPES: dict[str, type[Event]] = {}


@cache
def _read_every_noun() -> None:
    """Import each module of the contracts: a service must know every type on its topics, or it parks what it need not care about."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        importlib.import_module(f"tereze.contracts.{module.name}")


def event_types() -> Mapping[str, type[Event]]:
    """Every concrete event type of the contracts, by its CloudEvents type."""
    _read_every_noun()
    return dict(_TYPES)


def event_type(name: str) -> type[Event]:
    """The contract of one CloudEvents type; raises UnknownEventType."""
    _read_every_noun()
    try:
        return _TYPES[name]
    except KeyError:
        raise UnknownEventType(name) from None


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event with the CloudEvents attributes it travels under. ``time`` is UTC; ``source`` is ``/tereze/<service>``."""

    id: str
    source: str
    time: datetime
    data: Event
    traceparent: str | None = None

    @property
    def type(self) -> str:
        """CloudEvents type."""
        return self.data.type

    @property
    def key(self) -> str:
        """Kafka key and CloudEvents subject."""
        return self.data.key

    def headers(self) -> dict[str, str]:
        """Binary-mode headers of the CloudEvents Kafka binding. Carries ids, codes and times only."""
        headers = {
            "ce_specversion": "1.0",
            "ce_id": self.id,
            "ce_type": self.type,
            "ce_source": self.source,
            "ce_subject": self.key,
            "ce_time": self.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "ce_partitionkey": self.key,
            "ce_dataschema": f"/schemas/{self.type}.json",
            "content-type": "application/json",
        }
        if self.traceparent:
            headers["ce_traceparent"] = self.traceparent
        return headers

    def payload(self) -> bytes:
        """The event's body as JSON."""
        return self.data.model_dump_json().encode()


def read_envelope(headers: Mapping[str, str], payload: bytes) -> Envelope:
    """Rebuild an envelope from a record. Raises UnknownEventType, KeyError (missing header) or pydantic's ValidationError."""
    data = event_type(headers["ce_type"]).model_validate_json(payload)
    return Envelope(
        id=headers["ce_id"],
        source=headers["ce_source"],
        time=datetime.fromisoformat(headers["ce_time"]),
        data=data,
        traceparent=headers.get("ce_traceparent"),
    )
