"""At least once in, once in effect, in the order of each key; a bad event holds up its own key only."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from tereze.chassis.broker import Lane, Outgoing, Publisher
from tereze.chassis.consumer import Consumer, ConsumerStuck, ParkingCapReached
from tereze.chassis.database import Database, DatabaseUnavailable
from tereze.chassis.handlers import Handlers
from tereze.chassis.ids import new_id
from tereze.chassis.outage import Transient
from tereze.chassis.parking import parked_keys
from tereze.chassis.replay import discard, replay
from tereze.chassis.work import Work
from tereze.contracts.events import Envelope, Event
from tereze.contracts.operations import EventParked, EventUnparked
from tereze.local.kafka import Kafka
from tereze.local.postgres import Postgres

CREATE = "CREATE TABLE effect (place bigint GENERATED ALWAYS AS IDENTITY, key text, number int)"


def message(event: Any, event_id: str | None = None, **headers: str) -> Outgoing:
    envelope = Envelope(event_id or new_id("evt"), "/tereze/test", datetime.now(UTC), event)
    return Outgoing(event.topic, event.key, {**envelope.headers(), **headers}, envelope.payload())


class World:
    """A consumer whose handler writes what it saw, and fails where it is told to."""

    def __init__(self, database: Database, kafka: Kafka, counted: type[Any]) -> None:
        self.database, self.counted, self.kafka = database, counted, kafka
        self.handlers = Handlers()
        self.handlers.on(counted)(self.record)
        self.broken: set[str] = set()
        self.away = 0
        self.calls = 0
        self.group = f"test.{counted.topic}"

    async def record(self, event: Any, work: Work, _envelope: Envelope) -> None:
        self.calls += 1
        if self.away:
            self.away -= 1
            raise Transient
        await work.raw.execute("INSERT INTO effect (key, number) VALUES ($1, $2)", event.key_id, event.number)
        work.publish(event)
        if event.key_id in self.broken:
            raise ArithmeticError

    def consumer(self, kind: type[Consumer] = Consumer, **options: Any) -> Consumer:
        return kind(self.database, self.handlers, bootstrap=self.kafka.bootstrap, group=self.group, **options)

    async def send(self, *messages: Outgoing) -> None:
        publisher = Publisher(self.kafka.bootstrap, "test")
        await publisher.publish(messages)
        await publisher.close()

    async def send_numbers(self, keys: list[str], numbers: range) -> None:
        await self.send(*(message(self.counted(key_id=key, number=n)) for n in numbers for key in keys))

    async def query(self, sql: str) -> Any:
        async with self.database.work() as work:
            return await work.raw.fetchval(sql)

    async def effects(self) -> dict[str, list[int]]:
        async with self.database.work() as work:
            rows = await work.raw.fetch("SELECT key, number FROM effect ORDER BY place")
        found: dict[str, list[int]] = {}
        for row in rows:
            found.setdefault(row["key"], []).append(row["number"])
        return found

    async def told(self, shape: type[Event]) -> list[Any]:
        async with self.database.work() as work:
            rows = await work.raw.fetch("SELECT payload FROM outbox WHERE topic = $1 ORDER BY position", shape.topic)
        bodies = [orjson.loads(row["payload"]) for row in rows]
        return [
            shape.model_validate_json(orjson.dumps(body)) for body in bodies if body.keys() == shape.model_fields.keys()
        ]

    async def until(self, sql: str, value: Any) -> None:
        async with asyncio.timeout(60):
            while await self.query(sql) != value:  # noqa: ASYNC110 - what changes is in PostgreSQL
                await asyncio.sleep(0.02)


@pytest.fixture
async def world(database: Database, kafka: Kafka, counted: type[Any]) -> World:
    async with database.work() as work:
        await work.raw.execute(CREATE)
    return World(database, kafka, counted)


@asynccontextmanager
async def running(consumer: Consumer) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(consumer.run())
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_every_event_has_one_effect_in_the_order_of_its_key(world: World) -> None:
    keys = [f"k{n}" for n in range(50)]
    await world.send_numbers(keys, range(1, 21))
    async with running(world.consumer()):
        await world.until("SELECT count(*) FROM effect", 1000)
    assert await world.effects() == {key: list(range(1, 21)) for key in keys}
    assert await world.query("SELECT count(*) FROM outbox") == 1000


async def test_an_event_brought_twice_has_one_effect(world: World) -> None:
    once = message(world.counted(key_id="k", number=1))
    await world.send(once, once)
    await world.send(once, message(world.counted(key_id="k", number=2)))
    async with running(world.consumer()):
        await world.until("SELECT max(number) FROM effect", 2)
    assert await world.effects() == {"k": [1, 2]}


async def test_what_was_not_acknowledged_comes_again_without_a_second_effect(world: World) -> None:
    class Forgetful(Consumer):
        async def commit_offsets(self, lane: Lane, next_offset: int) -> None:
            pass

    await world.send_numbers(["a", "b"], range(1, 11))
    async with running(world.consumer(Forgetful)):
        await world.until("SELECT count(*) FROM effect", 20)
    await world.send_numbers(["a", "b"], range(11, 12))
    async with running(world.consumer()):
        await world.until("SELECT count(*) FROM effect", 22)
    assert await world.effects() == {key: list(range(1, 12)) for key in ("a", "b")}


async def test_a_broken_event_parks_its_key_and_no_other(world: World) -> None:
    world.broken = {"bad"}
    await world.send_numbers(["good", "bad", "fine"], range(1, 6))
    async with running(world.consumer()):
        await world.until("SELECT count(*) FROM parked_event", 5)
        await world.until("SELECT count(*) FROM effect", 10)
    assert await world.effects() == {"good": [1, 2, 3, 4, 5], "fine": [1, 2, 3, 4, 5]}
    async with world.database.work() as work:
        (parked,) = await parked_keys(work)
    assert (parked.key, parked.waiting, parked.attempts) == ("bad", 5, 3)
    assert parked.fingerprint.startswith("ArithmeticError in ")
    (told,) = await world.told(EventParked)
    assert (told.parked_key, told.parked_topic, told.fingerprint) == ("bad", world.counted.topic, parked.fingerprint)
    assert await world.query("SELECT count(*) FROM outbox") == 10 + 1, "events of the failed attempts are gone"


async def test_replay_gives_a_parked_key_its_effects_in_order(world: World) -> None:
    world.broken = {"bad"}
    await world.send_numbers(["bad"], range(1, 4))
    async with running(world.consumer()):
        await world.until("SELECT count(*) FROM parked_event", 3)
        async with world.database.work() as work:
            assert not await replay(
                work, world.handlers, topic=world.counted.topic, key="bad", actor="dina", reason="first look"
            )
        world.broken = set()
        async with world.database.work() as work:
            assert await replay(
                work, world.handlers, topic=world.counted.topic, key="bad", actor="dina", reason="mended"
            )
        await world.send_numbers(["bad"], range(4, 6))
        await world.until("SELECT count(*) FROM effect", 5)
    assert await world.effects() == {"bad": [1, 2, 3, 4, 5]}
    assert await world.query("SELECT string_agg(DISTINCT actor, ',') FROM parking_act") == "dina"
    (parked,), (unparked,) = await world.told(EventParked), await world.told(EventUnparked)
    assert parked.duty_id == unparked.duty_id


async def test_giving_up_an_event_takes_two_persons(world: World) -> None:
    world.broken = {"bad"}
    await world.send_numbers(["bad"], range(1, 3))
    async with running(world.consumer()):
        await world.until("SELECT count(*) FROM parked_event", 2)
    first = await world.query("SELECT min(id) FROM parked_event")

    async def give_up(actor: str) -> bool:
        async with world.database.work() as work:
            return await discard(work, event=first, actor=actor, reason="cannot be mended")

    assert not await give_up("dina")
    assert not await give_up("dina")
    assert await give_up("arman")
    world.broken = set()
    async with world.database.work() as work:
        assert await replay(work, world.handlers, topic=world.counted.topic, key="bad", actor="dina", reason="go on")
    assert await world.effects() == {"bad": [2]}
    assert await world.query("SELECT count(*) FROM parking_act") == 4


@pytest.mark.parametrize(
    "spoil",
    [
        lambda event: message(event, ce_type="tereze.from-the-future.happened.v9"),
        lambda event: message(event, "no-id"),
        lambda event: Outgoing(event.topic, event.key, message(event).headers, b'{"key_id": "bad", "numb'),
        lambda event: Outgoing(event.topic, event.key, message(event).headers, b'{"key_id":"bad","number":1,"new":1}'),
        lambda event: Outgoing(event.topic, event.key, {}, b"\xff\x00"),
    ],
    ids=["unknown type", "no event id", "truncated", "newer schema", "not ours"],
)
async def test_poison_is_parked_at_once_and_its_key_waits(world: World, spoil: Callable[[Any], Outgoing]) -> None:
    await world.send(spoil(world.counted(key_id="bad", number=1)))
    await world.send_numbers(["bad", "good"], range(2, 4))
    async with running(world.consumer()):
        await world.until("SELECT count(*) FROM parked_event", 3)
        await world.until("SELECT count(*) FROM effect", 2)
    assert await world.effects() == {"good": [2, 3]}
    assert await world.query("SELECT attempts FROM parked_event WHERE state = 'failed'") == 1


async def test_a_parked_event_that_comes_again_is_not_parked_twice(world: World) -> None:
    class Forgetful(Consumer):
        async def commit_offsets(self, lane: Lane, next_offset: int) -> None:
            pass

    world.broken = {"bad"}
    await world.send_numbers(["bad"], range(1, 3))
    async with running(world.consumer(Forgetful)):
        await world.until("SELECT count(*) FROM parked_event", 2)
    world.broken = set()
    async with world.database.work() as work:
        assert await replay(work, world.handlers, topic=world.counted.topic, key="bad", actor="d", reason="mended")
    await world.send_numbers(["bad"], range(3, 4))
    async with running(world.consumer()):
        await world.until("SELECT count(*) FROM effect", 3)
    assert await world.effects() == {"bad": [1, 2, 3]}
    assert await world.query("SELECT count(*) FROM parked_key") == 0


async def test_when_everything_fails_consuming_stops(world: World) -> None:
    keys = [f"k{n}" for n in range(200)]
    world.broken = set(keys)
    await world.send_numbers(keys, range(1, 2))
    with pytest.raises(ParkingCapReached):
        await world.consumer(run_cap=20, batch=10).run()
    assert await world.query("SELECT count(*) FROM parked_key") < 60


async def test_something_away_delays_the_events_and_parks_nothing(world: World) -> None:
    world.away = 4
    await world.send_numbers(["a"], range(1, 6))
    async with running(world.consumer()):
        await world.until("SELECT count(*) FROM effect", 5)
    assert await world.query("SELECT count(*) FROM parked_event") == 0


async def test_lost_database_connections_delay_the_events_and_double_none(world: World, postgres: Postgres) -> None:
    keys = [f"k{n}" for n in range(20)]
    async with running(world.consumer(batch=20)):
        for number in range(1, 16):
            await world.send_numbers(keys, range(number, number + 1))
            name = world.database.url.rsplit("/", 1)[1]
            postgres.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608
        async with asyncio.timeout(60):
            while True:
                found = await _patiently(world)
                if sum(map(len, found.values())) >= 300:
                    break
                await asyncio.sleep(0.05)
    assert found == {key: list(range(1, 16)) for key in keys}


async def _patiently(world: World) -> dict[str, list[int]]:
    try:
        return await world.effects()
    except DatabaseUnavailable:
        return {}


async def test_partitions_move_between_members_without_a_double_effect(world: World) -> None:
    keys = [f"k{n}" for n in range(30)]
    async with running(world.consumer()):
        await world.send_numbers(keys, range(1, 11))
        async with running(world.consumer()):
            await world.send_numbers(keys, range(11, 21))
            await world.until("SELECT count(*) > 400 FROM effect", True)
        await world.send_numbers(keys, range(21, 31))
        await world.until("SELECT count(*) FROM effect", 900)
    assert await world.effects() == {key: list(range(1, 31)) for key in keys}


async def test_a_handler_that_never_returns_is_called_stuck(world: World) -> None:
    async def hang(_event: Any, _work: Work, _envelope: Envelope) -> None:
        await asyncio.Event().wait()

    world.handlers.on(world.counted)(hang)
    await world.send_numbers(["a"], range(1, 2))

    class Impatient(Consumer):
        async def apply(self, batch: Any) -> None:
            self.progress[batch[0].record.lane].moved_at -= 1_000
            await super().apply(batch)

    with pytest.raises(ConsumerStuck):
        await world.consumer(Impatient).run()


async def test_rivals_for_the_same_rows_pass_each_other(world: World) -> None:
    """Two partitions' batches take the same locks in opposite order."""
    order = {"a": ("x", "y"), "b": ("y", "x")}

    async def lock_two(event: Any, work: Work, _envelope: Envelope) -> None:
        for name in order.get(event.key_id, ()):
            await work.lock(name)
            await work.raw.execute("SELECT pg_sleep(0.02)")

    world.handlers.on(world.counted)(lock_two)
    await world.send_numbers(["a", "b", "c", "d", "e"], range(1, 6))
    async with running(world.consumer()):
        await world.until("SELECT count(*) FROM effect", 25)
    assert all(numbers == [1, 2, 3, 4, 5] for numbers in (await world.effects()).values())
    assert await world.query("SELECT count(*) FROM parked_event") == 0
