"""Decides how a wrong system looks (`python -m tereze.rig.ledger.mutants NAME MODULE …`); must never be reachable from product code."""

import asyncio
import runpy
import sys
from collections.abc import Callable, Mapping, Sequence

import asyncpg
import orjson

from tereze.chassis.broker import Outgoing, Record
from tereze.chassis.consumer import Consumer
from tereze.chassis.relay import Batch, Relay

_GAP_SECONDS = 0.05  # widens the window in which a kill shows the fault; the right order is safe with any gap
_CLAIM = """
SELECT position, topic, key, headers, payload, created_at FROM outbox
WHERE bucket = $1 ORDER BY position LIMIT 4 FOR UPDATE SKIP LOCKED
"""
_FORGET = "DELETE FROM outbox WHERE bucket = $1 AND position = ANY ($2)"


def mark_before_send() -> None:
    """The relay moves its cursor first and sends afterwards."""

    async def carry(self: Relay, batch: Batch) -> None:
        await self.mark(batch)
        await asyncio.sleep(_GAP_SECONDS)
        await self.send(batch)

    Relay.carry = carry  # type: ignore[method-assign]


def two_relays() -> None:
    """Every worker relays every bucket, sharing rows with SKIP LOCKED."""
    claimed: dict[int, tuple[asyncpg.transaction.Transaction, list[int]]] = {}

    async def claim_bucket(self: Relay) -> bool:  # noqa: ARG001 - whoever asks
        return True

    async def read_batch(self: Relay) -> Batch:
        transaction = self.connection.transaction()
        await transaction.start()
        rows = await self.connection.fetch(_CLAIM, self.bucket)
        claimed[self.bucket] = (transaction, [row["position"] for row in rows])
        if not rows:
            await transaction.rollback()
        messages = [Outgoing(row["topic"], row["key"], orjson.loads(row["headers"]), row["payload"]) for row in rows]
        return Batch(messages, self._cursor, rows[0]["created_at"] if rows else None)

    async def mark(self: Relay, batch: Batch) -> None:  # noqa: ARG001 - what was claimed
        transaction, positions = claimed[self.bucket]
        await self.connection.execute(_FORGET, self.bucket, positions)
        await transaction.commit()

    async def purge(self: Relay) -> int:  # noqa: ARG001 - the relay's own shape
        """What was sent is gone already."""
        return 0

    Relay.claim_bucket, Relay.read_batch = claim_bucket, read_batch  # type: ignore[method-assign]
    Relay.mark, Relay.purge = mark, purge  # type: ignore[method-assign]


def ack_before_commit() -> None:
    """The consumer commits its offsets first and the effect afterwards."""

    async def consume(self: Consumer, records: Sequence[Record]) -> None:
        batch = [item for record in records if (item := self._read(record)) is not None]
        await self.reader.commit({records[-1].lane: records[-1].offset + 1})
        await asyncio.sleep(_GAP_SECONDS)
        if batch:
            await self.apply(batch)

    Consumer.consume = consume  # type: ignore[method-assign]


MUTANTS: Mapping[str, Callable[[], None]] = {
    "ack-before-commit": ack_before_commit,
    "mark-before-send": mark_before_send,
    "two-relays": two_relays,
}


def main() -> None:
    """Alter the chassis of this process, then run the service's module as if nothing had happened."""
    name, module, *rest = sys.argv[1:]
    MUTANTS[name]()
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
