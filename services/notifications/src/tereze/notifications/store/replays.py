"""Decides how events are lined up once more, or for a test; must never reorder a case."""

from datetime import datetime

from tereze.chassis.exclusions import shown_to
from tereze.chassis.work import Work
from tereze.notifications.store.feed import Place, Scope
from tereze.notifications.store.log import EVERYBODY, LINE_UP, WAKE_CHANNEL

_MAKER = "(SELECT created_by FROM subscription WHERE subscription_id = $1)"
_ADDRESSED = f"""
SELECT entry.seq, entry.event_id, entry.key, entry.version
FROM addressed AS told JOIN log_entry AS entry USING (seq)
WHERE told.agency_id = $3 AND (told.xid, told.position) > ($4::text::xid8, $5)
  AND {shown_to("entry.key", "$3", _MAKER)}
"""  # noqa: S608 - constants of this module
_WHOLE = f"""
SELECT entry.seq, entry.event_id, entry.key, entry.version FROM log_entry AS entry
WHERE entry.for_subscription IS NULL AND (entry.xid, entry.seq) > ($4::text::xid8, $5)
  AND {shown_to("entry.key", "$3", _MAKER)}
"""  # noqa: S608 - constants of this module

_REPLAY = """
WITH armed AS (
  INSERT INTO delivery AS known (delivery_id, subscription_id, seq, lane_key, place, armed_at)
  SELECT 'dlv_' || left(encode(sha256(convert_to($1 || wanted.event_id, 'UTF8')), 'hex'), 32),
    $1, wanted.seq, wanted.key, wanted.version, $2
  FROM ({wanted} AND ($6::text[] = '{{}}' OR entry.type = ANY ($6::text[]))) AS wanted
  ORDER BY wanted.key, wanted.version
  ON CONFLICT (subscription_id, seq) DO UPDATE SET state = 'pending', attempts = 0, armed_at = excluded.armed_at,
    sequence = NULL, previous_event_id = NULL, last_status = NULL, last_error = NULL, delivered_at = NULL
    WHERE known.state <> 'pending'
  RETURNING lane_key
), lanes AS (
  INSERT INTO lane AS known (subscription_id, lane_key, due_at)
  SELECT DISTINCT $1, lane_key, $2::timestamptz FROM armed ORDER BY 2
  ON CONFLICT (subscription_id, lane_key) DO UPDATE SET due_at = excluded.due_at
)
SELECT count(*) FROM armed
"""

_TEST = f"""
WITH entry AS (
  INSERT INTO log_entry (event_id, type, key, version, source, time, traceparent, payload, for_subscription)
  VALUES ($1, $2, $3, $4, '/tereze/notifications', $5, $6, $7, $3)
  RETURNING seq, event_id, key, version
), wanted AS (
  SELECT entry.key AS subscription_id, entry.* FROM entry
), {LINE_UP.format(now="$5")}
SELECT count(*) FROM lanes
"""  # noqa: S608 - constants of this module


async def replay(work: Work, subscription_id: str, scope: Scope, after: Place, types: tuple[str, ...]) -> int:
    """Line up again whatever follows a place in the subscriber's log; what is still on its way stays. Returns how many."""
    query = _REPLAY.format(wanted=_WHOLE if scope.whole else _ADDRESSED)
    armed: int = await work.raw.fetchval(
        query, subscription_id, work.now, scope.agency_id, str(after.xid), after.position, types
    )
    await _ring(work)
    return armed


async def line_up_test(
    work: Work, subscription_id: str, *, event_id: str, event_type: str, payload: str, traceparent: str | None
) -> None:
    """Line up an event that is for this subscription only."""
    place = _microseconds(work.now)
    await work.raw.execute(_TEST, event_id, event_type, subscription_id, place, work.now, traceparent, payload)
    await _ring(work)


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


async def _ring(work: Work) -> None:
    await work.raw.execute("SELECT pg_notify($1, $2)", WAKE_CHANNEL, EVERYBODY)
