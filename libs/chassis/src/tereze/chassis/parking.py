"""Decides how a key whose event cannot be handled waits in order, visibly; must never let a later event of that key overtake."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from tereze.chassis.ids import lasting_id
from tereze.chassis.incoming import Incoming
from tereze.chassis.work import Work
from tereze.contracts.operations import EventParked, EventUnparked, OperationEvent

_PARKED_AMONG = "SELECT key FROM parked_key WHERE topic = $1 AND key = ANY($2::text[])"
_ANY_PARKED = f"SELECT EXISTS ({_PARKED_AMONG}) AS any_parked"
_HOLD = _PARKED_AMONG + " FOR SHARE"
_KEEP = """
INSERT INTO parked_event
    (topic, key, partition, "offset", headers, payload, state, fingerprint, attempts, first_failed_at, last_failed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
ON CONFLICT ON CONSTRAINT parked_event_once DO NOTHING RETURNING id
"""
_PARK_KEY = "INSERT INTO parked_key (topic, key, fingerprint) VALUES ($1, $2, $3) ON CONFLICT (topic, key) DO NOTHING"
_UNPARK = "DELETE FROM parked_key WHERE topic = $1 AND key = $2"
_LIST = """
SELECT parked_key.topic, parked_key.key, parked_key.fingerprint, parked_key.parked_at,
       count(parked_event.id) AS waiting, coalesce(max(parked_event.attempts), 0) AS attempts,
       min(parked_event.first_failed_at) AS first_failed_at, max(parked_event.last_failed_at) AS last_failed_at,
       min(parked_event.id) AS first_event
FROM parked_key LEFT JOIN parked_event
     ON parked_event.topic = parked_key.topic AND parked_event.key = parked_key.key
    AND parked_event.state IN ('failed', 'queued')
GROUP BY parked_key.topic, parked_key.key ORDER BY parked_key.parked_at
"""

_RECENT = "SELECT count(*) FROM parked_key WHERE parked_at > clock_timestamp() - interval '10 minutes'"


@dataclass(frozen=True, slots=True)
class ParkedKey:
    """One key that waits. ``first_event`` is the parked event the others queue behind."""

    topic: str
    key: str
    fingerprint: str
    parked_at: datetime
    waiting: int
    attempts: int
    first_failed_at: datetime | None
    last_failed_at: datetime | None
    first_event: int | None


def to_open_with(topic: str, keys: Collection[str]) -> tuple[object, ...]:
    """What to begin a transaction with (``Database.work``) in which ``parked_among`` is asked for these keys, and for no others."""
    return _ANY_PARKED, topic, list(keys)


async def parked_among(work: Work, topic: str, keys: Collection[str]) -> set[str]:
    """Which of these keys are parked; the answer holds until the transaction ends."""
    if work.opened is not None and not work.opened["any_parked"]:
        return set()
    rows = await work.raw.fetch(_PARKED_AMONG, topic, list(keys))
    if rows:  # rare: ask again under lock, so that a replay either sees what we queue or has finished before
        rows = await work.raw.fetch(_HOLD, topic, list(keys))
    return {row["key"] for row in rows}


async def queue(work: Work, items: Iterable[Incoming]) -> None:
    """Put events of parked keys behind what is already parked."""
    for item in items:
        await _keep(work, item, "queued", None, 0)


async def park(work: Work, item: Incoming, fingerprint: str, attempts: int) -> bool:
    """Park an event and with it its key; False where the same record was settled before."""
    if await _keep(work, item, "failed", fingerprint, attempts) is None:
        return False
    topic = item.record.lane.topic
    await work.raw.execute(_PARK_KEY, topic, item.key, fingerprint)
    if topic != OperationEvent.topic:  # a duty about a duty would never end
        work.publish(
            EventParked(
                duty_id=_duty_of(work, topic, item.key),
                service=work.service,
                parked_topic=topic,
                parked_key=item.key,
                fingerprint=fingerprint,
                parked_at=work.now,
            )
        )
    return True


async def unpark(work: Work, topic: str, key: str) -> None:
    """Nothing of the key waits any more."""
    await work.raw.execute(_UNPARK, topic, key)
    if topic != OperationEvent.topic:
        work.publish(EventUnparked(duty_id=_duty_of(work, topic, key), service=work.service, unparked_at=work.now))


def _duty_of(work: Work, topic: str, key: str) -> str:
    return lasting_id("dty", work.service, topic, key)


async def _keep(work: Work, item: Incoming, state: str, fingerprint: str | None, attempts: int) -> int | None:
    record = item.record
    kept: int | None = await work.raw.fetchval(
        _KEEP,
        record.lane.topic,
        item.key,
        record.lane.partition,
        record.offset,
        orjson.dumps(record.headers).decode(),
        record.payload,
        state,
        fingerprint,
        attempts,
        work.now if fingerprint else None,
    )
    return kept


async def parked_keys(work: Work) -> Sequence[ParkedKey]:
    """Every key that waits, the longest first."""
    return [ParkedKey(**row) for row in await work.raw.fetch(_LIST)]


async def recently_parked(work: Work) -> int:
    """How many keys were parked in the last minutes, by whichever process."""
    return int(await work.raw.fetchval(_RECENT))
