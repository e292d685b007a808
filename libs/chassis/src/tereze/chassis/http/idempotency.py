"""Decides that one Idempotency-Key has one effect and one answer; must never remember an answer whose effect was rolled back.

The answer is written in the same transaction as the effect. It is stored encrypted, and requests are compared by a keyed
fingerprint, because either may hold what only this caller may see.
"""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from fastapi import Depends, Header, Request, Response

from tereze.chassis.http.callers import Principal
from tereze.chassis.http.refusals import (
    IdempotencyKeyInUse,
    IdempotencyKeyMalformed,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
)
from tereze.chassis.work import Work
from tereze.contracts.labels import Contract

if TYPE_CHECKING:
    from tereze.chassis.runtime import Runtime

KEPT_FOR = timedelta(days=30)
_LONGEST_KEY = 255
_PLACE = "idempotency.body"
_CLAIM = """
SELECT pg_try_advisory_xact_lock($1) AS free, kept.request_hash, kept.body
FROM (SELECT 1) AS once LEFT JOIN idempotency AS kept ON kept.scope = $2 AND kept.key = $3
"""
_WRITE = """
INSERT INTO idempotency (scope, key, request_hash, status, body, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (scope, key) DO NOTHING
"""
_EXPIRE = """
DELETE FROM idempotency
WHERE (scope, key) IN (SELECT scope, key FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT $2)
"""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A key as it was sent, and where it was sent to (method and path)."""

    value: str
    target: str


@dataclass(frozen=True)
class Reply:
    """An answer in the making: status, JSON body, headers."""

    status: int
    model: Contract | Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def content(self) -> str:
        """The body as JSON, or nothing."""
        if self.model is None:
            return ""
        return self.model.model_dump_json() if isinstance(self.model, Contract) else json.dumps(dict(self.model))

    def response(self) -> Response:
        """The answer as it leaves."""
        return Response(self.content, self.status, dict(self.headers), media_type="application/json")


async def read_key(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="A fresh random value for each new thing; the same one for each retry. Answers are kept for 30 days.",
        ),
    ] = None,
) -> IdempotencyKey:
    """The key of a request that must have one."""
    if idempotency_key is None:
        raise IdempotencyKeyRequired
    if len(request.headers.getlist("Idempotency-Key")) > 1:  # which one a retry would carry cannot be known
        raise IdempotencyKeyMalformed
    printable = idempotency_key.isascii() and idempotency_key.isprintable()
    if not printable or not 1 <= len(idempotency_key) <= _LONGEST_KEY:
        raise IdempotencyKeyMalformed
    return IdempotencyKey(value=idempotency_key, target=f"{request.method} {request.url.path}")


Idempotency = Annotated[IdempotencyKey, Depends(read_key)]


def _canonical(request_body: Contract | Mapping[str, Any] | None) -> str:
    plain = request_body.model_dump(mode="json") if isinstance(request_body, Contract) else request_body
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where an answer is kept: keyed fingerprints of who asked under which key, and of what was asked."""

    scope: str
    key: str
    request_hash: bytes

    @property
    def lock(self) -> int:
        """A number for PostgreSQL's advisory lock."""
        return int.from_bytes(sha256(f"{self.scope}|{self.key}".encode()).digest()[:8], "big", signed=True)


async def _claim(work: Work, slot: _Slot) -> Response | None:
    """The answer kept under the slot, or None: then the slot is this transaction's until it ends."""
    row = await work.raw.fetchrow(_CLAIM, slot.lock, slot.scope, slot.key)
    if row["body"] is None:
        if not row["free"]:
            raise IdempotencyKeyInUse
        return None
    if not hmac.compare_digest(bytes(row["request_hash"]), slot.request_hash):
        raise IdempotencyKeyReused
    kept = json.loads(work.runtime.vault.recall(_PLACE, bytes(row["body"])))
    headers = {**kept["headers"], "Idempotent-Replayed": "true"}
    return Response(kept["content"], kept["status"], headers, media_type="application/json")


def _keep(work: Work, slot: _Slot, reply: Reply) -> None:
    """Refused at the commit where the first request committed between our look and our lock: that undoes ours."""
    kept = orjson.dumps({"status": reply.status, "headers": dict(reply.headers), "content": reply.content})
    sealed = work.runtime.vault.keep(_PLACE, kept)
    values = (slot.scope, slot.key, slot.request_hash, reply.status, sealed, work.now)
    work.put_last(_WRITE, *values, or_else=IdempotencyKeyInUse)


async def once(
    key: IdempotencyKey,
    work: Work,
    caller: Principal,
    request_body: Contract | Mapping[str, Any] | None,
    produce: Callable[[], Awaitable[Reply]],
) -> Response:
    """Run ``produce`` for a key not seen before; otherwise give the first answer again.

    Raises IdempotencyKeyReused where the key came with another body or path, IdempotencyKeyInUse while the first request runs.
    A request that fails leaves no trace: its key may be used again.
    """
    blind = work.runtime.vault.blind
    slot = _Slot(
        scope=blind("idempotency-scope", caller.subject).hex(),
        key=blind("idempotency-key", key.value).hex(),
        request_hash=blind("idempotency-request", f"{key.target}\n{_canonical(request_body)}"),
    )
    replay = await _claim(work, slot)
    if replay is not None:
        return replay
    reply = await produce()
    _keep(work, slot, reply)
    return reply.response()


async def expire_keys(work: Work, *, at_most: int = 5_000) -> int:
    """Forget answers older than thirty days, the oldest first; returns how many."""
    tag: str = await work.raw.execute(_EXPIRE, work.now - KEPT_FOR, at_most)
    return int(tag.rpartition(" ")[2])


async def keep_expiring_keys(runtime: "Runtime", *, every: timedelta = timedelta(hours=1)) -> None:
    """A worker loop that forgets old answers until it is cancelled."""
    while True:
        async with runtime.database.work() as work:
            expired = await expire_keys(work)
        if expired == 0:
            await asyncio.sleep(every.total_seconds())
