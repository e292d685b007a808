"""Decides what a process tells about itself: logs, spans, counters; must never let a value through that was not foreseen here."""

import json
import logging
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from tereze.chassis.unrecorded import Unrecorded

if TYPE_CHECKING:
    from tereze.chassis.settings import ServiceSettings

Event = MutableMapping[str, Any]

LOGGED = frozenset({
    "event", "level", "timestamp", "service", "logger", "trace_id", "span_id", "dropped", "error", "frames",
    "method", "route", "status", "code", "duration_ms", "role", "host", "port", "version", "mode", "instance", "signal",
    "topic", "partition", "offset", "bucket", "group", "generation", "attempt", "attempts", "fingerprint", "kind", "state",
    "count", "size", "lag", "late_by_ms", "age_ms", "delay_ms", "type", "event_id", "region_code", "revision", "pid",
    "agency_id", "case_id", "task_id", "clock_id", "referral_id", "subscription_id", "delivery_id", "reason",
    "source", "mistake", "years",
})  # fmt: skip
"""Names a log record may carry. Anything else is dropped, and its name (never its value) noted under ``dropped``."""

_LONGEST = 200
_FRAMES = 12


def frames_of(traceback: TracebackType | None) -> list[str]:
    """Where an exception came from, innermost last: file, line and function; never a value."""
    frames = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f"{'/'.join(Path(code.co_filename).parts[-3:])}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return frames[-_FRAMES:]


def told(error: BaseException) -> dict[str, Any]:
    """An exception as log fields: its type and place. Its message is not told: drivers put rejected values there."""
    return {"error": f"{type(error).__module__}.{type(error).__qualname__}", "frames": frames_of(error.__traceback__)}


def _state_exception(_logger: object, _method: str, event: Event) -> Event:
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event.update(told(error))
    return event


def _name_trace(_logger: object, _method: str, event: Event) -> Event:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = format(context.trace_id, "032x")
        event["span_id"] = format(context.span_id, "016x")
    return event


def _plain(name: str, value: object) -> object:
    if name == "frames" and isinstance(value, list):
        return value
    if isinstance(value, bool | int | float) or value is None:
        return value
    return str(value)[:_LONGEST] if isinstance(value, str) else type(value).__name__


def _keep_foreseen(_logger: object, _method: str, event: Event) -> Event:
    kept: Event = {name: _plain(name, value) for name, value in event.items() if name in LOGGED}
    if dropped := sorted(str(name)[:40] for name in event if name not in LOGGED and not str(name).startswith("_")):
        kept["dropped"] = ",".join(dropped)
    return kept


def _foreign_words(record: logging.LogRecord) -> str:
    """What a library's record says without the values it filled in: its template, or the words before the first value."""
    template = str(record.msg).splitlines()[0] if str(record.msg) else ""
    if not record.args:  # already filled in, perhaps: keep the plain words at its head
        for mark in ":=<({['\"":
            template = template.split(mark, 1)[0]
    return template.strip()[:_LONGEST]


class _Bridge(logging.Handler):
    """Takes what libraries say through ``logging`` into the same stream under the same rules."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        log = structlog.get_logger()
        fields: dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            fields["exc_info"] = record.exc_info
        getattr(log, _LEVELS.get(record.levelno, "info"))(_foreign_words(record), **fields)


_LEVELS = {
    logging.DEBUG: "debug",
    logging.INFO: "info",
    logging.WARNING: "warning",
    logging.ERROR: "error",
    logging.CRITICAL: "critical",
}


def setup_logs(service: str, stream: TextIO | None = None) -> None:
    """Send structlog and logging as JSON lines to stdout (or a stream)."""

    def name_service(_logger: object, _method: str, event: Event) -> Event:
        event["service"] = service
        return event

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            name_service,
            _name_trace,
            _state_exception,
            _keep_foreseen,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stdout),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Bridge()]
    root.setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "alembic"):
        foreign = logging.getLogger(name)
        foreign.handlers, foreign.propagate = [], True
    logging.getLogger("uvicorn.access").disabled = True  # our own request line names the route, not the URL
    logging.captureWarnings(capture=True)


class FileExporter(SpanExporter):
    """Writes each finished span as one JSON line, for the demo and for tests."""

    def __init__(self, path: Path, service: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._service = service

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Append the spans in one write."""
        self._file.write("".join(json.dumps(_line(span, self._service)) + "\n" for span in spans))
        self._file.flush()
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Close the file."""
        self._file.close()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002 - the exporter protocol's signature
        """Nothing is held back."""
        return True


def _line(span: ReadableSpan, service: str) -> Mapping[str, Any]:
    context = span.context
    return {
        "service": service,
        "trace_id": format(context.trace_id, "032x") if context else None,
        "span_id": format(context.span_id, "016x") if context else None,
        "parent_id": format(span.parent.span_id, "016x") if span.parent else None,
        "name": span.name,
        "kind": span.kind.name.lower(),
        "start_ns": span.start_time,
        "end_ns": span.end_time,
        "status": span.status.status_code.name.lower(),
        "attributes": dict(span.attributes or {}),
        "links": [format(link.context.trace_id, "032x") for link in span.links],
    }


def tracer_provider(service: str, *, otlp_endpoint: str | None, trace_file: Path | None) -> TracerProvider | Unrecorded:
    """Every request and event has a trace id that can be told; what happened is recorded only where it leaves by an exporter."""
    if not (otlp_endpoint or trace_file):
        return Unrecorded()
    provider = TracerProvider(resource=Resource({"service.name": f"tereze-{service}"}), shutdown_on_exit=True)
    if otlp_endpoint:
        endpoint = f"{otlp_endpoint.rstrip('/')}/v1/traces"
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    if trace_file:
        provider.add_span_processor(BatchSpanProcessor(FileExporter(trace_file, service), schedule_delay_millis=200))
    return provider


def setup_telemetry(settings: "ServiceSettings", service_name: str) -> None:
    """Logs and spans of this process; call it once, first."""
    setup_logs(service_name)
    trace.set_tracer_provider(
        tracer_provider(service_name, otlp_endpoint=settings.otlp_endpoint, trace_file=settings.trace_file)
    )
