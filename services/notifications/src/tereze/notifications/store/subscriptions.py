"""Decides how subscriptions are kept and found, always within one agency; must never hand out a secret."""

from collections.abc import Sequence
from dataclasses import dataclass

from asyncpg import Record

from tereze.chassis.work import Work
from tereze.contracts.subscriptions import CreateSubscription, SubscriptionState, SubscriptionView

_COLUMNS = """
SELECT target.*, waiting.pending, waiting.oldest FROM subscription AS target CROSS JOIN LATERAL (
  SELECT count(*) AS pending, min(armed_at) AS oldest FROM delivery
  WHERE delivery.subscription_id = target.subscription_id AND delivery.state = 'pending'
) AS waiting
WHERE target.agency_id = $1 AND target.deleted_at IS NULL
"""

_INSERT = """
INSERT INTO subscription (subscription_id, agency_id, created_by, oversees, url, types, description, state, created_at, secret)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'active', $8, $9)
"""

_DELETE = """
UPDATE subscription SET state = 'ended', ended_because = $2, deleted_at = $3, version = version + 1
WHERE subscription_id = $1 AND deleted_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A subscription as its agency may see it, with its version."""

    view: SubscriptionView
    version: int


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """What is kept of a new subscription; ``secret`` is sealed."""

    subscription_id: str
    agency_id: str
    created_by: str
    oversees: bool
    wish: CreateSubscription
    secret: bytes


def _known(row: Record) -> Known:
    view = SubscriptionView(
        subscription_id=row["subscription_id"],
        agency_id=row["agency_id"],
        url=row["url"],
        types=tuple(row["types"]),
        description=row["description"],
        state=SubscriptionState(row["state"]),
        ended_because=row["ended_because"],
        created_at=row["created_at"],
        pending=row["pending"],
        oldest_pending_at=row["oldest"],
    )
    return Known(view, row["version"])


async def count(work: Work, agency_id: str) -> int:
    """How many subscriptions of the agency are active."""
    await work.lock(f"subscriptions:{agency_id}")
    found: int = await work.raw.fetchval(
        "SELECT count(*) FROM subscription WHERE agency_id = $1 AND state = 'active'", agency_id
    )
    return found


async def insert(work: Work, new: NewSubscription) -> None:
    """Keep a new, active subscription."""
    await work.raw.execute(
        _INSERT,
        new.subscription_id,
        new.agency_id,
        new.created_by,
        new.oversees,
        new.wish.url,
        list(new.wish.types),
        new.wish.description,
        work.now,
        new.secret,
    )


async def find(work: Work, agency_id: str, subscription_id: str) -> Known | None:
    """One subscription of the agency; None where it is not the agency's or was deleted."""
    row = await work.raw.fetchrow(f"{_COLUMNS} AND target.subscription_id = $2", agency_id, subscription_id)
    return _known(row) if row else None


async def lock(work: Work, agency_id: str, subscription_id: str) -> bool:
    """Lock the agency's subscription: before any lane, as everywhere. False where it is not the agency's."""
    found = await work.raw.fetchval(
        "SELECT true FROM subscription WHERE subscription_id = $1 AND agency_id = $2 FOR NO KEY UPDATE",
        subscription_id,
        agency_id,
    )
    return bool(found)


async def oversees(work: Work, subscription_id: str) -> bool:
    """Whether it was made by someone whose role sees every case."""
    found: bool = await work.raw.fetchval(
        "SELECT oversees FROM subscription WHERE subscription_id = $1", subscription_id
    )
    return found


async def page(work: Work, agency_id: str, *, after: str, limit: int) -> Sequence[Known]:
    """Subscriptions of the agency in the order of their making."""
    query = f"{_COLUMNS} AND target.subscription_id > $2 ORDER BY target.subscription_id LIMIT $3"
    return [_known(row) for row in await work.raw.fetch(query, agency_id, after, limit)]


async def delete(work: Work, subscription_id: str, because: str) -> None:
    """End a locked subscription for good; what was delivered stays on record."""
    await work.raw.execute(_DELETE, subscription_id, because, work.now)
