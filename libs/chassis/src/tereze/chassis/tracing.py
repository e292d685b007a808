"""Decides how a trace crosses the outbox and the bus; must never put more than ids and codes on a span."""

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

tracer = trace.get_tracer("tereze.chassis")
_PROPAGATOR = TraceContextTextMapPropagator()


def current_traceparent() -> str | None:
    """W3C traceparent of the span in force, or None outside of a trace."""
    if not trace.get_current_span().get_span_context().is_valid:
        return None
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


def remote_context(traceparent: str | None) -> Context | None:
    """The context a consumer continues, or None where the event carries none."""
    if not traceparent:
        return None
    return _PROPAGATOR.extract({"traceparent": traceparent})
