"""Decides what the journey is measured against: the same commits, topics and POSTs with none of our code; must never do a hop less."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

import aiohttp
import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tereze.rig.sink import Receipt, Sink

TOPICS = ("bare.first", "bare.second", "bare.third")
PAYLOAD = b"x" * 1200
WRITE = "INSERT INTO bare_row (id, place, body) VALUES ($1, $2, $3)"


async def bare_journey(url: str, bootstrap: str, per_second: int, seconds: int) -> list[float]:
    """Milliseconds per item over: commit, produce, consume, commit (three times), then a POST to a receiver."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 6, 1) for topic in TOPICS])
    await admin.close()
    pool = await asyncpg.create_pool(url, min_size=4, max_size=8)
    await pool.execute("CREATE TABLE IF NOT EXISTS bare_row (id text, place int, body bytea, PRIMARY KEY (id, place))")
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    arrived: dict[str, float] = {}

    def note(receipt: Receipt) -> None:
        arrived[receipt.event_id] = receipt.at

    async with Sink(on_receipt=note) as sink, aiohttp.ClientSession() as session:

        async def deliver(item: str) -> None:
            await session.post(sink.url, json={"id": item, "type": "bare", "data": {}})

        async def produce(topic: str, item: str) -> None:
            await producer.send_and_wait(topic, PAYLOAD, key=item.encode())

        async def pass_on(place: int, item: str) -> None:
            await (produce(TOPICS[place + 1], item) if place + 1 < len(TOPICS) else deliver(item))

        hops = [asyncio.create_task(_hop(bootstrap, pool, place, pass_on)) for place in range(len(TOPICS))]
        await asyncio.sleep(3)  # groups join
        sent: dict[str, float] = {}
        begun = time.perf_counter()
        for n in range(per_second * seconds):
            await asyncio.sleep(max(0.0, begun + n / per_second - time.perf_counter()))
            item = uuid4().hex
            sent[item] = time.perf_counter()
            await pool.execute(WRITE, item, -1, PAYLOAD)
            await produce(TOPICS[0], item)
        patience = time.perf_counter() + 30
        while len(arrived) < len(sent) and time.perf_counter() < patience:
            await asyncio.sleep(0.05)
        for hop in hops:
            hop.cancel()
        await asyncio.gather(*hops, return_exceptions=True)
    await producer.stop()
    await pool.close()
    return [1000 * (arrived[item] - at) for item, at in sent.items() if item in arrived]


async def _hop(bootstrap: str, pool: asyncpg.Pool, place: int, pass_on: Callable[[int, str], Awaitable[None]]) -> None:
    """Consume one topic: commit each item to PostgreSQL, pass it on, commit the offset."""
    topic = TOPICS[place]
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=topic, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        while True:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    item = record.key.decode()
                    await pool.execute(WRITE, item, place, record.value)
                    await pass_on(place, item)
            await consumer.commit()
    finally:
        await consumer.stop()
