"""Decides what is recorded of each request and that no failure leaves without a problem document; must never record a URL."""

import time
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tereze.chassis.http.addresses import Addresses
from tereze.chassis.http.probes import PROBES
from tereze.chassis.http.problems import problem_response
from tereze.chassis.http.refusals import Unexpected
from tereze.chassis.telemetry import told

REQUESTS = Counter("tereze_http_requests", "Requests answered.", ["service", "method", "route", "status"])
DURATION = Histogram(
    "tereze_http_request_seconds",
    "Seconds until the answer began.",
    ["service", "method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60),
)

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_PROPAGATOR = TraceContextTextMapPropagator()
_FAILED = 500
_tracer = trace.get_tracer("tereze.chassis.http")
_log = structlog.get_logger()


class _Answer:
    """Watches one answer leave: its status, and when it began."""

    def __init__(self, send: Send, state: dict[str, Any]) -> None:
        self._send, self._state = send, state
        self.status = 0
        self.began_at = 0.0

    async def send(self, message: Message) -> None:
        """Pass a message on, adding what every answer carries."""
        if message["type"] == "http.response.start":
            self.status, self.began_at = message["status"], time.perf_counter()
            headers = MutableHeaders(scope=message)
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-store")
            if "domain_time" in self._state:  # what the deadlines in the answer are counted from; a demo may move it
                headers["Tereze-Time"] = self._state["domain_time"].isoformat()
        await self._send(message)


class Edge:
    """The outermost layer of a service: one span, one log line and two metrics a request, by route template."""

    def __init__(self, app: ASGIApp, *, service: str, addresses: Addresses) -> None:
        self._app, self._service, self._addresses = app, service, addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        parent = _PROPAGATOR.extract({"traceparent": Headers(scope=scope).get("traceparent", "")})
        answer, started = _Answer(send, scope.setdefault("state", {})), time.perf_counter()
        attributes = {"http.request.method": method}
        with _tracer.start_as_current_span(
            method, context=parent, kind=SpanKind.SERVER, attributes=attributes,
            record_exception=False, set_status_on_exception=False,
        ) as span:  # fmt: skip
            try:
                await self._serve(scope, receive, answer)
            finally:
                self._record(scope, method, answer, started, span)

    async def _serve(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:  # the last stop: recorded by type and place, answered as a problem
            _log.error("a request failed", **told(error))
            if answer.status:
                raise
            await problem_response(Unexpected(), scope["path"])(scope, receive, answer.send)

    def _record(self, scope: Scope, method: str, answer: _Answer, started: float, span: Any) -> None:
        address = self._addresses.of(scope)
        route = address.template if address else "(none)"
        seconds = (answer.began_at or time.perf_counter()) - started
        REQUESTS.labels(self._service, method, route, str(answer.status)).inc()
        DURATION.labels(self._service, method, route).observe(seconds)
        span.update_name(f"{method} {route}")
        span.set_attributes({"http.route": route, "http.response.status_code": answer.status})
        if answer.status >= _FAILED or not answer.status:
            span.set_status(StatusCode.ERROR)
        _log.info("request", method=method, route=route, status=answer.status, duration_ms=round(seconds * 1000, 1))
