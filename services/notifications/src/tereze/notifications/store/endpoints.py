"""Decides how each subscriber's endpoint stands: its circuit, its numbering, its end; must never touch another subscriber's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tereze.chassis.work import Work
from tereze.contracts.subscriptions import SubscriptionState
from tereze.notifications.domain.circuit import Circuit

_LOCK = """
SELECT subscription_id, agency_id, created_by, url, secret, state, last_sequence, last_event_id,
  failures, failing_since, failed_at, blocked_until
FROM subscription AS target
WHERE subscription_id = ANY ($1::text[]) OR (
  state = 'active' AND (blocked_until IS NULL OR blocked_until <= $2) AND EXISTS (
    SELECT 1 FROM lane WHERE lane.subscription_id = target.subscription_id AND leased_by IS NULL AND due_at <= $2)
)
ORDER BY subscription_id FOR NO KEY UPDATE
"""

_SAVE = """
UPDATE subscription AS target SET last_sequence = given.last_sequence, last_event_id = given.last_event_id,
  failures = given.failures, failing_since = given.failing_since, failed_at = given.failed_at,
  blocked_until = given.blocked_until
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::int[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[])
  AS given (subscription_id, last_sequence, last_event_id, failures, failing_since, failed_at, blocked_until)
WHERE target.subscription_id = given.subscription_id
"""

_END = """
UPDATE subscription SET state = 'ended', ended_because = $2, version = version + 1
WHERE subscription_id = $1 AND state = 'active'
"""

_DEAD_ENDPOINTS = """
SELECT subscription_id, agency_id, failed_at FROM subscription
WHERE state = 'active' AND failed_at - failing_since >= $1
ORDER BY subscription_id FOR NO KEY UPDATE SKIP LOCKED
"""

_STRANDED = """
SELECT DISTINCT subscription_id FROM lane JOIN subscription USING (subscription_id) WHERE state <> 'active'
"""

_OLDEST = """
SELECT subscription_id, min(armed_at) AS since, count(*) AS pending FROM delivery WHERE state = 'pending'
GROUP BY subscription_id
"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One subscription as its deliveries need it, its row locked."""

    subscription_id: str
    agency_id: str
    created_by: str
    url: str
    secret: bytes  # sealed
    active: bool
    last_sequence: int
    last_event_id: str | None
    circuit: Circuit


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much one subscriber has not heard yet, and since when."""

    subscription_id: str
    since: datetime
    pending: int


async def lock_endpoints(work: Work, touched: Iterable[str]) -> dict[str, Endpoint]:
    """Lock the named subscriptions and every one with something due; always before any lane, in one order everywhere."""
    rows = await work.raw.fetch(_LOCK, list(touched), work.now)
    return {
        row["subscription_id"]: Endpoint(
            subscription_id=row["subscription_id"],
            agency_id=row["agency_id"],
            created_by=row["created_by"],
            url=row["url"],
            secret=row["secret"],
            active=row["state"] == SubscriptionState.ACTIVE,
            last_sequence=row["last_sequence"],
            last_event_id=row["last_event_id"],
            circuit=Circuit(row["failures"], row["failing_since"], row["failed_at"], row["blocked_until"]),
        )
        for row in rows
    }


async def save_endpoints(work: Work, changed: Iterable[Endpoint]) -> None:
    """Record numbering and circuits of locked subscriptions."""
    rows = list(changed)
    if rows:
        await work.raw.execute(
            _SAVE,
            [row.subscription_id for row in rows],
            [row.last_sequence for row in rows],
            [row.last_event_id for row in rows],
            [row.circuit.failures for row in rows],
            [row.circuit.failing_since for row in rows],
            [row.circuit.failed_at for row in rows],
            [row.circuit.blocked_until for row in rows],
        )


async def end(work: Work, subscription_id: str, because: str) -> None:
    """End a locked subscription, with its reason."""
    await work.raw.execute(_END, subscription_id, because)


async def failing_for(work: Work, patience: timedelta) -> list[tuple[str, str, datetime]]:
    """Lock and name active subscriptions whose endpoint was asked in vain for so long, each with its agency and when it last was."""
    return [(row[0], row[1], row[2]) for row in await work.raw.fetch(_DEAD_ENDPOINTS, patience)]


async def stranded(work: Work) -> list[str]:
    """Ended subscriptions that still have something lined up."""
    return [row[0] for row in await work.raw.fetch(_STRANDED)]


async def backlogs(work: Work) -> list[Backlog]:
    """What each subscriber has not heard yet."""
    return [Backlog(row["subscription_id"], row["since"], row["pending"]) for row in await work.raw.fetch(_OLDEST)]
