"""Decides how long a referral takes from POST to received webhook at a steady pace; must never leave out the slow ones."""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from tereze.local.issuer import TokenMint
from tereze.local.stack import Stack
from tereze.rig.bench.bare_hops import bare_journey
from tereze.rig.bench.parts import machine, quantile
from tereze.rig.bench.usage import cpu_ms_each, cpu_seconds
from tereze.rig.ledger.load import Burst
from tereze.rig.people import Cast
from tereze.rig.sink import Receipt, Sink

PER_SECOND = 20
WATCHER = "demo:ombudsman:ombudsman"
ATTACHED = "tereze.case.referral-attached.v1"
PATIENCE_SECONDS = 60.0


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Milliseconds, p50 and p99, over every referral sent; ``lost`` counts those that never arrived."""
    seconds = 6 if quick else 60
    with tempfile.TemporaryDirectory(prefix="tereze-bench-") as folder:
        Path(folder).chmod(0o755)
        stack = Stack(Path(folder) / "data")
        try:
            stack.start()
            waited, sent, spent = asyncio.run(_steady(stack, seconds))
            stack.gateway.stop()
            for worker in stack.workers.values():
                worker.stop()
            bare = asyncio.run(
                bare_journey(stack.postgres.url("intake"), stack.kafka.bootstrap, PER_SECOND, min(seconds, 20))
            )
        finally:
            stack.kill()
    p50, p99, bare_p50 = quantile(waited, 0.5), quantile(waited, 0.99), quantile(bare, 0.5)
    return {
        "per_second": PER_SECOND,
        "sent": sent,
        "lost": sent - len(waited),
        "p50_ms": round(p50, 1),
        "p99_ms": round(p99, 1),
        "cpu_ms_per_referral": spent,
        "bare_p50_ms": round(bare_p50, 1),
        "bare_p99_ms": round(quantile(bare, 0.99), 1),
        "p50_over_bare": round(p50 / bare_p50, 2),
        "machine": machine(),
    }


async def _steady(stack: Stack, seconds: int) -> tuple[list[float], int, dict[str, float]]:
    cast = Cast(TokenMint(stack.layout.issuer, stack.url))
    sent_at: dict[str, float] = {}
    arrived_at: dict[str, float] = {}

    def note(receipt: Receipt) -> None:
        if receipt.type == ATTACHED:
            arrived_at.setdefault(str(receipt.data["referral_id"]), receipt.at)

    async with Sink(on_receipt=note) as sink, aiohttp.ClientSession() as session:
        await _subscribe(session, stack.url, sink.url, cast.bearer(WATCHER))
        steady = _Steady(stack.url, cast, session, sent_at)
        await steady.run(3)  # warms caches and connections
        sent_at.clear()
        before = cpu_seconds(stack)
        await steady.run(seconds)
        patience = time.perf_counter() + PATIENCE_SECONDS
        while not sent_at.keys() <= arrived_at.keys() and time.perf_counter() < patience:
            await asyncio.sleep(0.1)
        spent = cpu_ms_each(before, cpu_seconds(stack), len(sent_at))
    waited = [1000 * (arrived_at[referral] - at) for referral, at in sent_at.items() if referral in arrived_at]
    return waited, len(sent_at), spent


class _Steady:
    """One POST every 1/20 s, whatever the answers take."""

    def __init__(self, url: str, cast: Cast, session: aiohttp.ClientSession, sent_at: dict[str, float]) -> None:
        reporters = cast.systems("school", "police", "health", "social_patronage")
        self._burst = Burst(url, lambda n: cast.bearer(reporters[n % len(reporters)]), cast.regions, seed=11)
        self._session, self._sent_at = session, sent_at

    async def run(self, seconds: int) -> None:
        begun = time.perf_counter()
        tasks = []
        for n in range(seconds * PER_SECOND):
            await asyncio.sleep(max(0.0, begun + n / PER_SECOND - time.perf_counter()))
            tasks.append(asyncio.create_task(self._one()))
        await asyncio.gather(*tasks)

    async def _one(self) -> None:
        at = time.perf_counter()
        keys = await self._burst.one_child(self._session, 1, lambda: False)
        self._sent_at[self._burst.tally.acknowledged[keys[0]]] = at


async def _subscribe(session: aiohttp.ClientSession, url: str, hook: str, bearer: str) -> None:
    headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": "bench"}
    async with session.post(
        f"{url}/v1/subscriptions", json={"url": hook, "types": [ATTACHED]}, headers=headers
    ) as answer:
        answer.raise_for_status()
