"""Decides when rounds run and keeps loads moving between them; must never send under a lease that may have ended."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import structlog

from tereze.chassis.database import Database
from tereze.chassis.ids import new_id
from tereze.notifications.bell import Bell
from tereze.notifications.courier.parcel import Answer, Attempt, Load, Parcel, Report
from tereze.notifications.courier.posting import Poster
from tereze.notifications.courier.readers import Readers
from tereze.notifications.courier.rounds import Round, Rules
from tereze.notifications.store import lanes
from tereze.notifications.store.log import EVERYBODY

FRESH_FOR = 1.0  # seconds for which a decision to send may be acted on
BREATH = 0.004  # pause after a round, so that several events and answers share the next one
_AFTER_LOADS = 0.1
_FAREWELL = 3.0
_LONGEST_PAUSE = 2.0
_log = structlog.get_logger()


class Lease:
    """What one courier identity holds, and until when it may act on it. Time is ``time.monotonic()``."""

    def __init__(self, length: timedelta) -> None:
        self.courier_id = new_id("crr")
        self.length = length
        self._good_until = 0.0

    def renewed(self, asked_at: float) -> None:
        """A renewal asked for at this moment was committed."""
        self._good_until = asked_at + self.length.total_seconds()

    @property
    def good(self) -> bool:
        """Whether nobody else can have taken over yet."""
        return time.monotonic() < self._good_until


class Courier:
    """Carries what is lined up to its endpoints, many at once, one after the other within a case."""

    def __init__(
        self, database: Database, poster: Poster, bell: Bell, rules: Rules, *, lease: timedelta, poll: float
    ) -> None:
        self._database, self._poster, self._bell, self._rules = database, poster, bell, rules
        self._length, self._poll = lease, poll
        self._readers = Readers()
        self._lease = Lease(lease)
        self._in_flight: Counter[str] = Counter()
        self._reports: list[Report] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Carry until cancelled."""
        renewing = asyncio.create_task(self._renew_often())
        try:
            with self._bell.heard_by(EVERYBODY, self._database) as self._news:
                await self._rounds()
        finally:
            renewing.cancel()
            for task in self._sending:
                task.cancel()
            await asyncio.gather(renewing, *self._sending, return_exceptions=True)
            with suppress(Exception):
                async with asyncio.timeout(_FAREWELL):
                    await self._close()

    async def _rounds(self) -> None:
        pause = BREATH
        while True:
            self._news.clear()
            try:
                idle = await self._round()
            except Exception:  # noqa: BLE001 - whatever it was, deliveries go on; the operator sees it
                _log.exception("a round failed")
                self._lease = Lease(
                    self._length
                )  # whether it was committed is not known: let go of everything it leased
                pause = min(pause * 2 + 0.05, _LONGEST_PAUSE)
                await asyncio.sleep(pause)
                continue
            pause = BREATH
            await asyncio.sleep(BREATH)
            if not self._reports:
                with suppress(TimeoutError):
                    async with asyncio.timeout(idle):
                        await self._news.wait()

    async def _round(self) -> float:
        """Run one round; returns for how many seconds to wait for news before the next one."""
        if not self._lease.good:
            await self._take_out(Lease(self._length))
        reports, self._reports = self._reports, []
        try:
            async with self._database.work() as work:
                this = Round(work, self._lease.courier_id, self._rules, self._readers)
                loads, postponed = await this.run(reports, self._in_flight)
                due = None if loads else await lanes.next_due(work)
        except BaseException:
            self._reports = reports + self._reports
            raise
        self._reports += postponed
        for load in loads:
            self._send(load)
        if loads or due is None:
            return min(self._poll, _AFTER_LOADS if loads else self._poll)
        return min(self._poll, max(BREATH, (due - work.now).total_seconds()))

    async def _take_out(self, lease: Lease) -> None:
        await self._renew(lease)
        self._lease = lease

    def _send(self, load: Load) -> None:
        self._in_flight[load.lane[0]] += 1
        task = asyncio.create_task(self._carry(load, self._lease))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _carry(self, load: Load, lease: Lease) -> None:
        """Send the parcels of one lane in order, until one fails, the decision is stale or the lease is over."""
        attempts: list[Attempt] = []
        try:
            for parcel in load.parcels:
                if not lease.good or time.monotonic() - load.taken_up_at > FRESH_FOR:
                    break
                answer = await self._post(load, parcel)
                attempts.append(Attempt(parcel.waiting, answer))
                if not answer.delivered:
                    break
        finally:
            self._in_flight -= Counter({load.lane[0]: 1})
            self._reports.append(Report(load.lane, lease.courier_id, tuple(attempts)))
            self._news.set()

    async def _post(self, load: Load, parcel: Parcel) -> Answer:
        try:
            return await self._poster.post(load, parcel)
        except Exception:  # noqa: BLE001 - one event that cannot be sent is retried like any other, beside the rest
            _log.exception("a delivery could not be sent", event_id=parcel.waiting.entry.event_id)
            return Answer(error="not-sendable")

    async def _renew(self, lease: Lease) -> None:
        asked_at = time.monotonic()
        async with self._database.work() as work:
            await lanes.stay_alive(work, lease.courier_id, lease.length)
        lease.renewed(asked_at)

    async def _renew_often(self) -> None:
        while True:
            await asyncio.sleep(self._length.total_seconds() / 4)
            lease = self._lease
            if lease.good:
                try:
                    await self._renew(lease)
                except Exception:  # noqa: BLE001 - the lease runs out by itself; the next round takes out another
                    _log.exception("a lease was not renewed")

    async def _close(self) -> None:
        async with self._database.work() as work:
            await Round(work, self._lease.courier_id, self._rules, self._readers).close(self._reports)
