"""Decides which case of which subscription may have a delivery under way, and whose it is; must never let two couriers hold one lane."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from tereze.chassis.work import Work

LaneKey = tuple[str, str]
"""Subscription id and case id: within it, one delivery after the other."""

_CLAIM = """
WITH picked AS (
  SELECT free.subscription_id, free.lane_key
  FROM unnest($1::text[], $2::int[]) AS room (subscription_id, places) CROSS JOIN LATERAL (
    SELECT lane.subscription_id, lane.lane_key FROM lane
    WHERE lane.subscription_id = room.subscription_id AND lane.leased_by IS NULL AND lane.due_at <= $3
    ORDER BY lane.due_at LIMIT room.places FOR UPDATE SKIP LOCKED
  ) AS free
)
UPDATE lane SET leased_by = $4 FROM picked
WHERE lane.subscription_id = picked.subscription_id AND lane.lane_key = picked.lane_key
RETURNING lane.subscription_id, lane.lane_key
"""

_LOCK_HELD = """
SELECT lane.subscription_id, lane.lane_key
FROM lane JOIN unnest($1::text[], $2::text[]) AS asked (subscription_id, lane_key) USING (subscription_id, lane_key)
WHERE lane.leased_by = $3
ORDER BY lane.subscription_id, lane.lane_key FOR UPDATE OF lane SKIP LOCKED
"""

_STILL_HELD = """
SELECT lane.subscription_id, lane.lane_key
FROM lane JOIN unnest($1::text[], $2::text[]) AS asked (subscription_id, lane_key) USING (subscription_id, lane_key)
WHERE lane.leased_by = $3
"""

_LOCK_FREE = """
SELECT subscription_id, lane_key, due_at FROM lane WHERE subscription_id = $1 AND leased_by IS NULL
FOR UPDATE SKIP LOCKED
"""

_PUT_BACK = """
WITH back AS (
  SELECT given.*, EXISTS (
    SELECT 1 FROM delivery WHERE delivery.subscription_id = given.subscription_id
      AND delivery.lane_key = given.lane_key AND delivery.state = 'pending'
  ) AS waits
  FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS given (subscription_id, lane_key, due_at)
), emptied AS (
  DELETE FROM lane USING back
  WHERE lane.subscription_id = back.subscription_id AND lane.lane_key = back.lane_key AND NOT back.waits
)
UPDATE lane SET leased_by = NULL, due_at = back.due_at FROM back
WHERE lane.subscription_id = back.subscription_id AND lane.lane_key = back.lane_key AND back.waits
"""

_HURRY = """
UPDATE lane SET due_at = $2 FROM (
  SELECT subscription_id, lane_key FROM lane
  WHERE subscription_id = $1 AND leased_by IS NULL AND due_at > $2 FOR UPDATE SKIP LOCKED
) AS waiting
WHERE lane.subscription_id = waiting.subscription_id AND lane.lane_key = waiting.lane_key
"""

_NEXT_DUE = """
SELECT min(greatest(soonest.due_at, target.blocked_until))
FROM subscription AS target CROSS JOIN LATERAL (
  SELECT lane.due_at FROM lane WHERE lane.subscription_id = target.subscription_id AND lane.leased_by IS NULL
  ORDER BY lane.due_at LIMIT 1
) AS soonest
WHERE target.state = 'active'
"""

_STAY_ALIVE = """
INSERT INTO courier (courier_id, alive_until) VALUES ($1, clock_timestamp() + $2)
ON CONFLICT (courier_id) DO UPDATE SET alive_until = excluded.alive_until
"""

_FREE_ORPHANS = """
UPDATE lane SET leased_by = NULL FROM (
  SELECT subscription_id, lane_key FROM lane
  WHERE leased_by IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM courier WHERE courier.courier_id = lane.leased_by AND courier.alive_until >= clock_timestamp()
  ) FOR UPDATE OF lane SKIP LOCKED
) AS orphan
WHERE lane.subscription_id = orphan.subscription_id AND lane.lane_key = orphan.lane_key
"""


def _columns(keys: Iterable[LaneKey]) -> tuple[list[str], list[str]]:
    pairs = list(keys)
    return [subscription for subscription, _ in pairs], [case for _, case in pairs]


async def claim(work: Work, courier_id: str, room: Mapping[str, int]) -> list[LaneKey]:
    """Lease due lanes, at most so many for each subscription, the longest due first."""
    rows = await work.raw.fetch(_CLAIM, list(room), list(room.values()), work.now, courier_id)
    return [(row[0], row[1]) for row in rows]


async def lock_held(work: Work, courier_id: str, keys: Iterable[LaneKey]) -> set[LaneKey]:
    """Lock those of the lanes that this courier still holds; one that is locked at this moment is left out, never waited for."""
    return {(row[0], row[1]) for row in await work.raw.fetch(_LOCK_HELD, *_columns(keys), courier_id)}


async def still_held(work: Work, courier_id: str, keys: Iterable[LaneKey]) -> set[LaneKey]:
    """Those of the lanes that this courier still holds, locked by somebody or not."""
    return {(row[0], row[1]) for row in await work.raw.fetch(_STILL_HELD, *_columns(keys), courier_id)}


async def put_back(work: Work, due: Mapping[LaneKey, datetime]) -> None:
    """End the lease of locked lanes: a lane that still waits is due when given, an emptied one goes."""
    await work.raw.execute(_PUT_BACK, *_columns(due), list(due.values()))


async def clear_emptied(work: Work, subscription_id: str) -> None:
    """Forget lanes of a subscription in which nothing waits any more."""
    rows = await work.raw.fetch(_LOCK_FREE, subscription_id)
    await put_back(work, {(row["subscription_id"], row["lane_key"]): row["due_at"] for row in rows})


async def hurry(work: Work, subscription_id: str) -> None:
    """The endpoint answers again: whatever waited for a retry is due now."""
    await work.raw.execute(_HURRY, subscription_id, work.now)


async def next_due(work: Work) -> datetime | None:
    """When the next lane that nobody holds is due, at the earliest."""
    due: datetime | None = await work.raw.fetchval(_NEXT_DUE)
    return due


async def stay_alive(work: Work, courier_id: str, lease: timedelta) -> None:
    """Renew the lease of everything this courier holds, and free what dead couriers held."""
    await work.raw.execute(_STAY_ALIVE, courier_id, lease)
    await work.raw.execute(_FREE_ORPHANS)


async def retire(work: Work, courier_id: str) -> None:
    """End the courier's leases at once."""
    await work.raw.execute("DELETE FROM courier WHERE courier_id = $1 OR alive_until < clock_timestamp()", courier_id)
    await work.raw.execute(_FREE_ORPHANS)
