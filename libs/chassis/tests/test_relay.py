"""Every committed event reaches Kafka, in the order of its key, whoever dies in between."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tereze.chassis.broker import BrokerUnavailable, Publisher
from tereze.chassis.database import Database
from tereze.chassis.outbox import BUCKETS
from tereze.chassis.relay import Batch, CursorMoved, Relay
from tereze.chassis.wakeup import Wakeup
from tereze.local.kafka import Kafka
from tereze.local.postgres import Postgres

Log = Callable[..., Awaitable[list[Any]]]


@asynccontextmanager
async def relays(database: Database, kafka: Kafka, kind: type[Relay] = Relay) -> AsyncIterator[list[Relay]]:
    wakeup = Wakeup(database)
    database.on_publish = wakeup.ring
    made = [kind(database, Publisher(kafka.bootstrap, f"test-{n}"), wakeup, n) for n in range(BUCKETS)]
    tasks = [asyncio.create_task(relay.run()) for relay in made]
    yield made
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def publish(database: Database, *events: Any) -> None:
    async with database.work() as work:
        for event in events:
            work.publish(event)


def in_order(found: list[Any]) -> bool:
    last: dict[str, int] = {}
    for event in found:
        if event.number != last.get(event.key_id, 0) + 1:
            return False
        last[event.key_id] = event.number
    return True


async def test_events_arrive_in_the_order_of_their_key(
    database: Database, kafka: Kafka, counted: type[Any], log_of: Log
) -> None:
    async with relays(database, kafka):
        for number in range(1, 6):
            await publish(database, *(counted(key_id=f"k{key}", number=number) for key in range(500)))
        found = await log_of(counted, 2500)
    assert in_order(found)


async def test_a_backlog_of_many_batches_is_carried_once(
    database: Database, kafka: Kafka, counted: type[Any], log_of: Log
) -> None:
    for number in range(1, 11):
        await publish(database, *(counted(key_id=f"k{key}", number=number) for key in range(1500)))
    async with relays(database, kafka):
        found = await log_of(counted, 15_000)
    assert len(found) == 15_000
    assert in_order(found)


async def test_a_transaction_that_commits_late_is_neither_lost_nor_told_too_early(
    database: Database, kafka: Kafka, counted: type[Any], log_of: Log
) -> None:
    """The late one holds an older transaction id, yet its event is the second of the key."""
    async with relays(database, kafka), database.work() as late:
        await late.raw.execute("SELECT pg_current_xact_id()")
        await publish(database, counted(key_id="other", number=1))
        await publish(database, counted(key_id="k", number=1))
        assert len(await log_of(counted, 2)) == 2
        late.publish(counted(key_id="k", number=2))
    async with relays(database, kafka):
        found = await log_of(counted, 3)
    assert in_order(found)


class HorizonRelay(Relay):
    """The mutant: reads by (transaction id, position) below the oldest running transaction."""

    async def read_batch(self) -> Batch:
        batch = await super().read_batch()
        rows = await self.connection.fetch(
            "SELECT payload FROM outbox WHERE bucket = $1 ORDER BY xid, position", self.bucket
        )
        place = {row["payload"]: n for n, row in enumerate(rows)}
        batch.messages.sort(key=lambda message: place[message.payload])
        return batch


@pytest.mark.parametrize("kind", [Relay, HorizonRelay])
async def test_an_older_transaction_id_does_not_mean_an_earlier_event(
    database: Database, kafka: Kafka, counted: type[Any], log_of: Log, kind: type[Relay]
) -> None:
    """The mutant shows that this test can see a wrong order."""
    async with database.work() as late:
        await late.raw.execute("SELECT pg_current_xact_id()")
        await publish(database, counted(key_id="k", number=1))
        late.publish(counted(key_id="k", number=2))
    async with relays(database, kafka, kind):
        found = await log_of(counted, 2)
    assert in_order(found) is (kind is Relay)


async def test_order_holds_when_older_transactions_write_the_later_event_of_a_key(
    database: Database, kafka: Kafka, counted: type[Any], log_of: Log
) -> None:
    """Writers take their transaction id first and the key's lock afterwards, in another order."""
    heads = [0] * 8
    chance = random.Random(7)  # noqa: S311 - chooses test data

    async def write() -> None:
        async with database.work() as work:
            await work.raw.execute("SELECT pg_current_xact_id()")
            for key in sorted(chance.sample(range(8), 3)):
                await work.lock(f"key {key}")
                heads[key] += 1
                work.publish(counted(key_id=f"k{key}", number=heads[key]))

    async with relays(database, kafka):
        for _ in range(40):
            await asyncio.gather(*(write() for _ in range(8)))
        found = await log_of(counted, sum(heads))
    assert in_order(found)


async def until_leading(relays: list[Relay]) -> None:
    async with asyncio.timeout(60):
        while not all(relay.leading for relay in relays):  # noqa: ASYNC110 - the lock lives in PostgreSQL
            await asyncio.sleep(0.02)


async def test_a_second_relay_stands_by_and_takes_over(
    database: Database, kafka: Kafka, counted: type[Any], log_of: Log, postgres: Postgres
) -> None:
    async with relays(database, kafka) as first:
        await publish(database, counted(key_id="k", number=1))
        await log_of(counted, 1)
        async with relays(database, kafka) as second:
            await until_leading(first)
            for relay in first:
                pid = relay.connection.get_server_pid()
                postgres.sql(f"SELECT pg_terminate_backend({pid}, 5000)")
            await publish(database, counted(key_id="k", number=2))
            found = await log_of(counted, 2)
            if found[-1].number != 2:  # the first was sent and not yet marked: sent again, as promised at least once
                found = await log_of(counted, 3)
            assert any(relay.leading for relay in second)
    assert in_order(list(dict.fromkeys(found)))


async def test_a_broker_that_is_away_delays_but_loses_nothing(
    database: Database, own_kafka: Kafka, counted: type[Any]
) -> None:
    own_kafka.kill()
    publisher = Publisher(own_kafka.bootstrap, "test")
    relay = Relay(database, publisher, Wakeup(database), 0)
    keys = [f"k{n}" for n in range(40)]
    await publish(database, *(counted(key_id=key, number=1) for key in keys))
    with pytest.raises(BrokerUnavailable, match="no Kafka at"):
        await relay.run()
    async with database.work() as work:
        assert await work.raw.fetchval("SELECT count(*) FROM outbox") == 40


async def test_a_relay_that_lost_its_bucket_cannot_move_the_cursor(
    database: Database, kafka: Kafka, counted: type[Any]
) -> None:
    class Usurped(Relay):
        async def send(self, batch: Batch) -> None:
            await super().send(batch)
            async with database.work() as work:
                await work.raw.execute("UPDATE outbox_cursor SET version = version + 1")

    relay = Usurped(database, Publisher(kafka.bootstrap, "test"), Wakeup(database), 0)
    await publish(database, *(counted(key_id=f"k{n}", number=1) for n in range(40)))
    with pytest.raises(CursorMoved):
        await relay.run()


async def test_what_was_carried_long_ago_is_forgotten_and_nothing_else(
    database: Database, kafka: Kafka, counted: type[Any], log_of: Log
) -> None:
    await publish(database, *(counted(key_id=f"k{n}", number=1) for n in range(40)))
    async with database.work() as work:
        await work.raw.execute("UPDATE outbox SET created_at = created_at - interval '1 hour'")

    async with relays(database, kafka) as running:
        await log_of(counted, 40)
        await publish(database, *(counted(key_id=f"k{n}", number=2) for n in range(40)))
        await log_of(counted, 80)
    for relay in running:
        relay._connection = await database.connect()
        await relay.load_cursor()
        await relay.purge()
        await relay.connection.close()
    async with database.work() as work:
        kept = [row["created_at"] for row in await work.raw.fetch("SELECT created_at FROM outbox")]
    assert len(kept) == 40


async def test_after_a_restore_into_another_server_the_outbox_is_sent_again(
    database: Database, kafka: Kafka, counted: type[Any], log_of: Log
) -> None:
    await publish(database, *(counted(key_id=f"k{n}", number=1) for n in range(40)))
    async with relays(database, kafka):
        await log_of(counted, 40)
    async with database.work() as work:
        await work.raw.execute("UPDATE outbox_cursor SET cluster = 1")
        await work.raw.execute("UPDATE outbox SET xid = '9000000000'")
    async with relays(database, kafka):
        await log_of(counted, 80)
