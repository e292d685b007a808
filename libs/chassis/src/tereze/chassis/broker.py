"""Decides how batches go to and come from Kafka: the only place that knows the client library; must never interpret an event."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import CorruptRecordException, KafkaConnectionError, KafkaError, TopicAlreadyExistsError

from tereze.chassis.topics import MAX_MESSAGE_BYTES, TopicSpec, missing_from

CONNECT_SECONDS = 15.0
_CLOSE_SECONDS = 3.0
_PUBLISH_SECONDS = 60.0
_CALL_SECONDS = 10.0
_SESSION_MS = 10_000
_MAX_POLL_MS = 15 * 60 * 1000


class BrokerUnavailable(Exception):
    """Kafka cannot be reached, or does not answer as it should; nothing was lost, try again."""


class RecordUnreadable(Exception):
    """What the broker holds at one place of a partition is damaged: only this partition waits, for a person."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to publish; its key decides the partition."""

    topic: str
    key: str
    headers: Mapping[str, str]
    payload: bytes


@dataclass(frozen=True, slots=True)
class Lane:
    """One partition of one topic: what keeps an order."""

    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Record:
    """One message as it was read. ``timestamp`` is milliseconds since 1970."""

    lane: Lane
    offset: int
    timestamp: int
    key: str | None
    headers: dict[str, str] = field(repr=False)
    payload: bytes | None = field(repr=False)


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "replace")


class Publisher:
    """An idempotent producer, acknowledged by every replica in sync. It never gives up on a message: a broker that is away delays it."""

    def __init__(self, bootstrap: str, client: str) -> None:
        self._bootstrap, self._client = bootstrap, client
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect. Raises BrokerUnavailable."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            client_id=self._client,
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=512 * 1024,
            max_request_size=MAX_MESSAGE_BYTES,
        )
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await producer.start()
        except (KafkaError, TimeoutError, OSError) as error:
            await _abandon(producer)
            raise BrokerUnavailable(f"no Kafka at {self._bootstrap}") from error
        self._producer = producer

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Send in order, pipelined; returns when every one is acknowledged. Raises BrokerUnavailable: send all of them again."""
        if self._producer is None:
            await self.start()
        producer = self._producer
        assert producer is not None
        try:
            async with asyncio.timeout(_PUBLISH_SECONDS):
                await asyncio.gather(*[await _queue(producer, message) for message in messages])
        except (KafkaError, TimeoutError, OSError) as error:
            await self.close()
            raise BrokerUnavailable("publishing failed") from error

    async def close(self) -> None:
        """Drop the connection; what was not acknowledged stays the caller's to send again."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _abandon(producer)


async def _queue(producer: AIOKafkaProducer, message: Outgoing) -> Awaitable[object]:
    headers = [(name, value.encode()) for name, value in message.headers.items()]
    future: Awaitable[object] = await producer.send(
        message.topic, message.payload, message.key.encode(), headers=headers
    )
    return future


async def _abandon(producer: AIOKafkaProducer) -> None:
    with suppress(KafkaError, TimeoutError, OSError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await producer.stop()
            return
    with suppress(KafkaError, TimeoutError, OSError):
        await producer.client.close()
    sender = producer._sender  # noqa: SLF001 - stop() waits for a broker that is away; there is no public way to give up
    if sender.sender_task is not None:
        sender.sender_task.cancel()


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, reader: "Reader") -> None:
        self._reader = reader

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self._reader.on_revoked({Lane(lane.topic, lane.partition) for lane in revoked})

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self._reader.on_assigned({Lane(lane.topic, lane.partition) for lane in assigned})


class Reader:
    """A member of a consumer group. ``on_revoked`` and ``on_assigned`` are awaited around each rebalance."""

    def __init__(
        self,
        bootstrap: str,
        group: str,
        topics: Iterable[str],
        *,
        instance: str | None,
        on_assigned: Callable[[set[Lane]], Awaitable[None]],
        on_revoked: Callable[[set[Lane]], Awaitable[None]],
    ) -> None:
        self.on_assigned, self.on_revoked = on_assigned, on_revoked
        self._bootstrap, self._topics = bootstrap, sorted(topics)
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            client_id=group,
            group_id=group,
            group_instance_id=f"{group}-{instance}" if instance else None,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=(StickyPartitionAssignor,),
            session_timeout_ms=_SESSION_MS,
            heartbeat_interval_ms=_SESSION_MS // 4,
            rebalance_timeout_ms=20_000,
            max_poll_interval_ms=_MAX_POLL_MS,
            fetch_max_wait_ms=500,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )

    async def start(self) -> None:
        """Join the group. Raises BrokerUnavailable."""
        self._consumer.subscribe(self._topics, listener=_Rebalance(self))
        try:
            async with asyncio.timeout(CONNECT_SECONDS * 3):
                await self._consumer.start()
        except (KafkaError, TimeoutError, OSError) as error:
            await self.close()
            reason = "no Kafka" if isinstance(error, KafkaConnectionError) else "Kafka does not let us join"
            raise BrokerUnavailable(f"{reason} at {self._bootstrap}") from error

    async def read(self, lane: Lane, *, at_most: int, wait_ms: int) -> list[Record]:
        """The next messages of one partition; empty after ``wait_ms`` without any. Raises BrokerUnavailable, RecordUnreadable."""
        place = TopicPartition(lane.topic, lane.partition)
        try:
            found = await self._consumer.getmany(place, timeout_ms=wait_ms, max_records=at_most)
        except CorruptRecordException as error:
            raise RecordUnreadable(f"{lane.topic}/{lane.partition}") from error
        except KafkaError as error:
            raise BrokerUnavailable(type(error).__name__) from error
        return [
            Record(
                lane,
                raw.offset,
                raw.timestamp,
                _text(raw.key),
                {name: value.decode("utf-8", "replace") for name, value in raw.headers},
                raw.value,
            )
            for raw in found.get(place, ())
        ]

    async def commit(self, next_offsets: Mapping[Lane, int]) -> None:
        """Remember in the group how far these partitions are done. Raises BrokerUnavailable: redelivery will follow."""
        offsets = {TopicPartition(lane.topic, lane.partition): offset for lane, offset in next_offsets.items()}
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                await self._consumer.commit(offsets)
        except (KafkaError, TimeoutError) as error:
            raise BrokerUnavailable("the commit was not taken") from error

    async def ends(self, lanes: Iterable[Lane]) -> dict[Lane, int]:
        """Offset after the newest message of each partition, asked of the broker. Raises BrokerUnavailable."""
        places = [TopicPartition(lane.topic, lane.partition) for lane in lanes]
        if not places:
            return {}
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                found = await self._consumer.end_offsets(places)
        except (KafkaError, TimeoutError) as error:
            raise BrokerUnavailable("the broker does not tell offsets") from error
        return {Lane(place.topic, place.partition): offset for place, offset in found.items()}

    async def committed(self, lane: Lane) -> int | None:
        """Where the group stands in one partition; None before its first commit. Raises BrokerUnavailable."""
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                offset = await self._consumer.committed(TopicPartition(lane.topic, lane.partition))
        except (KafkaError, TimeoutError) as error:
            raise BrokerUnavailable("the broker does not tell offsets") from error
        return None if offset is None else int(offset)

    async def close(self) -> None:
        """Leave; never waits long for a broker that is away."""
        with suppress(KafkaError, TimeoutError, OSError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._consumer.stop()


async def create_topics(bootstrap: str, specs: Sequence[TopicSpec]) -> list[str]:
    """Create the topics that are missing; returns their names. Raises BrokerUnavailable."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, client_id="tereze-topics")
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await admin.start()
            wanted = missing_from(specs, await admin.list_topics())
            for spec in wanted:
                await _create(admin, spec)
    except (KafkaError, TimeoutError, OSError) as error:
        raise BrokerUnavailable(f"no Kafka at {bootstrap}") from error
    finally:
        await admin.close()
    return [spec.name for spec in wanted]


async def _create(admin: AIOKafkaAdminClient, spec: TopicSpec) -> None:
    topic = NewTopic(spec.name, spec.partitions, spec.replication, topic_configs=spec.config)
    with suppress(TopicAlreadyExistsError):  # another service was faster
        answer = await admin.create_topics([topic])
        for _name, code, *_ in answer.topic_errors:
            _raise_for(code)


def _raise_for(code: int) -> None:
    if code and code != TopicAlreadyExistsError.errno:
        raise KafkaError(f"creating a topic was refused with code {code}")
