"""Decides what a partner's receiver saw, in the order it saw it; must never acknowledge what it did not record."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError


@dataclass(frozen=True, slots=True)
class Receipt:
    """One delivery as it arrived. ``at`` is ``time.perf_counter()`` seconds; ``verified`` is None where no secret was known yet."""

    event_id: str
    type: str
    case_id: str
    case_version: int
    data: dict[str, Any]
    sequence: int | None
    at: float
    verified: bool | None


@dataclass
class Sink:
    """A webhook receiver on loopback. ``jitter_ms`` delays each answer by up to so many milliseconds; ``refuse`` is the share of 503s."""

    jitter_ms: float = 0.0
    refuse: float = 0.0
    seed: int = 1
    secrets: set[str] = field(default_factory=set)
    receipts: list[Receipt] = field(default_factory=list)
    on_receipt: Callable[[Receipt], None] | None = None
    on_headers: Callable[[Mapping[str, str]], None] | None = None
    url: str = ""
    _seen: set[str] = field(default_factory=set)
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> "Sink":
        """Listen on a free port of 127.0.0.1."""
        self._random = random.Random(self.seed)
        app = web.Application(client_max_size=1 << 20)
        app.router.add_post("/hook", self._receive)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def distinct(self) -> int:
        """How many different events arrived."""
        return len(self._seen)

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        at = time.perf_counter()
        if self.refuse and self._random.random() < self.refuse:
            return web.Response(status=503)
        if self.on_headers is not None:
            self.on_headers(request.headers)
        event = orjson.loads(body)
        data = event.get("data", {})
        receipt = Receipt(
            event_id=event["id"],
            type=event["type"],
            case_id=data.get("case_id", ""),
            case_version=data.get("case_version", 0),
            data=data,
            sequence=int(request.headers["webhook-sequence"]) if "webhook-sequence" in request.headers else None,
            at=at,
            verified=self._verify(body, dict(request.headers)),
        )
        self.receipts.append(receipt)
        self._seen.add(receipt.event_id)
        if self.on_receipt is not None:
            self.on_receipt(receipt)
        if self.jitter_ms:
            await asyncio.sleep(self._random.uniform(0, self.jitter_ms) / 1000)
        return web.Response(status=204)

    def _verify(self, body: bytes, headers: dict[str, str]) -> bool | None:
        if not self.secrets:
            return None
        lowered = {name.lower(): value for name, value in headers.items()}
        for secret in self.secrets:
            try:
                Webhook(secret).verify(body, lowered)
            except WebhookVerificationError:
                continue
            return True
        return False
