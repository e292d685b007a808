"""Decides how a consumer group's partitions are read, applied and acknowledged; must never acknowledge what is not committed."""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from tereze.chassis import signals
from tereze.chassis.applying import Applier
from tereze.chassis.broker import BrokerUnavailable, Lane, Reader, Record, RecordUnreadable
from tereze.chassis.cap import ParkingCap, ParkingCapReached
from tereze.chassis.database import Database
from tereze.chassis.handlers import Handlers
from tereze.chassis.incoming import Incoming, read_incoming
from tereze.chassis.outage import is_transient
from tereze.chassis.parking import recently_parked
from tereze.chassis.topics import known_types

log = structlog.get_logger(__name__)

_WAIT_MS = 2_000
_AT_ONCE = 4  # partitions applied at the same time: what two cores and a pool of ten carry
_LONGEST_PAUSE = 10.0
_FINISH_SECONDS = 5.0
_LOOK_SECONDS = 5.0
_ACKNOWLEDGE_SECONDS = 0.25  # what a crash brings again at most; the inbox drops it
_FAREWELL_SECONDS = 2.0


class ConsumerStuck(Exception):
    """Events wait, nothing is wrong with the broker, and still nothing moves."""


@dataclass
class Progress:
    """Where one partition stands in this process."""

    position: int | None = None
    moved_at: float = field(default_factory=time.monotonic)
    seen_at_ms: int = 0
    busy: bool = False
    excused: bool = False  # something it needs is away; waiting is right

    def begin(self, seen_at_ms: int) -> None:
        """A batch is at hand whose oldest event was written then."""
        self.busy, self.seen_at_ms = True, seen_at_ms

    def advance(self, position: int, seen_at_ms: int) -> None:
        """Everything before ``position`` is done."""
        self.position, self.seen_at_ms, self.moved_at = position, seen_at_ms, time.monotonic()
        self.busy = self.excused = False


class Consumer:
    """One member of a service's consumer group. ``run`` ends only by an exception or by being cancelled."""

    def __init__(
        self,
        database: Database,
        handlers: Handlers,
        *,
        bootstrap: str,
        group: str,
        instance: str | None = None,
        batch: int = 500,
        tries: int = 3,
        share_cap: float = 0.2,
        run_cap: int = 50,
        stuck_seconds: float = 60.0,
    ) -> None:
        self.group = group
        self.progress: dict[Lane, Progress] = {}
        self._handlers, self._bootstrap, self._instance = handlers, bootstrap, instance
        self._batch, self._stuck_seconds = batch, stuck_seconds
        self._database, self._cap = database, ParkingCap(share=share_cap, run=run_cap)
        self._applier = Applier(database, handlers, group=group, tries=tries, cap=self._cap, batch=batch)
        self._handled, self._known = handlers.types, known_types()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._lanes: dict[Lane, asyncio.Task[None]] = {}
        self._leaving: set[Lane] = set()
        self._done: dict[Lane, int] = {}  # applied and committed, not yet told to the group
        self._failed: asyncio.Future[None] | None = None
        self._reader: Reader | None = None

    @property
    def reader(self) -> Reader:
        """The group membership in force."""
        assert self._reader is not None
        return self._reader

    async def run(self) -> None:
        """Consume until cancelled. Raises BrokerUnavailable, ConsumerStuck or ParkingCapReached; it may be run again."""
        async with self._database.work() as work:
            self._cap.remember(await recently_parked(work))
        self._failed = asyncio.get_running_loop().create_future()
        self._reader = Reader(
            self._bootstrap,
            self.group,
            self._handlers.topics,
            instance=self._instance,
            on_assigned=self._assigned,
            on_revoked=self._revoked,
        )
        beside = [asyncio.create_task(self._watch()), asyncio.create_task(self._acknowledge_often())]
        for task in beside:
            task.add_done_callback(self._ended)
        try:
            await self._reader.start()
            await self._failed
        finally:
            self._failed.cancel()
            for task in beside:
                task.cancel()
            await self._revoked(set(self._lanes))
            await self._reader.close()
            await self._revoked(set(self._lanes))  # a rebalance may have come in between
            self.progress.clear()

    # --- the steps of one batch ---

    async def consume(self, records: Sequence[Record]) -> None:
        """Apply, then acknowledge: never the other way round."""
        batch = [item for record in records if (item := self._read(record)) is not None]
        if batch:
            await self.apply(batch)
        await self.commit_offsets(records[-1].lane, records[-1].offset + 1)

    async def apply(self, batch: Sequence[Incoming]) -> None:
        """Give a batch its effect in the database."""
        await self._applier.apply(batch)

    async def commit_offsets(self, lane: Lane, next_offset: int) -> None:
        """This partition is done so far: the group is told within a fraction of a second, of all partitions in one request."""
        self._done[lane] = next_offset

    async def _acknowledge_often(self) -> None:
        while True:
            await asyncio.sleep(_ACKNOWLEDGE_SECONDS)
            await self._acknowledge()

    async def _acknowledge(self) -> None:
        """Tell the group how far everything is done. A refusal only means that events come again."""
        done = {lane: offset for lane, offset in self._done.items() if lane in self.progress}
        self._done.clear()
        if not done:
            return
        try:
            await self.reader.commit(done)
        except BrokerUnavailable as error:
            log.info("offsets not committed, redelivery will follow", count=len(done), reason=str(error))
            self._done = {**done, **self._done}

    def _read(self, record: Record) -> Incoming | None:
        return read_incoming(record, handled=self._handled, known=self._known)

    # --- one task per partition ---

    async def _follow(self, lane: Lane) -> None:
        """Read one partition for as long as it is ours."""
        progress = self.progress[lane]
        while lane not in self._leaving:
            records = await self._read_on(lane, progress)
            if records:
                progress.begin(records[0].timestamp)
                await self._insist(records, progress)
                progress.advance(records[-1].offset + 1, records[-1].timestamp)

    async def _read_on(self, lane: Lane, progress: Progress) -> list[Record]:
        try:
            return await self.reader.read(lane, at_most=self._batch, wait_ms=_WAIT_MS)
        except RecordUnreadable:
            progress.excused = True
            log.exception("a damaged record stops its partition", topic=lane.topic, partition=lane.partition)
            await asyncio.sleep(_LONGEST_PAUSE)
            return []

    async def _insist(self, records: Sequence[Record], progress: Progress) -> None:
        """Consume one batch; while something it needs is away, wait longer and longer, this partition only."""
        pause = 0.1
        while True:
            try:
                async with self._turns:
                    await self.consume(records)
            except Exception as error:
                if not is_transient(error):
                    raise
                progress.excused = True
                lane = records[0].lane
                log.warning("events wait", topic=lane.topic, partition=lane.partition, reason=type(error).__name__)
            else:
                return
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads retries
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _assigned(self, lanes: set[Lane]) -> None:
        if self._failed is None or self._failed.done():
            return  # we are leaving
        for lane in lanes:
            self.progress[lane] = Progress()
            task = asyncio.create_task(self._follow(lane))
            task.add_done_callback(self._ended)
            self._lanes[lane] = task

    async def _revoked(self, lanes: set[Lane]) -> None:
        """Let open batches finish within seconds, or roll them back; afterwards nobody here touches these partitions."""
        self._leaving |= lanes
        idle = [lane for lane in lanes if lane in self.progress and not self.progress[lane].busy]
        tasks = [self._lanes.pop(lane) for lane in lanes if lane in self._lanes and lane not in idle]
        for lane in idle:
            if (waiting := self._lanes.pop(lane, None)) is not None:
                waiting.cancel()
        if tasks:
            _done, slow = await asyncio.wait(tasks, timeout=_FINISH_SECONDS)
            for task in slow:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await self._acknowledge()
        self._leaving -= lanes
        for lane in lanes:
            self.progress.pop(lane, None)
            self._done.pop(lane, None)

    def _ended(self, task: asyncio.Task[None]) -> None:
        failed = self._failed
        if task.cancelled() or failed is None or failed.done():
            return
        if (error := task.exception()) is not None:
            failed.set_exception(error)

    # --- the watchdog ---

    async def _watch(self) -> None:
        """Alive means: the position advances, or nothing waits."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            with suppress(BrokerUnavailable):  # it is away: waiting is right
                await self.look()

    async def look(self) -> None:
        """Compare with the broker how far we are, and tell the figures. Raises ConsumerStuck, BrokerUnavailable."""
        ends = await self.reader.ends(list(self.progress))
        lag, behind_ms, now_ms = 0, 0, time.time() * 1000
        for lane, progress in list(self.progress.items()):
            if progress.position is None:
                progress.position = await self.reader.committed(lane) or 0
            waiting = max(0, ends.get(lane, 0) - progress.position)
            lag += waiting
            if not waiting:
                progress.moved_at = time.monotonic()
            elif progress.seen_at_ms:
                behind_ms = max(behind_ms, int(now_ms - progress.seen_at_ms))
            if not progress.excused and time.monotonic() - progress.moved_at > self._stuck_seconds:
                raise ConsumerStuck(f"{lane.topic}/{lane.partition}")
        signals.consumer_lag.labels(self.group).set(lag)
        signals.consumer_behind_seconds.labels(self.group).set(behind_ms / 1000)


__all__ = ["Consumer", "ConsumerStuck", "ParkingCapReached"]
