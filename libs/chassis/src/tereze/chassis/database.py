"""Decides when a transaction begins, commits and rolls back; must never report a commit that PostgreSQL did not confirm."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg
import orjson
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from tereze.chassis.outage import Contention, DatabaseUnavailable, is_outage, outages_told
from tereze.chassis.work import Work

if TYPE_CHECKING:
    from tereze.chassis.runtime import Runtime

__all__ = ["CommitLost", "Contention", "Database", "DatabaseUnavailable", "connect_with"]

CONNECT_SECONDS = 5.0
_ROLLBACK_SECONDS = 5.0
_SESSION = {
    "idle_in_transaction_session_timeout": "30s",
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "timezone": "UTC",
    "jit": "off",
}
_KEEPALIVE = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"}

T = TypeVar("T")
Connect = Callable[..., Awaitable[asyncpg.Connection]]


class CommitLost(Exception):
    """The transaction had already failed when it was to commit: an error inside it was swallowed."""


def connect_with(url: str, service: str, **session: str) -> Connect:
    """How every connection of a service is opened. ``session`` overrides PostgreSQL session settings."""
    settings = {**_SESSION, **_KEEPALIVE, "application_name": f"tereze.{service}", **session}

    async def connect(*_: Any, **__: Any) -> asyncpg.Connection:
        try:
            return await asyncpg.connect(url, timeout=CONNECT_SECONDS, server_settings=settings)
        except (OSError, TimeoutError) as error:
            raise DatabaseUnavailable("nobody answers at the database's address") from error

    return connect


async def _to_the_end(coroutine: Coroutine[Any, Any, T]) -> T:
    """Await something that must not be left half-done: a cancellation waits until it is over."""
    task = asyncio.ensure_future(coroutine)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


class Database:
    """One service's PostgreSQL, from one process: at most ``pool_size`` connections at work, kept open for the next ones."""

    def __init__(
        self, url: str, *, service: str, pool_size: int = 10, session: Mapping[str, str] | None = None
    ) -> None:
        self.url = url
        self.service = service
        self._session = dict(session or {})
        self.runtime: Runtime | None = None
        self.on_publish: Callable[[frozenset[int]], None] = lambda _: None
        self._pool_size = pool_size
        self._places = asyncio.Semaphore(pool_size)
        self._idle: list[AsyncConnection] = []  # the last one used is the next one used
        # AUTOCOMMIT leaves BEGIN and COMMIT to this class, so that SQLAlchemy and plain asyncpg share one transaction
        self.engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect_with(url, service, **self._session),
            isolation_level="AUTOCOMMIT",
            json_deserializer=orjson.loads,
            poolclass=NullPool,  # connections are kept here: handing one to SQLAlchemy's pool and back costs as much as a query
        )

    @asynccontextmanager
    async def work(self, *opening: object) -> AsyncIterator[Work]:
        """A transaction: commits on clean exit with its events, rolls back on any exception. Raises DatabaseUnavailable.

        ``opening``: a query for one row and its values, read in one go with the time; see ``Work.opened``.
        """
        with outages_told():
            await self._take_place()
            try:
                work = await self._begin(opening)
                try:
                    yield work
                    news = await self._commit(work)
                except BaseException:
                    await _to_the_end(_roll_back(work))
                    raise
                finally:
                    await self._keep(work)
            finally:
                self._places.release()
        if news:
            self.on_publish(news)

    async def connect(self, **session: str) -> asyncpg.Connection:
        """A connection of its own, outside the pool, for those who hold session locks. Raises DatabaseUnavailable."""
        with outages_told():
            return await connect_with(self.url, self.service, **{**self._session, **session})()

    async def close(self) -> None:
        """Close every kept connection."""
        while self._idle:
            await self._idle.pop().close()
        await self.engine.dispose()

    async def _take_place(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS if self._places.locked() else None):
                await self._places.acquire()
        except TimeoutError as error:
            raise DatabaseUnavailable("every connection is at work") from error

    async def _begin(self, opening: tuple[object, ...]) -> Work:
        """Open a transaction, passing over kept connections that died while nobody used them: nothing is lost by that."""
        for spare in range(self._pool_size, -1, -1):
            db = self._idle.pop() if self._idle else await self.engine.connect()
            work = Work(db, _driver_of(db), service=self.service, runtime=self.runtime)
            try:
                await work.raw.execute("BEGIN")
                await _open(work, opening)
            except BaseException as error:
                await _to_the_end(_discard(db))
                if not (spare and isinstance(error, Exception) and is_outage(error)):
                    raise
            else:
                return work
        raise DatabaseUnavailable("every kept connection is dead")

    async def _commit(self, work: Work) -> frozenset[int]:
        await work.settle()
        news = await work.flush()
        if await _to_the_end(work.raw.execute("COMMIT")) != "COMMIT":
            raise CommitLost
        return news

    async def _keep(self, work: Work) -> None:
        """Keep the connection for the next transaction, if it is fit for one."""
        try:
            if work.db.in_transaction():  # SQLAlchemy was used, and does not see our COMMIT
                await _to_the_end(work.db.rollback())
        finally:
            if work.raw.is_closed() or work.raw.is_in_transaction():
                await _to_the_end(_discard(work.db))
            else:
                self._idle.append(work.db)


def _driver_of(db: AsyncConnection) -> asyncpg.Connection:
    assert db.sync_connection is not None
    return db.sync_connection.connection.driver_connection


async def _open(work: Work, opening: tuple[object, ...]) -> None:
    """Read the time and, with it, what was asked for."""
    if not opening:
        work.now = await work.raw.fetchval("SELECT tereze_now()")
        return
    query, *values = opening
    work.opened = await work.raw.fetchrow(
        f"SELECT tereze_now() AS now, opened.* FROM (SELECT) AS once LEFT JOIN LATERAL ({query}) AS opened ON true",  # noqa: S608 - ours
        *values,
    )
    work.now = work.opened["now"]


async def _roll_back(work: Work) -> None:
    """Leave a clean connection behind, or none."""
    with suppress(Exception):
        async with asyncio.timeout(_ROLLBACK_SECONDS):
            await work.raw.execute("ROLLBACK")
        return
    work.raw.terminate()


async def _discard(db: AsyncConnection) -> None:
    with suppress(Exception):
        await db.invalidate()
    with suppress(Exception):
        await db.close()
