"""Decides when a transaction begins, commits and rolls back; must never report a commit that PostgreSQL did not confirm."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from tereze.chassis.outage import DatabaseUnavailable, is_outage
from tereze.chassis.work import Work

if TYPE_CHECKING:
    from tereze.chassis.runtime import Runtime

__all__ = ["CommitLost", "Database", "DatabaseUnavailable", "connect_with"]

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
    """One service's PostgreSQL, from one process."""

    def __init__(self, url: str, *, service: str, pool_size: int = 10) -> None:
        self.url = url
        self.service = service
        self.runtime: Runtime | None = None
        self.on_publish: Callable[[frozenset[int]], None] = lambda _: None
        # AUTOCOMMIT leaves BEGIN and COMMIT to this class, so that SQLAlchemy and plain asyncpg share one transaction
        self.engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect_with(url, service),
            isolation_level="AUTOCOMMIT",
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=CONNECT_SECONDS,
            pool_use_lifo=True,
        )

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """A transaction: commits on clean exit with its events, rolls back on any exception. Raises DatabaseUnavailable."""
        try:
            async with self.engine.connect() as db:
                raw = _driver_of(db)
                try:
                    work = await self._begin(db, raw)
                    yield work
                    news = await self._commit(work)
                except BaseException:
                    await _to_the_end(_roll_back(db, raw))
                    raise
        except DatabaseUnavailable:
            raise
        except Exception as error:
            if is_outage(error):
                raise DatabaseUnavailable("the database is away") from error
            raise
        if news:
            self.on_publish(news)

    async def connect(self, **session: str) -> asyncpg.Connection:
        """A connection of its own, outside the pool, for those who hold session locks. Raises DatabaseUnavailable."""
        try:
            return await connect_with(self.url, self.service, **session)()
        except Exception as error:
            if is_outage(error):
                raise DatabaseUnavailable("the database is away") from error
            raise

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.engine.dispose()

    async def _begin(self, db: AsyncConnection, raw: asyncpg.Connection) -> Work:
        await raw.execute("BEGIN")
        now = await raw.fetchval("SELECT tereze_now()")
        return Work(db, raw, now, service=self.service, runtime=self.runtime)

    async def _commit(self, work: Work) -> frozenset[int]:
        news = await work.flush()
        if await _to_the_end(work.raw.execute("COMMIT")) != "COMMIT":
            raise CommitLost
        return news


def _driver_of(db: AsyncConnection) -> asyncpg.Connection:
    assert db.sync_connection is not None
    return db.sync_connection.connection.driver_connection


async def _roll_back(db: AsyncConnection, raw: asyncpg.Connection) -> None:
    """Leave a clean connection behind, or none."""
    with suppress(Exception):
        if not raw.is_closed():
            async with asyncio.timeout(_ROLLBACK_SECONDS):
                await raw.execute("ROLLBACK")
            return
    with suppress(Exception):
        await db.invalidate()
