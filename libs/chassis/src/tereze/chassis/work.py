"""Decides what one transaction may do: read, write, publish, set deadlines; must never commit (``Database.work`` does)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from tereze.chassis.closing import Last, write_last
from tereze.chassis.ids import EVENT_PREFIX, new_id
from tereze.chassis.outbox import OutboxRow, insert_rows, outbox_row
from tereze.chassis.timers import Timers
from tereze.chassis.tracing import current_traceparent
from tereze.contracts.events import Envelope, Event

if TYPE_CHECKING:
    from tereze.chassis.runtime import Runtime

T = TypeVar("T")

_LOCK = """
SELECT pg_advisory_xact_lock(lock)
FROM (SELECT DISTINCT hashtextextended(name, 0) AS lock FROM unnest($1::text[]) AS name ORDER BY lock) AS sorted
"""


class Work:
    """One open transaction. ``db`` is SQLAlchemy Core, ``raw`` the same connection in asyncpg for hot paths."""

    now: datetime
    """Domain time (UTC) of this transaction, from the database's clock."""
    opened: asyncpg.Record | None
    """What ``Database.work`` was asked to read first; its columns are None where nothing was found."""

    def __init__(
        self, db: AsyncConnection, raw: asyncpg.Connection, *, service: str, runtime: "Runtime | None"
    ) -> None:
        self.db = db
        self.raw = raw
        self.timers = Timers(raw)
        self.service = service
        self._runtime = runtime
        self.opened: asyncpg.Record | None = None
        self._rows: list[OutboxRow] = []
        self._last: list[Last] = []
        self._put_off: dict[Callable[[Work, list[Any]], Awaitable[None]], list[Any]] = {}

    @property
    def runtime(self) -> "Runtime":
        """The process this transaction runs in: settings, vault, sealer."""
        assert self._runtime is not None, "this Database serves no Runtime"
        return self._runtime

    def publish(self, event: Event) -> str:
        """Tell a fact when this transaction commits; returns the event's id. The trace in force goes with it."""
        event_id = new_id(EVENT_PREFIX)
        envelope = Envelope(event_id, f"/tereze/{self.service}", self.now, event, current_traceparent())
        self._rows.append(outbox_row(envelope))
        return event_id

    def put_off(self, do: "Callable[[Work, list[T]], Awaitable[None]]", item: T) -> None:
        """Leave something to ``do``, which gets all that was left to it, in the order it came, before this transaction commits.

        Whoever must see the effect of what came before calls ``settle`` first. A failure of ``do`` is the transaction's.
        """
        self._put_off.setdefault(do, []).append(item)

    async def settle(self) -> None:
        """Do now what was put off so far."""
        while self._put_off:
            left, self._put_off = self._put_off, {}
            for do, items in left.items():
                await do(self, items)

    def put_last(self, insert: str, *values: object, or_else: type[Exception] | None = None) -> None:
        """Leave an INSERT that nothing in this transaction reads: all of them go out with the outbox's rows, just before the commit.

        ``or_else`` is raised then, and undoes the transaction, where it inserts nothing (``ON CONFLICT DO NOTHING``).
        """
        self._last.append(Last(insert, values, or_else))

    async def lock(self, *names: str) -> None:
        """Hold these names until the transaction ends; taken in one order everywhere, so two takers never deadlock."""
        if names:
            await self.raw.execute(_LOCK, list(names))

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Try something: if it raises, its writes and events are undone and the transaction stays usable.

        What it puts off is part of it; what was put off before is not, and is done first.
        """
        await self.settle()
        told, left = len(self._rows), len(self._last)
        await self.raw.execute("SAVEPOINT attempt")
        try:
            yield
            await self.settle()
        except BaseException:
            del self._rows[told:], self._last[left:]
            self._put_off.clear()
            await self.raw.execute("ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt")
            raise
        await self.raw.execute("RELEASE SAVEPOINT attempt")

    async def flush(self) -> frozenset[int]:
        """Write what was left for last, and what was published into the outbox; returns the buckets that have news."""
        rows, self._rows = self._rows, []
        last, self._last = self._last, []
        if last:
            await write_last(self.raw, last, rows)
        elif rows:
            await insert_rows(self.raw, rows)
        return frozenset(row.bucket for row in rows)
