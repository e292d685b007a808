"""Decides whether an event has already had its effect; must never forget one that the bus may still bring again."""

from collections.abc import Collection
from uuid import UUID

from tereze.chassis.work import Work

_TAKE = """
INSERT INTO inbox (event_id) SELECT unnest($1::uuid[]) ON CONFLICT (event_id) DO NOTHING RETURNING event_id
"""


async def take(work: Work, event_ids: Collection[UUID]) -> set[UUID]:
    """Note events as handled by this transaction; returns those that were not handled before."""
    if not event_ids:
        return set()
    rows = await work.raw.fetch(_TAKE, list(event_ids))
    return {row["event_id"] for row in rows}
