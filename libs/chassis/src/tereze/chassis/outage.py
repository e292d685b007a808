"""Decides which failures pass by themselves and which are ours to mend; must never call a defect transient."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError

_CONNECTION_CODES = ("08", "57P")  # connection exceptions; administrator shutdown, crash, cannot connect now
_CAPACITY_CODES = ("53",)  # too many connections, disk full, out of memory
_RIVALRY_CODES = ("40", "55P03", "57014")  # serialization, deadlock; lock not available; query cancelled by a timeout


class DatabaseUnavailable(Exception):
    """PostgreSQL cannot be reached, or went away before it said whether it committed. Try again after a while."""

    retry_after_seconds = 2


class Contention(DatabaseUnavailable):
    """Two transactions waited for each other and this one gave way. Try again at once."""

    retry_after_seconds = 1


class Transient(Exception):
    """A handler says: nothing is wrong with the event, try again soon (something it needs is away)."""


_BROKEN_CONNECTION = (
    DatabaseUnavailable,
    ConnectionError,
    asyncpg.InternalClientError,  # what the driver says of a connection that died at an awkward moment
)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or (seen.orig if isinstance(seen, DBAPIError) else None)


def _has_code(error: BaseException, prefixes: tuple[str, ...]) -> bool:
    return any(str(getattr(cause, "sqlstate", "") or "").startswith(prefixes) for cause in _causes(error))


def is_outage(error: BaseException) -> bool:
    """Whether the database itself is away, full or shutting down."""
    if _has_code(error, _CONNECTION_CODES + _CAPACITY_CODES):
        return True
    return any(isinstance(cause, _BROKEN_CONNECTION) or _says_closed(cause) for cause in _causes(error))


def _says_closed(cause: BaseException) -> bool:
    """InterfaceError is the driver's word for wrong use and for a closed connection alike."""
    return isinstance(cause, asyncpg.InterfaceError) and not isinstance(cause, ValueError) and "closed" in str(cause)


def is_rivalry(error: BaseException) -> bool:
    """Whether two transactions got in each other's way: the same work alone will succeed."""
    return _has_code(error, _RIVALRY_CODES)


def is_transient(error: BaseException) -> bool:
    """Whether trying again unchanged makes sense."""
    return isinstance(error, (Transient, TimeoutError)) or is_outage(error) or is_rivalry(error)


@contextmanager
def outages_told() -> Iterator[None]:
    """Whatever the driver calls it: a database that is away is DatabaseUnavailable, a lost race is Contention."""
    try:
        yield
    except DatabaseUnavailable:
        raise
    except Exception as error:
        if is_rivalry(error):
            raise Contention("another transaction was in the way") from error
        if is_outage(error):
            raise DatabaseUnavailable("the database is away") from error
        raise
