"""Decides what is old enough to be forgotten; must never forget what a subscriber has not heard yet."""

from datetime import timedelta

from tereze.chassis.work import Work

_FORGET = """
WITH old AS (
  SELECT entry.seq FROM (SELECT seq, time FROM log_entry ORDER BY seq LIMIT $2) AS entry
  WHERE entry.time < $1 AND NOT EXISTS (
    SELECT 1 FROM delivery WHERE delivery.seq = entry.seq AND delivery.state = 'pending')
), deliveries AS (DELETE FROM delivery USING old WHERE delivery.seq = old.seq
), told AS (DELETE FROM addressed USING old WHERE addressed.seq = old.seq)
DELETE FROM log_entry USING old WHERE log_entry.seq = old.seq
"""


async def forget(work: Work, keep: timedelta, *, at_most: int) -> int:
    """Delete the oldest events that were kept long enough, with their deliveries; returns how many."""
    done: str = await work.raw.execute(_FORGET, work.now - keep, at_most)
    return int(done.rpartition(" ")[2])
