"""Decides how a trace crosses the outbox and the bus; must never put more than ids and codes on a span."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from tereze.contracts.events import Envelope

if TYPE_CHECKING:
    from tereze.chassis.broker import Record

_PROPAGATOR = TraceContextTextMapPropagator()
_PLAIN = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})\Z")
_tracer = trace.get_tracer("tereze.chassis")  # asks for the provider in force when first used


def current_traceparent() -> str | None:
    """W3C traceparent of the span in force, or None outside of a trace."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def remote_context(traceparent: str | None) -> Context | None:
    """The context a consumer continues, or None where the event carries none."""
    if not traceparent:
        return None
    plain = _PLAIN.match(traceparent)
    if plain is not None and (context := _context_of(plain)).is_valid:  # ours are: no need for the whole grammar
        return trace.set_span_in_context(NonRecordingSpan(context), Context())
    return _PROPAGATOR.extract({"traceparent": traceparent}, Context())


def _context_of(plain: re.Match[str]) -> SpanContext:
    trace_id, span_id, flags = (int(part, 16) for part in plain.groups())
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))


@contextmanager
def processing_span(record: "Record", envelope: Envelope, group: str) -> Iterator[None]:
    """The handling of one event, as a child of whatever published it, so that one trace runs from the first request to the last effect."""
    attributes: Mapping[str, str | int] = {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": record.lane.topic,
        "messaging.destination.partition.id": str(record.lane.partition),
        "messaging.consumer.group.name": group,
        "messaging.kafka.offset": record.offset,
        "messaging.message.id": envelope.id,
    }
    with _tracer.start_as_current_span(
        f"process {envelope.type}",
        context=remote_context(envelope.traceparent) or Context(),
        kind=SpanKind.CONSUMER,
        attributes=attributes,
        record_exception=False,  # messages of exceptions may hold values
        set_status_on_exception=False,
    ) as span:
        try:
            yield
        except BaseException as error:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


@contextmanager
def firing_span(kind: str, late_by_ms: int) -> Iterator[None]:
    """The firing of one deadline: the root of whatever follows from it."""
    attributes: Mapping[str, str | int] = {"tereze.timer.kind": kind, "tereze.timer.late_by_ms": late_by_ms}
    with _tracer.start_as_current_span(
        f"fire {kind}",
        context=Context(),
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ):
        yield
