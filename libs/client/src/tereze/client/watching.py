"""Decides how a stream of events is read and taken up again where it broke; must never do I/O or skip an event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import httpx

T = TypeVar("T")
_SILENCE_SECONDS = 50.0  # three heartbeats of the window: then the connection is dead, whatever the network says


@dataclass(frozen=True, slots=True)
class Watch(Generic[T]):
    """A stream to listen to, from after the event ``after`` or from the oldest kept."""

    path: str
    read: Callable[[bytes], T]
    query: Mapping[str, str] = field(default_factory=dict)
    after: str | None = None

    def request(self, http: httpx.Client | httpx.AsyncClient, last_id: str | None) -> httpx.Request:
        """The request that goes on after the last event that was heard whole."""
        headers = {"Accept": "text/event-stream, application/problem+json"}
        if last_id is not None:
            headers["Last-Event-ID"] = last_id
        timeout = httpx.Timeout(**{**http.timeout.as_dict(), "read": _SILENCE_SECONDS})
        return http.build_request("GET", self.path, params=dict(self.query) or None, headers=headers, timeout=timeout)


class Lines:
    """What the lines of a stream of server-sent events come to. ``pause``: seconds before it is taken up again."""

    def __init__(self, last_id: str | None) -> None:
        self.last_id = last_id
        self.pause = 2.0
        self._id: str | None = None
        self._data: list[str] = []

    def take(self, line: str) -> str | None:
        """Take in one line; the data of an event once it is whole."""
        if not line:
            return self._whole()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "id":
            self._id = value
        elif name == "retry" and value.isdigit():
            self.pause = int(value) / 1000
        return None

    def forget_half(self) -> None:
        """The stream broke: what was heard in part will be heard again."""
        self._id, self._data = None, []

    def _whole(self) -> str | None:
        event_id, data = self._id, self._data
        self.forget_half()
        if not data:
            return None
        self.last_id = event_id or self.last_id
        return "\n".join(data)
