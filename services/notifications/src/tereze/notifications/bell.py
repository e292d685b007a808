"""Decides who is woken when the log grew; must never be the only way to notice it (whoever waits also looks by the clock)."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg
import structlog

from tereze.chassis.database import Database, DatabaseUnavailable
from tereze.notifications.store.log import EVERYBODY, WAKE_CHANNEL

_PAUSE = 0.5
_CHECK_EVERY = 5.0
_log = structlog.get_logger()


class Bell:
    """Rings in this process when any process of the service commits to the log. One connection, opened when first needed."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None

    @contextmanager
    def heard_by(self, reader: str, database: Database) -> Iterator[asyncio.Event]:
        """An event that is set whenever something new may concern the reader (an agency id, or EVERYBODY for all of it)."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen(database))
        rung = asyncio.Event()
        self._waiting[reader].add(rung)
        try:
            yield rung
        finally:
            self._waiting[reader].discard(rung)
            if not self._waiting[reader]:
                del self._waiting[reader]

    async def silence(self) -> None:
        """Stop listening."""
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    def _ring(self, _connection: Any, _pid: int, _channel: str, names: object) -> None:
        told = str(names).split()
        readers = list(self._waiting) if told == [EVERYBODY] else [EVERYBODY, *told]
        for reader in readers:
            for rung in self._waiting.get(reader, ()):
                rung.set()

    async def _listen(self, database: Database) -> None:
        while True:
            try:
                connection = await database.connect()
            except DatabaseUnavailable:
                await asyncio.sleep(_PAUSE)
                continue
            try:
                await self._stay_on(connection)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                _log.warning("listening was cut", reason="database")
                await asyncio.sleep(_PAUSE)
            finally:
                connection.terminate()

    async def _stay_on(self, connection: asyncpg.Connection) -> None:
        """Listen until the connection breaks. What came meanwhile was missed, so everybody looks once."""
        await connection.add_listener(WAKE_CHANNEL, self._ring)
        self._ring(None, 0, WAKE_CHANNEL, EVERYBODY)
        while True:
            await asyncio.sleep(_CHECK_EVERY)
            await connection.execute("SELECT 1")
