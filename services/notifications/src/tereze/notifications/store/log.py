"""Decides how events are kept, addressed and lined up for delivery in one statement; must never change or drop an event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tereze.chassis.exclusions import shown_to
from tereze.chassis.work import Work
from tereze.contracts.cases import CaseEvent
from tereze.contracts.events import Envelope
from tereze.notifications.store.participants import Newcomer

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
  FROM wanted ORDER BY wanted.seq
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
  SELECT event_id, type, key, version, source, time, traceparent, payload
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::timestamptz[], $7::text[], $8::text[])
    WITH ORDINALITY AS heard (event_id, type, key, version, source, time, traceparent, payload, place)
  ORDER BY place
  RETURNING seq, event_id, type, key, version
), reader AS (
  SELECT seq, agency_id FROM (
    SELECT entry.seq, entry.key, known.agency_id FROM entry JOIN participant AS known ON known.case_id = entry.key
    WHERE known.case_id = ANY ($3::text[]) AND known.until IS NULL  -- said twice, so that the index is used
    UNION SELECT entry.seq, entry.key, named.agency_id
    FROM unnest($9::text[], $10::text[]) AS named (event_id, agency_id) JOIN entry USING (event_id)
  ) AS concerned WHERE {shown_to("concerned.key", "concerned.agency_id")}
), told AS (
  INSERT INTO addressed (agency_id, seq) SELECT agency_id, seq FROM reader ORDER BY seq RETURNING 1
), wanted AS (
  SELECT target.subscription_id, entry.* FROM entry CROSS JOIN subscription AS target
  WHERE target.state = 'active' AND (target.types = '{{}}' OR entry.type = ANY (target.types))
    AND (target.oversees OR (entry.seq, target.agency_id) IN (SELECT seq, agency_id FROM reader))
    AND {shown_to("entry.key", "target.agency_id", "target.created_by")}
), {LINE_UP.format(now="$11")}
SELECT pg_notify('{WAKE_CHANNEL}', CASE WHEN length(listed.names) < {_LONGEST_NOTICE} THEN listed.names ELSE '{EVERYBODY}' END)
FROM (SELECT coalesce(string_agg(DISTINCT agency_id, ' '), '-') AS names FROM reader) AS listed
"""  # noqa: S608 - constants of this module

_CATCH_UP = f"""
WITH told AS (
  INSERT INTO addressed (agency_id, seq)
  SELECT newcomer.agency_id, entry.seq
  FROM unnest($1::text[], $2::text[]) AS newcomer (case_id, agency_id) JOIN log_entry AS entry ON entry.key = newcomer.case_id
  WHERE {shown_to("newcomer.case_id", "newcomer.agency_id")}
  ORDER BY entry.key, entry.version
  ON CONFLICT DO NOTHING
  RETURNING agency_id, seq
), wanted AS (
  SELECT target.subscription_id, entry.seq, entry.event_id, entry.type, entry.key, entry.version
  FROM told JOIN log_entry AS entry USING (seq) JOIN subscription AS target USING (agency_id)
  WHERE target.state = 'active' AND NOT target.oversees
    AND {shown_to("entry.key", "target.agency_id", "target.created_by")}
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


@dataclass(frozen=True, slots=True)
class Heard:
    """An event of a case as it came, with the agencies it names."""

    event: CaseEvent
    envelope: Envelope
    named: frozenset[str]


async def record(work: Work, heard: Sequence[Heard]) -> None:
    """Keep the events in their order, address each to whoever takes part or is named, line them up for their subscriptions, wake the readers."""
    if not heard:
        return
    rows = [_row(each) for each in heard]
    named = [(each.envelope.id, agency) for each in heard for agency in sorted(each.named)]
    await work.raw.execute(
        _RECORD,
        *(list(column) for column in zip(*rows, strict=True)),
        [event_id for event_id, _ in named],
        [agency for _, agency in named],
        work.now,
    )


def _row(heard: Heard) -> tuple[object, ...]:
    event, envelope = heard.event, heard.envelope
    payload = envelope.payload().decode()
    return (
        envelope.id, envelope.type, event.case_id, event.case_version, envelope.source, envelope.time,
        envelope.traceparent, payload,
    )  # fmt: skip


async def catch_up(work: Work, newcomers: Iterable[Newcomer]) -> None:
    """Tell newcomers their case from its first event, so that its versions have no gap for them either."""
    pairs = [(each.case_id, each.agency_id) for each in dict.fromkeys(newcomers)]
    if pairs:
        await work.raw.execute(_CATCH_UP, [case_id for case_id, _ in pairs], [agency for _, agency in pairs], work.now)
