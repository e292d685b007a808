"""Decides in which order waiting events reach Kafka and when they count as sent; must never mark before the broker acknowledged.

One relay carries one bucket of keys. What is new is told by snapshots: every row that this statement sees and the last finished
one did not. Rows of a transaction that commits late are therefore never stepped over, and because whoever writes a key's second
event has seen its first one committed, position order inside such a window is the order of each key.
"""

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import datetime

import asyncpg
import orjson

from tereze.chassis.broker import Outgoing, Publisher
from tereze.chassis.database import Database
from tereze.chassis.outage import outages_told
from tereze.chassis.signals import outbox_carried
from tereze.chassis.wakeup import CHANNEL, Wakeup

BATCH = 1000
_LOCK_SPACE = 0x7E7E  # first half of the advisory lock's key; the bucket is the second
_STANDBY_SECONDS = 1.0
_POLL_SECONDS = 0.2
_PURGE_SECONDS = 20.0
_PURGE_ROWS = 20_000
_SESSION = {
    "synchronous_commit": "off",  # a mark lost in a crash only means that a batch is sent twice
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
}

_CURSOR = """
SELECT version, done::text, doing::text, position, cluster <> (SELECT system_identifier FROM pg_control_system()) AS moved
FROM outbox_cursor WHERE bucket = $1
"""
_FIRST_CURSOR = """
INSERT INTO outbox_cursor (bucket, done, cluster) SELECT $1, '1:1:', system_identifier FROM pg_control_system()
ON CONFLICT (bucket) DO NOTHING
"""
# after a restore into another server old transaction ids mean nothing there: send again what the outbox still holds
_START_OVER = """
WITH stamped AS (UPDATE outbox SET xid = pg_current_xact_id() WHERE bucket = $1)
UPDATE outbox_cursor
SET version = version + 1, done = '1:1:', doing = NULL, position = 0,
    cluster = (SELECT system_identifier FROM pg_control_system())
WHERE bucket = $1
"""
_FRESH = """
WITH fresh AS MATERIALIZED (
    SELECT position FROM outbox
    WHERE bucket = $1 AND xid >= pg_snapshot_xmin($2::text::pg_snapshot)
      AND NOT pg_visible_in_snapshot(xid, $2::text::pg_snapshot)
), batch AS (
    SELECT outbox.position, topic, key, headers, payload, created_at
    FROM (SELECT position FROM fresh ORDER BY position LIMIT $3) AS next
    JOIN outbox ON outbox.bucket = $1 AND outbox.position = next.position
)
SELECT batch.*, seen.snapshot
FROM (SELECT pg_current_snapshot()::text AS snapshot) AS seen LEFT JOIN batch ON true
ORDER BY batch.position
"""
_MORE = """
SELECT position, topic, key, headers, payload, created_at
FROM outbox
WHERE bucket = $1 AND position > $2 AND NOT pg_visible_in_snapshot(xid, $3::text::pg_snapshot)
  AND pg_visible_in_snapshot(xid, $4::text::pg_snapshot)
ORDER BY position LIMIT $5
"""
_MARK = """
UPDATE outbox_cursor
SET version = version + 1, done = $3::text::pg_snapshot, doing = $4::text::pg_snapshot, position = $5,
    moved_at = clock_timestamp()
WHERE bucket = $1 AND version = $2
"""
_PURGE = """
DELETE FROM outbox WHERE bucket = $1 AND position = ANY (ARRAY(
    SELECT position FROM (
        SELECT position, created_at FROM outbox
        WHERE bucket = $1 AND xid < pg_snapshot_xmin($2::text::pg_snapshot) ORDER BY xid LIMIT $4
    ) AS oldest
    WHERE created_at < clock_timestamp() - make_interval(mins => $3)))
"""


class CursorMoved(Exception):
    """Another relay moved this bucket's cursor: ours is no longer the one."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a bucket is carried: everything visible in ``done``; and, of what ``doing`` adds to it, up to ``position``."""

    version: int
    done: str
    doing: str | None
    position: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages to carry, and where the cursor stands once they are."""

    messages: list[Outgoing]
    then: Cursor
    oldest: datetime | None


class Relay:
    """Carries one bucket of one service's outbox to Kafka, alone."""

    def __init__(
        self, database: Database, publisher: Publisher, wakeup: Wakeup, bucket: int, *, keep_minutes: int = 15
    ) -> None:
        self.bucket = bucket
        self.leading = False
        self._database, self._publisher, self._wakeup = database, publisher, wakeup
        self._keep_minutes = keep_minutes
        self._connection: asyncpg.Connection | None = None
        self._cursor = Cursor(0, "1:1:", None, 0)

    @property
    def connection(self) -> asyncpg.Connection:
        """The connection that holds the bucket's lock."""
        assert self._connection is not None
        return self._connection

    async def run(self) -> None:
        """Carry until cancelled. Raises what went wrong with database or broker; starting again is safe."""
        self._connection = await self._database.connect(**_SESSION)
        try:
            with outages_told():
                await self._stand_by()
                self.leading = True
                self._wakeup.answer_here(self.bucket, yes=True)
                await self.connection.add_listener(CHANNEL, self._wakeup.heard)
                await self.load_cursor()
                await self._carry_on()
        finally:
            self.leading = False
            self._wakeup.answer_here(self.bucket, yes=False)
            self._connection.terminate()  # frees the lock, whatever state we are in
            await self._publisher.close()

    async def _stand_by(self) -> None:
        while True:
            if await self.claim_bucket():
                return
            await asyncio.sleep(_STANDBY_SECONDS)

    async def claim_bucket(self) -> bool:
        """Become the bucket's only relay; held until the connection ends."""
        held = await self.connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", _LOCK_SPACE, self.bucket)
        return bool(held)

    async def load_cursor(self) -> None:
        """Read how far this bucket was carried, by whomever."""
        await self.connection.execute(_FIRST_CURSOR, self.bucket)
        row = await self.connection.fetchrow(_CURSOR, self.bucket)
        if row["moved"]:
            await self.connection.execute(_START_OVER, self.bucket)
            row = await self.connection.fetchrow(_CURSOR, self.bucket)
        self._cursor = Cursor(row["version"], row["done"], row["doing"], row["position"])

    async def read_batch(self) -> Batch:
        """The next events in order; empty when everything that is committed has been carried."""
        cursor = self._cursor
        if cursor.doing is not None:
            rows = await self.connection.fetch(_MORE, self.bucket, cursor.position, cursor.done, cursor.doing, BATCH)
            seen = cursor.doing
        else:
            found = await self.connection.fetch(_FRESH, self.bucket, cursor.done, BATCH)
            seen = found[0]["snapshot"]
            rows = [row for row in found if row["position"] is not None]
        if len(rows) < BATCH:
            then = replace(cursor, done=seen, doing=None, position=0)
        else:
            then = replace(cursor, doing=seen, position=rows[-1]["position"])
        messages = [Outgoing(row["topic"], row["key"], orjson.loads(row["headers"]), row["payload"]) for row in rows]
        return Batch(messages, then, rows[0]["created_at"] if rows else None)

    async def send(self, batch: Batch) -> None:
        """Hand a batch to Kafka; returns when all of it is acknowledged."""
        await self._publisher.publish(batch.messages)

    async def mark(self, batch: Batch) -> None:
        """Move the cursor behind a batch. Raises CursorMoved."""
        then = batch.then
        moved = await self.connection.execute(
            _MARK, self.bucket, self._cursor.version, then.done, then.doing, then.position
        )
        if moved != "UPDATE 1":
            raise CursorMoved(f"bucket {self.bucket}")
        self._cursor = replace(then, version=self._cursor.version + 1)

    async def carry(self, batch: Batch) -> None:
        """Send, then mark: never the other way round."""
        await self.send(batch)
        await self.mark(batch)

    async def purge(self) -> int:
        """Forget rows that were carried a while ago, a bounded number at a time; returns how many."""
        outcome: str = await self.connection.execute(
            _PURGE, self.bucket, self._cursor.done, self._keep_minutes, _PURGE_ROWS
        )
        return int(outcome.rsplit(" ", 1)[1])

    async def _carry_on(self) -> None:
        purge_at = 0.0
        while True:
            batch = await self.read_batch()
            if batch.messages:
                await self.carry(batch)
                outbox_carried.inc(len(batch.messages))
            else:
                midway, self._cursor = (
                    self._cursor.doing,
                    batch.then,
                )  # an empty window is done; the next mark records it
                if midway is None:
                    await self._wakeup.wait(self.bucket, at_most=_POLL_SECONDS)
            if time.monotonic() > purge_at:
                purged = await self.purge()
                purge_at = time.monotonic() + (1.0 if purged else _PURGE_SECONDS)
