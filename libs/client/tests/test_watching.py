"""A stream that breaks goes on after the last event that was heard whole; a refusal ends it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from tereze.client import NotAllowed
from tereze.client.doors import AsyncDoor, SyncDoor
from tereze.client.plans import subscriptions
from tereze.client.watching import Lines, Watch

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\nretry: 5\n\n"
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
WATCH = Watch("/v1/events", bytes.decode)


@dataclass
class Window:
    """Answers each connection with the next of ``answers`` and hangs up; remembers what was asked."""

    answers: Sequence[bytes]
    url: str = ""
    asked: list[str | None] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().splitlines()
        self.asked.append(next((line.split(": ")[1] for line in head if line.startswith("last-event-id:")), None))
        writer.write(self.answers[min(len(self.asked), len(self.answers)) - 1])
        await writer.drain()
        writer.close()


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[Window]:
    window = Window(answers)
    server = await asyncio.start_server(window.answer, "127.0.0.1", 0)
    window.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield window
    finally:
        server.close()


BROKEN = (
    HEAD + b"id: evt_1\ndata: one\n\nid: evt_2\ndata: tw",
    HEAD + b": heartbeat\n\nid: evt_2\ndata: two\n\n",
    FORBIDDEN,
)


async def hear(url: str, heard: list[str]) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        async for item in AsyncDoor(http, patience=30).watch(WATCH):
            heard.append(item)  # noqa: PERF401 - it ends by raising


def hear_waiting(url: str, heard: list[str]) -> None:
    with httpx.Client(base_url=url, trust_env=False) as http:
        for item in SyncDoor(http, patience=30).watch(WATCH):
            heard.append(item)  # noqa: PERF402 - it ends by raising


@pytest.mark.parametrize("twin", ["awaited", "waiting"])
async def test_what_was_heard_in_part_is_heard_again_and_a_refusal_ends_it(twin: str) -> None:
    heard: list[str] = []
    async with answering(*BROKEN) as window:
        with pytest.raises(NotAllowed):
            await (hear(window.url, heard) if twin == "awaited" else asyncio.to_thread(hear_waiting, window.url, heard))
    assert heard == ["one", "two"]
    assert window.asked == [None, "evt_1", "evt_2"]


def test_lines_make_events_and_anything_else_makes_none() -> None:
    lines = Lines("evt_0")
    said = [": hello", "", "retry: 250", "id: evt_1", "event: x", "data: a", "data:b", "", "data: c", "id: evt_2"]
    assert [data for line in said if (data := lines.take(line)) is not None] == ["a\nb"]
    assert (lines.last_id, lines.pause) == ("evt_1", 0.25)
    lines.forget_half()
    assert lines.take("") is None


def test_a_watch_asks_for_a_stream_after_the_event_it_was_given() -> None:
    watch = subscriptions.watch(after="evt_9", types=("tereze.task.assigned.v1",))
    with httpx.Client(base_url="http://window.example") as http:
        request = watch.request(http, watch.after)
    assert request.url.params["types"] == "tereze.task.assigned.v1"
    assert request.headers["last-event-id"] == "evt_9"
    assert "text/event-stream" in request.headers["accept"]
