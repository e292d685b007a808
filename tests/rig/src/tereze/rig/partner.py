"""Decides how a test plays a partner: subscribes, receives, answers as it likes; must never acknowledge what it did not record."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson
from aiohttp import web

from tereze.contracts.cases import CaseEvent
from tereze.rig.inside import Inside


@asynccontextmanager
async def delivering(inside: Inside) -> AsyncIterator[None]:
    """The worker's loops run inside of this block."""
    loops = [asyncio.create_task(loop(inside.runtime)) for loop in inside.runtime.service.loops]
    try:
        yield
    finally:
        for loop in loops:
            loop.cancel()
        for loop in loops:
            with suppress(asyncio.CancelledError):
                await loop


async def until(condition: Callable[[], Any], seconds: float = 15.0) -> None:
    """Wait until the condition holds; a coroutine function is awaited each time."""
    ends_at = time.monotonic() + seconds
    while True:
        found = condition()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        assert time.monotonic() < ends_at, "it did not come about"
        await asyncio.sleep(0.005)


@dataclass(frozen=True)
class Received:
    """One POST as it arrived."""

    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def event(self) -> dict[str, Any]:
        return dict(orjson.loads(self.body))

    @property
    def id(self) -> str:
        return str(self.event["id"])

    @property
    def case(self) -> str:
        return str(self.event["subject"])

    @property
    def version(self) -> int:
        return int(self.event["data"].get("case_version", 0))

    @property
    def sequence(self) -> int:
        return int(self.headers["webhook-sequence"])


Answer = Callable[[Received], Awaitable[web.StreamResponse | int]]


async def acknowledge(_received: Received) -> int:
    return 204


@dataclass
class Receiver:
    """A partner's endpoint on loopback that answers as told and remembers everything."""

    answer: Answer = acknowledge
    received: list[Received] = field(default_factory=list)
    acknowledged: list[Received] = field(default_factory=list)
    url: str = ""

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.received]

    async def take(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        each = Received(headers, await request.read(), time.monotonic())
        self.received.append(each)
        answer = await self.answer(each)
        status = answer if isinstance(answer, int) else answer.status
        if 200 <= status < 300:
            self.acknowledged.append(each)
        return web.Response(status=answer) if isinstance(answer, int) else answer


@asynccontextmanager
async def listening(receiver: Receiver) -> AsyncIterator[Receiver]:
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


async def subscribe(inside: Inside, who: str, url: str, **wish: Any) -> dict[str, Any]:
    """Make a subscription as a demo person; returns the answer's body."""
    async with inside.caller(who) as caller:
        answer = await caller.post(
            "/v1/subscriptions", json={"url": url, **wish}, headers={"Idempotency-Key": uuid4().hex}
        )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def assert_whole_and_in_order(receiver: Receiver, told: Iterable[CaseEvent]) -> None:
    """Every event was acknowledged, and none was even sent before the one before it in its case was acknowledged."""
    acknowledged = {id(each) for each in receiver.acknowledged}
    done: dict[str, int] = defaultdict(int)
    for each in receiver.received:
        assert each.version <= done[each.case] + 1, f"{each.case} {each.version} was sent too early"
        if id(each) in acknowledged:
            done[each.case] = max(done[each.case], each.version)
    expected: dict[str, int] = defaultdict(int)
    for event in told:
        expected[event.case_id] = max(expected[event.case_id], event.case_version)
    assert done == expected
