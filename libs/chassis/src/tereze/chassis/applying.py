"""Decides how a batch of events of one partition takes effect in one transaction; must never let one bad event spoil the others."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tereze.chassis import signals
from tereze.chassis.cap import ParkingCap
from tereze.chassis.database import Database
from tereze.chassis.handlers import Handlers
from tereze.chassis.inbox import take
from tereze.chassis.incoming import Incoming, fingerprint
from tereze.chassis.outage import is_rivalry, is_transient
from tereze.chassis.pace import Pace
from tereze.chassis.parking import park, parked_among, queue, to_open_with
from tereze.chassis.tracing import processing_span
from tereze.chassis.work import Work

_PAUSES = (0.05, 0.25, 1.0)
_RIVALRY_TRIES = 5


async def _pause(attempt: int) -> None:
    longest = _PAUSES[min(attempt, len(_PAUSES)) - 1]
    await asyncio.sleep(longest * random.uniform(0.5, 1.0))  # noqa: S311 - spreads rivals


@dataclass
class _Pass:
    """One transaction over events taken one by one: what came of it."""

    last: bool
    attempt: int
    parked: set[str]
    held: set[str] = field(default_factory=set)
    left: list[Incoming] = field(default_factory=list)
    good: int = 0
    bad: int = 0

    def hold(self, item: Incoming) -> None:
        """Try this one again later, and its key's later ones with it."""
        self.held.add(item.key)
        self.left.append(item)


class Applier:
    """Runs the handlers of one service over batches of one partition: at least once in, once in effect, in the order of each key."""

    def __init__(
        self, database: Database, handlers: Handlers, *, group: str, tries: int, cap: ParkingCap, batch: int = 500
    ) -> None:
        self._database, self._handlers, self._group = database, handlers, group
        self._tries, self._cap, self._pace = tries, cap, Pace(batch)

    async def apply(self, batch: Sequence[Incoming]) -> None:
        """Give every event its effect, or park it. Raises transient failures and ParkingCapReached: apply it again then."""
        place = 0
        while place < len(batch):
            part = batch[place : place + self._pace.size]
            began = time.monotonic()
            await self._apply_part(part)
            self._pace.took(len(part), time.monotonic() - began)
            place += len(part)

    async def _apply_part(self, batch: Sequence[Incoming]) -> None:
        try:
            if not any(item.poison for item in batch):
                return await self._apply_together(batch)
        except Exception as error:
            if is_rivalry(error):
                return await self._apply_singly(batch)
            if is_transient(error):
                raise
        return await self._apply_carefully(batch)

    async def _apply_together(self, batch: Sequence[Incoming]) -> None:
        """Everything in one go, without savepoints: what nearly always works."""
        topic, keys = batch[0].record.lane.topic, {item.key for item in batch}
        async with self._database.work(*to_open_with(topic, keys)) as work:
            parked = await parked_among(work, topic, keys)
            ours = [item for item in batch if item.key not in parked]
            fresh = await take(work, [item.inbox_id for item in ours if item.inbox_id])
            await queue(work, [item for item in batch if item.key in parked])
            done = 0
            for item in ours:
                if item.inbox_id in fresh:
                    fresh.discard(item.inbox_id)
                    await self._handle(work, item)
                    done += 1
        self._cap.judge(good=done, bad=0)
        signals.events_redelivered.inc(len(ours) - done)

    async def _apply_singly(self, batch: Sequence[Incoming]) -> None:
        """A transaction per event: rivals for the same locks pass each other."""
        for item in batch:
            for attempt in range(1, _RIVALRY_TRIES + 1):
                try:
                    await self._apply_together([item])
                    break
                except Exception as error:
                    if not is_rivalry(error):
                        if is_transient(error):
                            raise
                        await self._apply_carefully([item])
                        break
                    if attempt == _RIVALRY_TRIES:
                        raise
                    await _pause(attempt)

    async def _apply_carefully(self, batch: Sequence[Incoming]) -> None:
        """Event by event; what fails is tried again a few times, its key's later events after it, and then parked."""
        left, any_good = list(batch), False
        for attempt in range(1, self._tries + 1):
            outcome = await self._pass(left, attempt, any_good=any_good)
            left, any_good = outcome.left, any_good or outcome.good > 0
            if not left:
                return
            await _pause(attempt)

    async def _pass(self, batch: Sequence[Incoming], attempt: int, *, any_good: bool) -> _Pass:
        """One transaction with a savepoint per event."""
        async with self._database.work() as work:
            this = _Pass(attempt >= self._tries, attempt, await self._parked(work, batch))
            for item in batch:
                await self._take_one(work, item, this)
            self._cap.judge(good=this.good, bad=this.bad, batch_had_good=any_good or this.good > 0)
        signals.events_parked.inc(this.bad)
        return this

    async def _take_one(self, work: Work, item: Incoming, this: _Pass) -> None:
        if item.key in this.parked:
            await queue(work, [item])
        elif item.key in this.held:
            this.left.append(item)
        elif failure := item.poison or await self._try(work, item):
            if not (this.last or item.poison):
                this.hold(item)
            elif await park(work, item, failure, this.attempt):
                this.parked.add(item.key)
                this.bad += 1
        else:
            this.good += 1

    async def _try(self, work: Work, item: Incoming) -> str | None:
        """The fingerprint of a failure, or None. Raises what says nothing about the event."""
        assert item.inbox_id is not None
        try:
            async with work.attempt():
                if await take(work, [item.inbox_id]):
                    await self._handle(work, item)
        except Exception as error:
            if is_transient(error):
                raise
            return fingerprint(error)
        return None

    async def _handle(self, work: Work, item: Incoming) -> None:
        envelope = item.envelope
        assert envelope is not None
        with processing_span(item.record, envelope, self._group):
            for handler in self._handlers.of(envelope.type):
                await handler(envelope.data, work, envelope)
        signals.events_handled.labels(envelope.type).inc()

    async def _parked(self, work: Work, batch: Sequence[Incoming]) -> set[str]:
        return await parked_among(work, batch[0].record.lane.topic, {item.key for item in batch})
