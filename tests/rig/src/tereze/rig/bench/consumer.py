"""Decides how many events a second take effect once, beside FastStream doing the same; must never count an event without its effect."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from tereze.chassis.broker import create_topics
from tereze.chassis.consumer import Consumer
from tereze.chassis.database import Database
from tereze.chassis.handlers import Handlers
from tereze.chassis.ids import new_id
from tereze.chassis.topics import TopicSpec, topic_specs
from tereze.chassis.work import Work
from tereze.contracts.cases import ReferralAttached
from tereze.contracts.events import Envelope
from tereze.rig.bench.faststream_peer import consume as consume_with_faststream
from tereze.rig.bench.ground import NOW, attached, lay_ground
from tereze.rig.bench.parts import Parts, fresh_parts, machine

PEER_TOPIC = "bench.peer"
A_CASE = 5
EFFECT = "INSERT INTO effect (case_id, referral_id) VALUES ($1, $2)"


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Events a second with inbox and one inserted row each, durable; ours, FastStream's at least once, and the ratio."""
    ours_events, peer_events = (5_000, 500) if quick else (50_000, 5_000)
    with fresh_parts(kafka=True) as parts:
        ours, peer = asyncio.run(_both(parts, ours_events, peer_events))
    return {
        "events": ours_events,
        "events_per_second": round(ours),
        "faststream_events": peer_events,
        "faststream_per_second": round(peer),
        "ratio": round(ours / peer, 1),
        "machine": machine(),
    }


async def _both(parts: Parts, ours_events: int, peer_events: int) -> tuple[float, float]:
    database = await lay_ground(parts)
    await create_topics(parts.bootstrap, [*topic_specs(replication=1), TopicSpec(PEER_TOPIC, 6, 1)])
    await _produce(parts.bootstrap, ReferralAttached.topic, ours_events)
    await _produce(parts.bootstrap, PEER_TOPIC, peer_events)
    ours = await _ours(database, parts.bootstrap, ours_events)
    peer = await consume_with_faststream(parts.bootstrap, database.url, PEER_TOPIC, peer_events)
    await database.close()
    return ours, peer


async def _ours(database: Database, bootstrap: str, events: int) -> float:
    handlers = Handlers()

    @handlers.on(ReferralAttached)
    async def keep(event: ReferralAttached, work: Work, _: Envelope) -> None:
        await work.raw.execute(EFFECT, event.case_id, event.referral_id)

    watch = await database.connect()
    await watch.execute("CREATE TABLE effect (case_id text NOT NULL, referral_id text NOT NULL)")
    consumer = Consumer(database, handlers, bootstrap=bootstrap, group="bench")
    running = asyncio.create_task(consumer.run())
    begun, first, done = 0.0, 0, 0
    while done < events:
        await asyncio.sleep(0.02)
        if running.done():
            running.result()
        done = int(await watch.fetchval("SELECT count(*) FROM effect"))
        if done and not begun:
            begun, first = time.perf_counter(), done
    took = time.perf_counter() - begun
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return (events - first) / took


async def _produce(bootstrap: str, topic: str, events: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    for begin in range(0, events, 1000):
        batch = _envelopes(min(1000, events - begin))
        sent = [await producer.send(topic, one.payload(), one.key.encode(), headers=_headers(one)) for one in batch]
        await asyncio.gather(*sent)
    await producer.stop()


def _envelopes(count: int) -> Sequence[Envelope]:
    cases = [new_id("cas") for _ in range(count // A_CASE + 1)]
    return [
        Envelope(new_id("evt"), "/tereze/bench", NOW, attached(cases[n // A_CASE], n % A_CASE + 1))
        for n in range(count)
    ]


def _headers(envelope: Envelope) -> list[tuple[str, bytes]]:
    return [(name, value.encode()) for name, value in envelope.headers().items()]
