"""Decides what the consumer is measured against: FastStream, at least once, one event a transaction; must never do less work than ours."""

import asyncio
import time

import asyncpg
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from tereze.contracts.cases import ReferralAttached

INBOX = "INSERT INTO peer_inbox (consumer_group, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING event_id"
EFFECT = "INSERT INTO peer_effect (case_id, referral_id) VALUES ($1, $2)"
TABLES = """
CREATE TABLE IF NOT EXISTS peer_inbox (consumer_group text, event_id text, PRIMARY KEY (consumer_group, event_id));
CREATE TABLE IF NOT EXISTS peer_effect (case_id text NOT NULL, referral_id text NOT NULL);
"""


async def consume(bootstrap: str, url: str, topic: str, events: int) -> float:
    """Consume ``events`` records of ReferralAttached with inbox and effect; returns events per second."""
    pool = await asyncpg.create_pool(url, min_size=1, max_size=4)
    await pool.execute(TABLES)
    broker = KafkaBroker(bootstrap, logger=None)
    done, begun, count = asyncio.Event(), 0.0, 0

    @broker.subscriber(
        topic, group_id="peer", auto_offset_reset="earliest", ack_policy=AckPolicy.NACK_ON_ERROR, max_poll_records=500
    )
    async def handle(message: KafkaMessage) -> None:
        nonlocal begun, count
        event = ReferralAttached.model_validate_json(message.body)  # its own decoding would refuse a strict contract
        begun = begun or time.perf_counter()
        async with pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(INBOX, "peer", f"{event.case_id}/{event.case_version}"):
                await connection.execute(EFFECT, event.case_id, event.referral_id)
        count += 1
        if count == events:
            done.set()

    async with broker:
        await broker.start()
        await asyncio.wait_for(done.wait(), timeout=600)
        ended = time.perf_counter()
    await pool.close()
    return events / (ended - begun)
