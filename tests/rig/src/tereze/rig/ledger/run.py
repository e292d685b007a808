"""Decides one run of the ledger from start to verdict; must never count before everything that can arrive has arrived."""

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiokafka import AIOKafkaConsumer

from tereze.local.issuer import TokenMint
from tereze.local.stack import Stack
from tereze.rig.ledger.chaos import Chaos
from tereze.rig.ledger.load import Burst, Tally
from tereze.rig.ledger.reckoning import LogEntry, Reckoning, reckon
from tereze.rig.people import Cast
from tereze.rig.sink import Sink

CASE_TOPIC = "tereze.referral.cases"
ROLES: Mapping[str, Sequence[str]] = {"intake": ("api", "worker"), "referral": ("api", "worker", "worker")}
REPORTS_A_CHILD = 6
DRAIN_SECONDS = 90.0
QUIET_SECONDS = 6.0
_AT_MOST_TIMES = 4
_SAY_EVERY = 10.0
IMPATIENT = {  # a minute's run cannot wait for retries made for days
    "TEREZE_DELIVERY_SCHEDULE": str([0, 0.5, *[1] * 10, *[3] * 60]),
    "TEREZE_CIRCUIT_PROBE_PAUSE": "1",
    "TEREZE_CIRCUIT_LONGEST_PAUSE": "2",
}
WATCHER = "demo:ombudsman:ombudsman"


@dataclass(frozen=True)
class Plan:
    """How hard and how long: for ``seconds``, and longer where a slow machine needs it for ``least_kills``, up to four times.

    ``mutant`` names an alteration that the rig has to catch.
    """

    seconds: float = 60.0
    least_kills: int = 12
    mutant: str | None = None
    seed: int = 7
    pause: tuple[float, float] = (0.8, 2.4)
    broker_every: float = 25.0
    families: int = 3


@dataclass
class Verdict:
    """What the run found; ``clean`` when every promise held."""

    acknowledged: int
    kills: int
    found: Reckoning
    stuck: list[str]
    events: int
    seconds: float

    @property
    def harmed(self) -> bool:
        """Whether any promise was broken."""
        return any((self.found.lost, self.found.doubled, self.found.reordered, self.found.clockless, self.stuck))

    @property
    def clean(self) -> bool:
        """Whether every promise held, and something was looked at."""
        return not self.harmed and self.acknowledged > 0 and self.kills > 0 and self.events > 0

    def summary(self) -> dict[str, Any]:
        """Counts, as printed."""
        return {
            "acknowledged": self.acknowledged,
            "kills": self.kills,
            "lost": len(self.found.lost),
            "doubled": len(self.found.doubled),
            "reordered": len(self.found.reordered),
            "stuck": len(self.stuck),
            "clockless": len(self.found.clockless),
            "events": self.events,
            "seconds": round(self.seconds, 1),
        }


def run(plan: Plan, folder: Path) -> Verdict:
    """Start a stack of its own in ``folder``, hurt it, let it heal, and count."""
    stack = Stack(folder, heap_mb=256, roles=ROLES)
    for worker in stack.workers.values():
        worker.overrides.update(IMPATIENT)
        if plan.mutant:
            module = worker.command.index("-m")
            worker.command[module + 1 : module + 2] = [
                "tereze.rig.ledger.mutants",
                plan.mutant,
                worker.command[module + 1],
            ]
    say(f"starting a stack in {folder}")
    stack.start()
    try:
        return asyncio.run(_hurt_and_count(plan, stack))
    finally:
        stack.kill()


async def _hurt_and_count(plan: Plan, stack: Stack) -> Verdict:
    cast = Cast(TokenMint(stack.layout.issuer, stack.url))
    began = time.monotonic()
    async with Sink(jitter_ms=20, seed=plan.seed) as sink, aiohttp.ClientSession() as session:
        await _subscribe(session, stack.url, sink, cast.bearer(WATCHER))
        chaos = Chaos(stack, pause=plan.pause, broker_every=plan.broker_every, seed=plan.seed)
        chaos.start()
        tally = await _load(plan, stack, cast, session, chaos)
        say(f"{len(tally.acknowledged)} acknowledged, {sum(chaos.kills.values())} kills: {dict(chaos.kills)}; healing")
        await asyncio.to_thread(chaos.heal)
        log = await _drain(stack, sink, tally)
        received = [LogEntry(receipt.event_id, receipt.type, receipt.data) for receipt in sink.receipts]
    found = reckon(tally.acknowledged, log, received, tally.same_child())
    return Verdict(
        acknowledged=len(tally.acknowledged),
        kills=sum(chaos.kills.values()),
        found=found,
        stuck=await asyncio.to_thread(_stuck, stack),
        events=len({entry.event_id for entry in log}),
        seconds=time.monotonic() - began,
    )


async def _subscribe(session: aiohttp.ClientSession, url: str, sink: Sink, bearer: str) -> None:
    async with session.post(
        f"{url}/v1/subscriptions",
        json={"url": sink.url},
        headers={"Authorization": f"Bearer {bearer}", "Idempotency-Key": "ledger"},
    ) as answer:
        answer.raise_for_status()
        sink.secrets.add((await answer.json())["secret"])


async def _load(plan: Plan, stack: Stack, cast: Cast, session: aiohttp.ClientSession, chaos: Chaos) -> Tally:
    """Bursts from several agencies while it is hurt; then waits until every burst has its answers."""
    reporters = cast.systems("school", "police", "health", "social_patronage")
    burst = Burst(stack.url, lambda n: cast.bearer(reporters[n % len(reporters)]), cast.regions, seed=plan.seed)
    hurting = asyncio.create_task(_hurt_enough(plan, chaos, burst.tally))
    hopeless = time.monotonic() + _AT_MOST_TIMES * plan.seconds + DRAIN_SECONDS

    async def family() -> None:
        while not hurting.done():
            await burst.one_child(session, REPORTS_A_CHILD, lambda: time.monotonic() > hopeless)
            await asyncio.sleep(burst.random.uniform(0, 0.3))

    await asyncio.gather(hurting, *(family() for _ in range(plan.families)))
    return burst.tally


async def _hurt_enough(plan: Plan, chaos: Chaos, tally: Tally) -> None:
    """Wait until it was hurt for long and often enough, saying now and then how it stands."""
    began = said = time.monotonic()
    while (passed := time.monotonic() - began) < _AT_MOST_TIMES * plan.seconds:
        kills = sum(chaos.kills.values())
        if passed >= plan.seconds and kills >= plan.least_kills:
            return
        if time.monotonic() - said >= _SAY_EVERY:
            said = time.monotonic()
            say(f"{passed:.0f} s, {kills} kills, {len(tally.acknowledged)} acknowledged")
        await asyncio.sleep(0.2)


async def _drain(stack: Stack, sink: Sink, tally: Tally) -> list[LogEntry]:
    """The whole case topic, once nothing new has come for a while and the receiver has what the log has.

    What is missing is given up when nothing at all has moved for ``DRAIN_SECONDS``: a busy machine is slow, not lossy.
    """
    log: list[LogEntry] = []
    consumer = AIOKafkaConsumer(
        CASE_TOPIC, bootstrap_servers=stack.kafka.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    attached: set[str] = set()
    quiet_since = moved_at = time.monotonic()
    delivered = 0
    try:
        while time.monotonic() - moved_at < DRAIN_SECONDS:
            batches = await consumer.getmany(timeout_ms=500)
            if batches or sink.distinct > delivered:
                moved_at, delivered = time.monotonic(), sink.distinct
            for records in batches.values():
                for record in records:
                    entry = LogEntry(
                        _header(record.headers, "ce_id"), _header(record.headers, "ce_type"), orjson.loads(record.value)
                    )
                    log.append(entry)
                    attached.add(str(entry.data.get("referral_id")))
            if (
                batches
                or sink.distinct < len({entry.event_id for entry in log})
                or not attached >= set(tally.acknowledged.values())
            ):
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > QUIET_SECONDS:
                break
    finally:
        await consumer.stop()
    return log


def _header(headers: Sequence[tuple[str, bytes]], name: str) -> str:
    return next(value.decode() for key, value in headers if key == name)


def _stuck(stack: Stack) -> list[str]:
    """What still waits somewhere after the drain: parked keys and undelivered webhooks."""
    found = []
    for service in stack.services:
        parked = stack.postgres.sql("SELECT count(*) FROM parked_event WHERE state IN ('failed', 'queued')", service)
        timers = stack.postgres.sql("SELECT count(*) FROM timer WHERE parked_at IS NOT NULL", service)
        found += [f"{service}: parked event"] * int(parked) + [f"{service}: parked timer"] * int(timers)
    pending = stack.postgres.sql("SELECT count(*) FROM delivery WHERE state = 'pending'", "notifications")
    return found + ["notifications: undelivered webhook"] * int(pending)


def say(text: str) -> None:
    """Progress for people, beside the figures on stdout."""
    print(f"  {text}", file=sys.stderr, flush=True)
