"""Decides how one POST leaves this machine: signed, guarded, bounded; must never follow a redirect or reach a network that is not public."""

import asyncio
import errno
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from opentelemetry import trace
from opentelemetry.trace import SpanKind

from tereze.chassis.tracing import current_traceparent, remote_context
from tereze.contracts.facts import Fact
from tereze.notifications.courier.parcel import Answer, Load, Parcel
from tereze.notifications.domain.address import check_url, may_connect
from tereze.notifications.domain.retry import retry_after
from tereze.notifications.domain.signature import signature
from tereze.notifications.entitlement import tell

_ENOUGH_OF_AN_ANSWER = 64 * 1024  # read so much, so that the connection can be used again; nothing of it is kept
_tracer = trace.get_tracer("tereze.notifications")


class ForbiddenAddress(OSError):
    """The name leads to an address that is not on the public internet."""


def guarded_socket(*, demo: bool) -> Callable[[Any], socket.socket]:
    """Makes sockets for addresses that may be connected to and refuses all others: the last step before every connection."""

    def make(found: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = found
        if not may_connect(str(address[0]), demo=demo):
            raise ForbiddenAddress(errno.EACCES, "not a public address")
        return socket.socket(family, kind, protocol)

    return make


class Poster:
    """Sends parcels with one pool of connections. Use as an async context manager. ``resolver``: by default the system's."""

    def __init__(self, *, demo: bool, timeout: float, resolver: AbstractResolver | None = None) -> None:
        self._demo = demo
        self._resolver = resolver
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the pool."""
        connector = aiohttp.TCPConnector(
            limit=0, socket_factory=guarded_socket(demo=self._demo), resolver=self._resolver
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "tereze-webhooks/1", "Content-Type": "application/cloudevents+json; charset=utf-8"},
        )
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    async def post(self, load: Load, parcel: Parcel) -> Answer:
        """Send one parcel. Whatever goes wrong comes back as an answer."""
        entry = parcel.waiting.entry
        with _tracer.start_as_current_span(
            "deliver webhook",
            context=remote_context(entry.traceparent),
            kind=SpanKind.CLIENT,
            attributes={"messaging.message.id": entry.event_id, "tereze.subscription.id": load.lane[0]},
        ) as span:
            body = tell(entry, parcel.decision).model_dump_json(exclude_none=True).encode()
            answer = await self._post(load.url, body, self._headers(load, parcel, body))
            if answer.status is not None:
                span.set_attribute("http.response.status_code", answer.status)
            if answer.error is not None:
                span.set_attribute("error.type", answer.error)
            return answer

    def _headers(self, load: Load, parcel: Parcel, body: bytes) -> dict[str, str]:
        event_id, timestamp = parcel.waiting.entry.event_id, int(time.time())
        headers = {
            "webhook-id": event_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(load.key, event_id=event_id, timestamp=timestamp, body=body),
            "webhook-sequence": str(parcel.sequence),
            "webhook-previous-id": parcel.previous_event_id or "",
            "traceparent": current_traceparent() or parcel.waiting.entry.traceparent or "",
        }
        return {name: value for name, value in headers.items() if value}

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        assert self._session is not None
        try:
            check_url(url, demo=self._demo)
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                await _drain(response)
                return _answer(response.status, response.headers.get("Retry-After"))
        except (Fact, aiohttp.ClientError, OSError, ValueError) as error:
            return Answer(error=_code_of(error))


_CODES: tuple[tuple[type[Exception], str], ...] = (  # the first that fits
    (Fact, "unsafe-url"),
    (TimeoutError, "timed-out"),
    (aiohttp.ClientConnectorCertificateError, "certificate-not-trusted"),
    (aiohttp.ClientConnectorDNSError, "name-not-resolved"),
)


def _code_of(error: Exception) -> str:
    """A short word for what went wrong; never the error's own text, which may hold an address."""
    if isinstance(error, OSError) and error.errno == errno.EACCES:
        return "address-not-public"
    return next((code for kind, code in _CODES if isinstance(error, kind)), "connection-failed")


async def _drain(response: aiohttp.ClientResponse) -> None:
    """Read a short answer to its end, so that the connection can be used again; a long one is cut off."""
    with suppress(aiohttp.ClientError, asyncio.TimeoutError, OSError):
        left = _ENOUGH_OF_AN_ANSWER
        while left > 0 and (chunk := await response.content.read(left)):
            left -= len(chunk)
        if left > 0:
            return
    response.close()


def _answer(status: int, asked: str | None) -> Answer:
    found = Answer(status=status)
    if found.delivered:
        return found
    return Answer(status=status, error="not-acknowledged", asked_to_wait=retry_after(asked, datetime.now(UTC)))
