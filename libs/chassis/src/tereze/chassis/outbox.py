"""Decides how events wait beside the facts they tell, in the same transaction; must never write a row outside of one."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
import orjson

from tereze.contracts.events import Envelope

BUCKETS = 4
MAX_PAYLOAD_BYTES = 2 * 1024 * 1024

INSERT = """
INSERT INTO outbox (bucket, topic, key, headers, payload)
SELECT bucket, topic, key, headers, payload
FROM unnest($1::smallint[], $2::text[], $3::text[], $4::json[], $5::bytea[]) WITH ORDINALITY
     AS row (bucket, topic, key, headers, payload, place)
ORDER BY place
"""


class EventTooLarge(ValueError):
    """The event would not fit on the bus; a relay could never get past it."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One event as it waits: everything a relay needs, nothing to be computed later."""

    bucket: int
    topic: str
    key: str
    headers: str
    payload: bytes


def bucket_of(key: str) -> int:
    """The bucket whose relay keeps this key's order."""
    return zlib.crc32(key.encode()) % BUCKETS


def outbox_row(envelope: Envelope) -> OutboxRow:
    """An envelope as it waits in the outbox. Raises EventTooLarge."""
    payload = envelope.payload()
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise EventTooLarge(f"{envelope.type} is larger than {MAX_PAYLOAD_BYTES} bytes")
    headers = orjson.dumps(envelope.headers()).decode()
    return OutboxRow(bucket_of(envelope.key), envelope.data.topic, envelope.key, headers, payload)


def columns_of(rows: Sequence[OutboxRow]) -> tuple[list[object], ...]:
    """The rows' columns, as ``INSERT`` takes them."""
    return (
        [row.bucket for row in rows],
        [row.topic for row in rows],
        [row.key for row in rows],
        [row.headers for row in rows],
        [row.payload for row in rows],
    )


async def insert_rows(connection: asyncpg.Connection, rows: Sequence[OutboxRow]) -> None:
    """Write the rows in their order, in one statement of the open transaction."""
    await connection.execute(INSERT, *columns_of(rows))
