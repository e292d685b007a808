"""Decides when a failed delivery is tried again and when it is given up; must never read a clock or a random number itself."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_HOUR = 3600.0
SCHEDULE: tuple[float, ...] = (0.0, 5.0, 300.0, 1800.0, 2 * _HOUR, 5 * _HOUR, *(10 * _HOUR for _ in range(9)))
"""Seconds before each attempt after the one before it. Even with every jitter at its shortest it spans more than 72 hours."""

JITTER = 0.2
LONGEST_RETRY_AFTER = timedelta(hours=24)


def pause_before_retry(failed_attempts: int, schedule: Sequence[float], chance: float) -> timedelta | None:
    """How long to wait after so many failed attempts; None: given up. ``chance`` in [0, 1) spreads it by ±20 %."""
    if failed_attempts >= len(schedule):
        return None
    return timedelta(seconds=schedule[failed_attempts] * (1 - JITTER + 2 * JITTER * chance))


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """What a ``Retry-After`` header asks for (seconds or an HTTP date), at most a day; None where it asks for nothing."""
    if header is None:
        return None
    seconds = _seconds(header.strip(), now)
    if seconds is None or seconds <= 0:
        return None
    return min(timedelta(seconds=min(seconds, 1e9)), LONGEST_RETRY_AFTER)


def _seconds(header: str, now: datetime) -> float | None:
    if header.isascii() and header.isdecimal():
        return float(header)
    try:
        date = parsedate_to_datetime(header)
    except (TypeError, ValueError, OverflowError):
        return None
    return ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds()
