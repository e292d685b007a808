"""Decides how a trace goes on where nobody records it: its ids are made and carried, at next to no cost; must never record anything."""

import random
from contextlib import AbstractContextManager
from contextvars import Token
from types import TracebackType
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext


class _Current(AbstractContextManager[Span]):
    """A span in force inside of the block."""

    __slots__ = ("_span", "_token")

    def __init__(self, span: Span) -> None:
        self._span = span
        self._token: Token[Context] | None = None

    def __enter__(self) -> Span:
        self._token = attach(trace.set_span_in_context(self._span))
        return self._span

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._token is not None
        detach(self._token)


class _Tracer(trace.Tracer):
    def start_span(self, name: str, context: Context | None = None, *_: Any, **__: Any) -> Span:  # noqa: ARG002
        """A span of its own id in the trace of the context, or in a new one; it knows nothing else."""
        parent = trace.get_current_span(context).get_span_context()
        trace_id = parent.trace_id if parent.is_valid else random.getrandbits(128)
        return NonRecordingSpan(SpanContext(trace_id, random.getrandbits(64), is_remote=False))

    def start_as_current_span(  # type: ignore[override]  # theirs can also decorate; nobody here does
        self, name: str, context: Context | None = None, *_: Any, **__: Any
    ) -> AbstractContextManager[Span]:
        """The same, in force inside of the block."""
        return _Current(self.start_span(name, context))


class Unrecorded(trace.TracerProvider):
    """Hands out tracers that record nothing."""

    def get_tracer(self, *_: Any, **__: Any) -> trace.Tracer:
        """The same for everybody."""
        return _TRACER


_TRACER = _Tracer()
