"""Decides how parked events are tried again or given up by people; must never give one up on one person's word."""

import orjson

from tereze.chassis.handlers import Handlers
from tereze.chassis.inbox import take
from tereze.chassis.incoming import decode, fingerprint
from tereze.chassis.outage import is_transient
from tereze.chassis.parking import unpark
from tereze.chassis.work import Work

_LOCK_KEY = "SELECT 1 FROM parked_key WHERE topic = $1 AND key = $2 FOR UPDATE"
_WAITING = """
SELECT id, headers::text AS headers, payload FROM parked_event
WHERE topic = $1 AND key = $2 AND state IN ('failed', 'queued') ORDER BY id LIMIT $3
"""
_SETTLE = "UPDATE parked_event SET state = $2, settled_at = $3 WHERE id = $1"
_FAILED = """
UPDATE parked_event
SET state = 'failed', fingerprint = $2, attempts = attempts + 1, last_failed_at = $3,
    first_failed_at = coalesce(first_failed_at, $3)
WHERE id = $1
"""
_RENAME = "UPDATE parked_key SET fingerprint = $3 WHERE topic = $1 AND key = $2"
_ACT = "INSERT INTO parking_act (parked_event_id, act, actor, reason, at) VALUES ($1, $2, $3, $4, $5)"
_ONE = "SELECT topic, key FROM parked_event WHERE id = $1 AND state IN ('failed', 'queued')"
_ASKED_BY = """
SELECT actor FROM parking_act WHERE parked_event_id = $1 AND act = 'discard asked' ORDER BY id DESC LIMIT 1
"""
_REPLAY_AT_MOST = 1_000


class NotParked(LookupError):
    """Nothing waits under this topic and key, or this event."""


async def replay(work: Work, handlers: Handlers, *, topic: str, key: str, actor: str, reason: str) -> bool:
    """Try a parked key's events again, in order; True once none waits any more. Stops at the first that still fails."""
    if await work.raw.fetchval(_LOCK_KEY, topic, key) is None:
        raise NotParked(f"{topic} {key}")
    for row in await work.raw.fetch(_WAITING, topic, key, _REPLAY_AT_MOST):
        await _act(work, row["id"], "replay", actor, reason)
        try:
            async with work.attempt():
                await _handle(work, handlers, row["headers"], row["payload"])
        except Exception as error:
            if is_transient(error):
                raise
            await work.raw.execute(_FAILED, row["id"], fingerprint(error), work.now)
            await work.raw.execute(_RENAME, topic, key, fingerprint(error))
            return False
        await work.raw.execute(_SETTLE, row["id"], "replayed", work.now)
    return await _unpark_when_empty(work, topic, key)


async def discard(work: Work, *, event: int, actor: str, reason: str) -> bool:
    """Give up one parked event: False while it is only noted and another person has to agree, True once it is given up."""
    row = await work.raw.fetchrow(_ONE, event)
    if row is None:
        raise NotParked(f"event {event}")
    await work.raw.fetchval(_LOCK_KEY, row["topic"], row["key"])
    asked_by = await work.raw.fetchval(_ASKED_BY, event)
    if asked_by is None or asked_by == actor:
        await _act(work, event, "discard asked", actor, reason)
        return False
    await _act(work, event, "discarded", actor, reason)
    await work.raw.execute(_SETTLE, event, "discarded", work.now)
    await _unpark_when_empty(work, row["topic"], row["key"])
    return True


async def _handle(work: Work, handlers: Handlers, headers: str, payload: bytes | None) -> None:
    envelope, inbox_id = decode(orjson.loads(headers), payload)
    if await take(work, [inbox_id]):
        for handler in handlers.of(envelope.type):
            await handler(envelope.data, work, envelope)


async def _unpark_when_empty(work: Work, topic: str, key: str) -> bool:
    if await work.raw.fetch(_WAITING, topic, key, 1):
        return False
    await unpark(work, topic, key)
    return True


async def _act(work: Work, event: int, act: str, actor: str, reason: str) -> None:
    await work.raw.execute(_ACT, event, act, actor, reason, work.now)
