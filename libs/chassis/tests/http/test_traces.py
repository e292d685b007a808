"""Decides that a request's span, metrics and log line name its route and nothing it carried."""

import io
import json
import logging

import pytest
import structlog

from tereze.chassis.telemetry import setup_logs

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
CANARY = "qanary990101"


@pytest.fixture
def log_lines():
    root = logging.getLogger()
    before = root.handlers, root.level, structlog.get_config()
    stream = io.StringIO()
    setup_logs("tester", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers, root.level = before[0], before[1]
    structlog.configure(**before[2])
    logging.captureWarnings(capture=False)
    logging.getLogger("uvicorn.access").disabled = False


async def test_a_span_continues_the_callers_trace_and_names_the_route(calm, spans):
    headers = {**calm.token(), "traceparent": PARENT}
    await calm.client.get(f"/v1/things/ref_{'0' * 32}?unknown={CANARY}", headers=headers)
    (span,) = [span for span in spans() if span.kind.name == "SERVER"]
    assert span.name == "GET /v1/things/{thing_id}"
    assert format(span.context.trace_id, "032x") == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert format(span.parent.span_id, "016x") == "00f067aa0ba902b7"
    assert dict(span.attributes) == {
        "http.request.method": "GET", "http.route": "/v1/things/{thing_id}", "http.response.status_code": 422,
    }  # fmt: skip


@pytest.mark.usefixtures("span_exporter")
async def test_a_problem_tells_the_trace(calm):
    answer = await calm.client.get("/v1/nothing", headers={"traceparent": PARENT})
    assert answer.json()["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    fresh = await calm.client.get("/v1/nothing", headers={"traceparent": "00-garbage"})
    assert len(fresh.json()["trace_id"]) == 32


async def test_probes_leave_no_span(calm, spans):
    await calm.client.get("/healthz")
    await calm.client.get("/metrics")
    assert spans() == ()


async def test_a_failure_is_marked_without_its_message(calm, spans):
    await calm.client.get("/v1/failure")
    (span,) = [span for span in spans() if span.kind.name == "SERVER"]
    assert span.status.status_code.name == "ERROR"
    assert span.events == ()
    assert not span.status.description


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/v1/things?limit={CANARY}&{CANARY}=1&cursor={CANARY}"),
        ("GET", f"/v1/things/{CANARY}"),
        ("GET", f"/{CANARY}"),
        (CANARY.upper(), "/v1/things"),
        ("PUT", f"/v1/things/ref_{'0' * 32}"),
        ("POST", "/v1/echo"),
        ("GET", "/v1/failure"),
    ],
)
async def test_nothing_a_request_carries_is_recorded_or_sent_back_in_a_refusal(calm, spans, log_lines, method, path):
    headers = {
        "User-Agent": CANARY, "Referer": f"http://{CANARY}", "X-Forwarded-For": CANARY, "If-Match": CANARY,
        "Idempotency-Key": CANARY, "Content-Type": "application/json", "Tracestate": f"a={CANARY}", "Baggage": f"a={CANARY}",
    }  # fmt: skip
    body = json.dumps({"code": 5, "kind": CANARY, "parts": [{"name": [CANARY], "at": CANARY}], f"{CANARY} x": CANARY})
    for token in (calm.token(), {"Authorization": f"Bearer {CANARY}"}, calm.token(sub=CANARY)):
        answer = await calm.client.request(method, path, content=body.encode(), headers={**headers, **token})
        assert answer.status_code >= 400
        assert CANARY not in answer.text.lower()
        assert CANARY not in str(dict(answer.headers)).lower()
    told = repr([(span.name, dict(span.attributes), span.context.trace_state, span.events) for span in spans()])
    assert spans()
    assert CANARY not in told.lower()
    assert log_lines()
    assert CANARY not in json.dumps(log_lines()).lower()
    assert CANARY not in (await calm.client.get("/metrics")).text.lower()
