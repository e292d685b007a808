"""Decides that a service on a real socket answers what no well-behaved client would send."""

import asyncio
import json
from contextlib import nullcontext

import pytest
import uvicorn

from tereze.chassis.http import create_app


@pytest.fixture(scope="module")
async def port(calm):
    config = uvicorn.Config(create_app(calm.runtime), port=0, log_config=None, access_log=False, server_header=False)
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # signals are pytest's
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.wait([serving], timeout=0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def talk(port: int, raw: bytes) -> tuple[int, bytes]:
    """Send raw bytes, return status and body of the first answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), 0
    )
    body = await reader.readexactly(length)
    writer.close()
    return int(head.split()[1]), body


def post(content: bytes, *headers: bytes, path: bytes = b"/v1/echo") -> bytes:
    lines = [b"POST " + path + b" HTTP/1.1", b"Host: x", b"Content-Type: application/json", *headers]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(content), b"", content])


async def test_five_megabytes_are_refused_in_a_problem(port):
    status, body = await talk(port, post(json.dumps({"code": "n" * 5_000_000}).encode()))
    assert (status, json.loads(body)["code"]) == (413, "body-too-large")


@pytest.mark.parametrize(
    ("raw", "statuses"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", {400}),
        (b"GET / HTTP/9.9\r\n\r\n", {400, 404, 505}),
        (b"GET /%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
        (b"GET /v1/things/%00 HTTP/1.1\r\nHost: x\r\n\r\n", {401, 404}),
        (b"GET /v1/things?%ff=%fe&limit=%00 HTTP/1.1\r\nHost: x\r\n\r\n", {401}),
        (b"GET http://evil.test/v1/things HTTP/1.1\r\nHost: x\r\n\r\n", {400, 401, 404}),
        (b"BREW /v1/things HTTP/1.1\r\nHost: x\r\n\r\n", {400, 405}),
        (b"GET /v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n\r\n", {401}),
        (b"GET /v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + b"a" * 20_000 + b"\r\n\r\n", {400, 401, 431}),
        (post(b"{}", b"Content-Encoding: \xff"), {415}),
        (post(b"{}", b"Transfer-Encoding: chunked"), {400}),
        (b"POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n", {400, 413}),
        (b"POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999999999999\r\n\r\n", {400, 413}),
    ],
)  # fmt: skip
async def test_garbage_is_the_clients_fault(port, raw, statuses):
    status, body = await talk(port, raw)
    assert status in statuses
    assert b"Traceback" not in body


async def test_the_server_says_neither_its_name_nor_its_version(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    assert b"server:" not in head.lower()
