"""Decides that what a process tells about itself holds nothing of the people it serves, whoever speaks."""

import asyncio
import gzip
import io
import json
import logging
import threading
import warnings
from http.server import BaseHTTPRequestHandler, HTTPServer

import asyncpg
import pytest
import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy.exc import DBAPIError

from tereze.chassis.telemetry import LOGGED, setup_logs, tracer_provider
from tereze.chassis.tracing import current_traceparent, remote_context

CANARY = "qanary-Айгерім-990101300123"


@pytest.fixture
def logs():
    """The lines of a process with our logs set up; what was before is put back."""
    root = logging.getLogger()
    before = root.handlers, root.level, structlog.get_config()
    stream = io.StringIO()
    setup_logs("tester", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers, root.level = before[0], before[1]
    structlog.configure(**before[2])
    logging.captureWarnings(capture=False)
    logging.getLogger("uvicorn.access").disabled = False


@pytest.fixture
def collector():
    """An address that takes what is posted to it, and what it took."""
    received: list[tuple[str, bytes]] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self):
            content = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Taker) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()
        thread.join()


def test_a_line_is_json_with_time_service_and_foreseen_fields(logs):
    structlog.get_logger().info("relay started", topic="tereze.intake.referrals", bucket=3)
    (line,) = logs()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "relay started", "level": "info", "service": "tester", "topic": "tereze.intake.referrals", "bucket": 3,
    }  # fmt: skip


def test_an_unforeseen_field_is_named_and_its_value_dropped(logs):
    structlog.get_logger().info("seen", child=CANARY, narrative={"a": CANARY}, topic="t")
    (line,) = logs()
    assert line["dropped"] == "child,narrative"
    assert "qanary" not in json.dumps(line)


def test_a_foreseen_field_holds_a_plain_short_value(logs):
    structlog.get_logger().info("seen", topic={"name": CANARY}, reason="r" * 1_000, code=[CANARY])
    (line,) = logs()
    assert (line["topic"], line["code"], len(line["reason"])) == ("dict", "list", 200)


def speak_through_arguments():
    logging.getLogger("aiokafka").error("Topic %s of %r failed", CANARY, {"child": CANARY})


def speak_through_an_fstring():
    logging.getLogger("somelib").error(f"cannot parse: {CANARY}")  # noqa: G004 - what careless libraries do


def fail(error):
    raise error


def speak_through_a_traceback():
    try:
        fail(ValueError(CANARY))
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
        structlog.get_logger().exception("failed")


def speak_through_a_chained_exception():
    try:
        try:
            fail(KeyError(CANARY))
        except KeyError as error:
            raise DBAPIError(CANARY, {"name": CANARY}, error) from error
    except DBAPIError as error:
        structlog.get_logger().error("failed", exc_info=error)


def speak_through_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(CANARY, stacklevel=1)


def speak_through_many_lines():
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task name=%s>" % CANARY)  # noqa: G002, UP031


def speak_through_positional_words():
    structlog.get_logger().warning("seen", exc_info=ValueError(CANARY), child_id=CANARY)


@pytest.mark.parametrize(
    "speak",
    [
        speak_through_arguments, speak_through_an_fstring, speak_through_a_traceback, speak_through_a_chained_exception,
        speak_through_a_warning, speak_through_many_lines, speak_through_positional_words,
    ],
)  # fmt: skip
def test_no_value_reaches_the_log_whoever_speaks(logs, speak):
    speak()
    assert logs()
    assert "qanary" not in json.dumps(logs(), ensure_ascii=False)


async def test_a_forgotten_task_tells_nothing(logs):
    asyncio.get_running_loop().call_exception_handler(
        {
            "message": "Task exception was never retrieved",
            "exception": ValueError(CANARY),
            "task": asyncio.current_task(),
        }
    )
    assert logs()
    assert "qanary" not in json.dumps(logs(), ensure_ascii=False)


def test_an_exception_is_told_by_type_and_place(logs):
    try:
        fail(asyncpg.DataError(CANARY))
    except asyncpg.DataError:
        structlog.get_logger().exception("failed")
    (line,) = logs()
    assert line["error"] == "asyncpg.exceptions.DataError"
    assert any("test_telemetry.py" in frame for frame in line["frames"])


def test_the_access_log_of_the_server_is_off(logs):
    logging.getLogger("uvicorn.access").info('127.0.0.1 - "GET /v1/persons?iin=%s"', CANARY)
    logging.getLogger("uvicorn.access").error("%s", CANARY)
    assert logs() == []


def test_a_quiet_library_stays_quiet(logs):
    logging.getLogger("aiokafka").info("chatter")
    assert logs() == []


def test_no_foreseen_name_invites_a_person():
    for word in (
        "name",
        "iin",
        "narrative",
        "url",
        "path",
        "query",
        "body",
        "subject",
        "staff_id",
        "person_id",
        "client",
    ):
        assert word not in LOGGED


def test_spans_can_be_read_as_lines(tmp_path):
    path = tmp_path / "traces" / "spans.ndjson"
    provider = tracer_provider("tester", otlp_endpoint=None, trace_file=path)
    assert isinstance(provider, TracerProvider)
    with provider.get_tracer("t").start_as_current_span("outer") as outer:
        outer.set_attribute("http.route", "/v1/things")
        with provider.get_tracer("t").start_as_current_span("inner"):
            pass
    provider.shutdown()
    inner, outer_line = (json.loads(line) for line in path.read_text().splitlines())
    assert (inner["name"], outer_line["name"]) == ("inner", "outer")
    assert inner["parent_id"] == outer_line["span_id"]
    assert inner["trace_id"] == outer_line["trace_id"]
    assert outer_line["service"] == "tester"
    assert outer_line["attributes"] == {"http.route": "/v1/things"}
    assert outer_line["end_ns"] >= inner["end_ns"] >= inner["start_ns"]


def test_a_trace_that_nobody_records_goes_on_all_the_same():
    provider = tracer_provider("tester", otlp_endpoint=None, trace_file=None)
    tracer = provider.get_tracer("t")
    assert current_traceparent() is None
    with tracer.start_as_current_span("outer") as outer:
        ours = outer.get_span_context()
        assert ours.is_valid
        assert not outer.is_recording()
        assert current_traceparent() == f"00-{ours.trace_id:032x}-{ours.span_id:016x}-00"
        with tracer.start_as_current_span("inner") as inner:
            assert inner.get_span_context().trace_id == ours.trace_id
            assert inner.get_span_context().span_id != ours.span_id
        with tracer.start_as_current_span("apart", context=Context()) as apart:
            assert apart.get_span_context().trace_id != ours.trace_id
        assert trace.get_current_span() is outer
    assert current_traceparent() is None


@pytest.mark.parametrize(
    "traceparent",
    [
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-is",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "nonsense",
    ],
)
def test_a_trace_is_taken_up_as_the_standard_says(traceparent):
    found = trace.get_current_span(remote_context(traceparent)).get_span_context()
    standard = TraceContextTextMapPropagator().extract({"traceparent": traceparent}, Context())
    expected = trace.get_current_span(standard).get_span_context()
    assert (found.trace_id, found.span_id, found.trace_flags, found.is_remote) == (
        expected.trace_id, expected.span_id, expected.trace_flags, expected.is_remote,
    )  # fmt: skip


def test_spans_leave_by_otlp_where_a_collector_is_named(collector):
    address, received = collector
    provider = tracer_provider("tester", otlp_endpoint=address, trace_file=None)
    assert isinstance(provider, TracerProvider)
    with provider.get_tracer("t").start_as_current_span("outer"):
        pass
    provider.shutdown()
    (path, content), *_ = received
    assert path == "/v1/traces"
    assert b"tereze-tester" in content
    assert b"outer" in content
