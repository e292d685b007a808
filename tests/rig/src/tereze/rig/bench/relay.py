"""Decides how many waiting events a second reach Kafka, beside a bare producer sending the same; must never count what is not acknowledged."""

import asyncio
import time
from typing import Any

import asyncpg
import orjson
from aiokafka import AIOKafkaProducer
from prometheus_client import REGISTRY

from tereze.chassis.broker import Publisher, create_topics
from tereze.chassis.database import Database
from tereze.chassis.outbox import BUCKETS
from tereze.chassis.relay import Relay
from tereze.chassis.topics import topic_specs
from tereze.chassis.wakeup import Wakeup
from tereze.rig.bench.ground import fill_outbox, lay_ground
from tereze.rig.bench.parts import Parts, fresh_parts, machine


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Events a second from committed outbox rows to acknowledged by the broker, cursor moved; and the ratio to a bare producer."""
    events = 10_000 if quick else 100_000
    with fresh_parts(kafka=True) as parts:
        ours, bare = asyncio.run(_both(parts, events))
    return {
        "events": events,
        "events_per_second": round(ours),
        "bare_producer_per_second": round(bare),
        "ratio": round(ours / bare, 3),
        "machine": machine(),
    }


async def _both(parts: Parts, events: int) -> tuple[float, float]:
    database = await lay_ground(parts)
    await create_topics(parts.bootstrap, topic_specs(replication=1))
    await fill_outbox(database, events)
    rows = await (await database.connect()).fetch("SELECT topic, key, headers, payload FROM outbox ORDER BY position")
    bare = await _bare(parts.bootstrap, rows)
    ours = await _relays(database, parts.bootstrap, events)
    await database.close()
    return ours, bare


async def _relays(database: Database, bootstrap: str, events: int) -> float:
    wakeup = Wakeup(database)
    relays = [Relay(database, Publisher(bootstrap, f"bench-{bucket}"), wakeup, bucket) for bucket in range(BUCKETS)]
    before = _carried()
    begun = time.perf_counter()
    running = [asyncio.create_task(relay.run()) for relay in relays]
    while _carried() - before < events:
        await asyncio.sleep(0.01)
        for task in running:
            if task.done():
                task.result()
    took = time.perf_counter() - begun
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    return events / took


async def _bare(bootstrap: str, rows: list[asyncpg.Record]) -> float:
    """The same messages from memory, pipelined, as fast as the client library goes."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        max_batch_size=512 * 1024,
        max_request_size=3 << 20,
    )
    await producer.start()
    messages = [
        (
            row["topic"],
            row["payload"],
            row["key"].encode(),
            [(k, v.encode()) for k, v in orjson.loads(row["headers"]).items()],
        )
        for row in rows
    ]
    begun = time.perf_counter()
    for begin in range(0, len(messages), 1000):
        batch = messages[begin : begin + 1000]
        sent = [await producer.send(topic, payload, key, headers=headers) for topic, payload, key, headers in batch]
        await asyncio.gather(*sent)
    took = time.perf_counter() - begun
    await producer.stop()
    return len(messages) / took


def _carried() -> float:
    return REGISTRY.get_sample_value("tereze_outbox_carried_total") or 0.0
