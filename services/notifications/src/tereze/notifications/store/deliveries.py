"""Decides how each event's way to each subscription is kept; must never send anything."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tereze.access import Actor
from tereze.chassis.exclusions import shown_to
from tereze.chassis.work import Work
from tereze.contracts.subscriptions import DeliveryState, DeliveryView
from tereze.notifications.store.lanes import LaneKey
from tereze.notifications.store.log import ENTRY_COLUMNS, Entry

NEWEST_OF_ALL = 2**63 - 1

_HEADS = f"""
SELECT head.number, head.lane_key, head.subscription_id, head.attempts, head.sequence, head.previous_event_id,
  {ENTRY_COLUMNS}
FROM unnest($1::text[], $2::text[], $3::int[]) AS asked (subscription_id, lane_key, most) CROSS JOIN LATERAL (
  SELECT delivery.* FROM delivery
  WHERE delivery.subscription_id = asked.subscription_id AND delivery.lane_key = asked.lane_key
    AND delivery.state = 'pending'
  ORDER BY delivery.place LIMIT asked.most
) AS head
JOIN log_entry AS entry ON entry.seq = head.seq
ORDER BY head.armed_at, head.lane_key, head.place
"""  # noqa: S608 - constants of this module

_SETTLE = """
UPDATE delivery SET state = result.state, attempts = delivery.attempts + 1, last_status = result.status,
  last_error = result.error, delivered_at = CASE WHEN result.state = 'delivered' THEN $5::timestamptz END
FROM unnest($1::bigint[], $2::text[], $3::int[], $4::text[]) AS result (number, state, status, error)
WHERE delivery.number = result.number AND delivery.state = 'pending'
"""

_WITHHOLD = "UPDATE delivery SET state = 'withheld' WHERE number = ANY ($1::bigint[]) AND state = 'pending'"

_WITHHOLD_CASE = """
UPDATE delivery SET state = 'withheld' FROM subscription AS target
WHERE delivery.lane_key = $1 AND delivery.state = 'pending' AND target.subscription_id = delivery.subscription_id
  AND (target.agency_id = ANY ($2::text[]) OR target.created_by = ANY ($2::text[]))
"""

_NUMBER = """
UPDATE delivery SET sequence = given.sequence, previous_event_id = given.previous
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS given (number, sequence, previous)
WHERE delivery.number = given.number
"""

_ABANDON = """
UPDATE delivery SET state = 'failed', last_error = $2
WHERE subscription_id = $1 AND state = 'pending' AND armed_at <= $3
"""

_NEWEST = f"""
SELECT delivery.number, delivery.delivery_id, delivery.state, delivery.sequence, delivery.attempts, delivery.last_status,
  delivery.last_error, delivery.delivered_at,
  CASE WHEN delivery.state = 'pending' THEN (
    SELECT lane.due_at FROM lane WHERE lane.subscription_id = $1 AND lane.lane_key = delivery.lane_key) END AS due_at,
  {ENTRY_COLUMNS}
FROM delivery JOIN log_entry AS entry ON entry.seq = delivery.seq
WHERE delivery.subscription_id = $1 AND delivery.number < $2 AND {shown_to("entry.key", "$4", "$5")}
ORDER BY delivery.number DESC LIMIT $3
"""  # noqa: S608 - constants of this module

_ENTRY = ("seq", "event_id", "type", "key", "source", "time", "traceparent", "payload", "for_subscription")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery at the head of its lane. ``sequence`` is None until its first attempt."""

    number: int
    lane: LaneKey
    entry: Entry
    attempts: int
    sequence: int | None
    previous_event_id: str | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What one attempt came to: delivered, still pending, or failed for good."""

    number: int
    state: DeliveryState
    status: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A delivery as it is listed, with the event it is about. ``number`` is its place in the list."""

    number: int
    view: DeliveryView
    entry: Entry


def entry_of(row: Mapping[str, object]) -> Entry:
    """The log entry inside a joined row."""
    return Entry(**{name: row[name] for name in _ENTRY})  # type: ignore[arg-type]  # columns of one query


async def heads(work: Work, most: Mapping[LaneKey, int]) -> list[Waiting]:
    """The first waiting deliveries of each lane, at most so many, in order within the lane."""
    subscriptions, keys = [lane[0] for lane in most], [lane[1] for lane in most]
    rows = await work.raw.fetch(_HEADS, subscriptions, keys, list(most.values()))
    return [
        Waiting(
            number=row["number"],
            lane=(row["subscription_id"], row["lane_key"]),
            entry=entry_of(row),
            attempts=row["attempts"],
            sequence=row["sequence"],
            previous_event_id=row["previous_event_id"],
        )
        for row in rows
    ]


async def settle(work: Work, results: Sequence[Settled]) -> None:
    """Record attempts. A delivery that is settled already stays as it is."""
    if results:
        await work.raw.execute(
            _SETTLE,
            [result.number for result in results],
            [result.state for result in results],
            [result.status for result in results],
            [result.error for result in results],
            work.now,
        )


async def withhold(work: Work, numbers: Sequence[int]) -> None:
    """Record that these may not be sent to their subscriber."""
    if numbers:
        await work.raw.execute(_WITHHOLD, numbers)


async def withhold_case(work: Work, case_id: str, bodies: Collection[str]) -> None:
    """Nothing of the case that waits for these agencies and persons is sent to them any more, nor counted as waiting."""
    await work.raw.execute(_WITHHOLD_CASE, case_id, list(bodies))


async def number(work: Work, given: Iterable[tuple[int, int, str | None]]) -> None:
    """Record (delivery, sequence, previous event id) of first attempts."""
    rows = list(given)
    if rows:
        await work.raw.execute(_NUMBER, [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])


async def abandon(work: Work, subscription_id: str, because: str, armed_before: datetime) -> int:
    """Give up everything that waits since before then; returns how many."""
    done: str = await work.raw.execute(_ABANDON, subscription_id, because, armed_before)
    return int(done.rpartition(" ")[2])


async def newest(work: Work, actor: Actor, subscription_id: str, *, before: int, limit: int) -> list[Listed]:
    """Deliveries of one subscription, newest first, from below ``before``; none of a case the actor is kept out of."""
    rows = await work.raw.fetch(_NEWEST, subscription_id, before, limit, actor.agency_id, actor.staff_id)
    return [Listed(number=row["number"], view=_view(row), entry=entry_of(row)) for row in rows]


def _view(row: Mapping[str, object]) -> DeliveryView:
    return DeliveryView.model_validate(
        {
            "delivery_id": row["delivery_id"],
            "event_id": row["event_id"],
            "type": row["type"],
            "state": DeliveryState(str(row["state"])),
            "sequence": row["sequence"],
            "attempts": row["attempts"],
            "next_attempt_at": row["due_at"],
            "last_status": row["last_status"],
            "last_error": row["last_error"],
            "delivered_at": row["delivered_at"],
        }
    )
