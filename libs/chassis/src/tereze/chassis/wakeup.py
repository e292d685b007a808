"""Decides how a relay hears at once that there is something to carry; must never be the only way it finds out (it also polls)."""

import asyncio
from contextlib import suppress

import asyncpg

from tereze.chassis.database import Database, DatabaseUnavailable
from tereze.chassis.outbox import BUCKETS

CHANNEL = "tereze_outbox"
_RETRY_SECONDS = 1.0


class Wakeup:
    """Rings the relays of this process directly, and those of other processes through PostgreSQL, a moment after the commit.

    NOTIFY inside the business transaction would serialise all commits of the database; here it is a transaction of its own, and
    rings that come while one is under way are gathered into the next.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bells = {bucket: asyncio.Event() for bucket in range(BUCKETS)}
        self._here: set[int] = set()
        self._far: set[int] = set()
        self._asked = asyncio.Event()

    def ring(self, buckets: frozenset[int]) -> None:
        """There is news in these buckets."""
        for bucket in buckets:
            self._bells[bucket].set()
        away = buckets - self._here
        if away:
            self._far |= away
            self._asked.set()

    def answer_here(self, bucket: int, *, yes: bool) -> None:
        """Whether a relay of this process carries the bucket."""
        if yes:
            self._here.add(bucket)
        else:
            self._here.discard(bucket)

    async def wait(self, bucket: int, *, at_most: float) -> None:
        """Return at the next ring for the bucket, or after ``at_most`` seconds."""
        bell = self._bells[bucket]
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                await bell.wait()
        bell.clear()

    def heard(self, _connection: object, _pid: int, _channel: str, payload: str) -> None:
        """What PostgreSQL calls for a notification: the buckets, as digits."""
        for digit in payload.split(","):
            if digit.isdigit() and int(digit) in self._bells:
                self._bells[int(digit)].set()

    async def run(self) -> None:
        """Carry rings to other processes until cancelled; an outage only delays them to the next poll."""
        while True:
            await self._asked.wait()
            try:
                connection = await self._database.connect(synchronous_commit="off")
            except DatabaseUnavailable:
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            try:
                with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                    await self._carry(connection)
            finally:
                connection.terminate()

    async def _carry(self, connection: asyncpg.Connection) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            buckets, self._far = self._far, set()
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, ",".join(map(str, sorted(buckets))))
