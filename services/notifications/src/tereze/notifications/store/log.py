"""Decides how events are kept, addressed and lined up for delivery in one statement; must never change or drop an event."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from tereze.chassis.exclusions import shown_to
from tereze.chassis.work import Work
from tereze.contracts.cases import CaseEvent
from tereze.contracts.events import Envelope

ENTRY_COLUMNS = """entry.seq, entry.event_id, entry.type, entry.key, entry.source, entry.time, entry.traceparent,
  entry.payload, entry.for_subscription"""
WAKE_CHANNEL = "tereze_log"
EVERYBODY = "*"
_LONGEST_NOTICE = 7_900  # PostgreSQL takes a little less than 8,000 bytes

LINE_UP = """
lined_up AS (
  INSERT INTO delivery (delivery_id, subscription_id, seq, lane_key, place, armed_at)
  SELECT 'dlv_' || left(encode(sha256(convert_to(wanted.subscription_id || wanted.event_id, 'UTF8')), 'hex'), 32),
    wanted.subscription_id, wanted.seq, wanted.key, wanted.version, {now}
  FROM wanted ORDER BY wanted.version
  ON CONFLICT (subscription_id, seq) DO NOTHING
  RETURNING subscription_id, lane_key
), lanes AS (
  INSERT INTO lane AS known (subscription_id, lane_key, due_at)
  SELECT DISTINCT subscription_id, lane_key, {now}::timestamptz FROM lined_up ORDER BY 1, 2
  ON CONFLICT (subscription_id, lane_key) DO UPDATE SET due_at = known.due_at  -- for the row lock: a round must not
  RETURNING 1                                                                  -- call the lane empty before we commit
)
"""

_RECORD = f"""
WITH entry AS (
  INSERT INTO log_entry (event_id, type, key, version, source, time, traceparent, payload)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  RETURNING seq, event_id, type, key, version
), reader AS (
  (SELECT agency_id FROM participant WHERE case_id = $3 AND until IS NULL UNION SELECT unnest($9::text[]))
  EXCEPT SELECT body_id FROM exclusion WHERE case_id = $3
), told AS (
  INSERT INTO addressed (agency_id, seq) SELECT reader.agency_id, entry.seq FROM reader, entry RETURNING 1
), wanted AS (
  SELECT target.subscription_id, entry.* FROM entry CROSS JOIN subscription AS target
  WHERE target.state = 'active' AND (target.types = '{{}}' OR entry.type = ANY (target.types))
    AND (target.oversees OR target.agency_id IN (SELECT agency_id FROM reader))
    AND {shown_to("$3", "target.agency_id", "target.created_by")}
), {LINE_UP.format(now="$10")}
SELECT pg_notify('{WAKE_CHANNEL}', CASE WHEN length(listed.names) < {_LONGEST_NOTICE} THEN listed.names ELSE '{EVERYBODY}' END)
FROM (SELECT coalesce(string_agg(agency_id, ' '), '-') AS names FROM reader) AS listed
"""  # noqa: S608 - constants of this module

_CATCH_UP = f"""
WITH told AS (
  INSERT INTO addressed (agency_id, seq)
  SELECT newcomer.agency_id, entry.seq
  FROM log_entry AS entry CROSS JOIN unnest($2::text[]) AS newcomer (agency_id)
  WHERE entry.key = $1 AND {shown_to("$1", "newcomer.agency_id")}
  ORDER BY entry.version
  ON CONFLICT DO NOTHING
  RETURNING agency_id, seq
), wanted AS (
  SELECT target.subscription_id, entry.seq, entry.event_id, entry.type, entry.key, entry.version
  FROM told JOIN log_entry AS entry USING (seq) JOIN subscription AS target USING (agency_id)
  WHERE target.state = 'active' AND NOT target.oversees
    AND {shown_to("$1", "target.agency_id", "target.created_by")}
    AND (target.types = '{{}}' OR entry.type = ANY (target.types))
), {LINE_UP.format(now="$3")}
SELECT count(*) FROM lanes
"""  # noqa: S608 - constants of this module


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it was received; ``key`` is its case. ``for_subscription`` marks a test event."""

    seq: int
    event_id: str
    type: str
    key: str
    source: str
    time: datetime
    traceparent: str | None
    payload: str
    for_subscription: str | None = None


async def record(work: Work, event: CaseEvent, envelope: Envelope, named: Iterable[str]) -> None:
    """Keep the event, address it to whoever takes part or is named, line it up for their subscriptions, wake the readers."""
    await work.raw.execute(
        _RECORD,
        envelope.id,
        envelope.type,
        event.case_id,
        event.case_version,
        envelope.source,
        envelope.time,
        envelope.traceparent,
        envelope.payload().decode(),
        list(named),
        work.now,
    )


async def catch_up(work: Work, case_id: str, newcomers: Collection[str]) -> None:
    """Tell newcomers the case from its first event, so that its versions have no gap for them either."""
    if newcomers:
        await work.raw.execute(_CATCH_UP, case_id, list(newcomers), work.now)
