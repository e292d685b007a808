"""Decides which events follow a place in a reader's log, and that none committed late is skipped; must never decide what may be seen.

A place is (transaction, position). Transactions commit in another order than they began, so a page ends before the oldest
transaction that still runs: what it may yet commit comes after everything handed out so far.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tereze.chassis.exclusions import shown_to
from tereze.chassis.work import Work
from tereze.notifications.store.deliveries import entry_of
from tereze.notifications.store.log import ENTRY_COLUMNS, Entry

_SAFE = "< pg_snapshot_xmin(pg_current_snapshot())"

_ADDRESSED = f"""
SELECT told.xid::text AS xid, told.position, {ENTRY_COLUMNS}
FROM addressed AS told JOIN log_entry AS entry USING (seq)
WHERE told.agency_id = $1 AND (told.xid, told.position) > ($2::text::xid8, $3) AND told.xid {_SAFE}
  AND ($4::text[] = '{{}}' OR entry.type = ANY ($4::text[])) AND {shown_to("entry.key", "$1", "$6")}
ORDER BY told.xid, told.position LIMIT $5
"""  # noqa: S608 - constants of this module

_WHOLE = f"""
SELECT entry.xid::text AS xid, entry.seq AS position, {ENTRY_COLUMNS}
FROM log_entry AS entry
WHERE entry.for_subscription IS NULL AND (entry.xid, entry.seq) > ($1::text::xid8, $2) AND entry.xid {_SAFE}
  AND ($3::text[] = '{{}}' OR entry.type = ANY ($3::text[])) AND {shown_to("entry.key", "$5", "$6")}
ORDER BY entry.xid, entry.seq LIMIT $4
"""  # noqa: S608 - constants of this module

_PLACE_ADDRESSED = """
SELECT told.xid::text AS xid, told.position FROM addressed AS told JOIN log_entry AS entry USING (seq)
WHERE told.agency_id = $1 AND entry.event_id = $2
"""

_PLACE_WHOLE = (
    "SELECT xid::text AS xid, seq AS position FROM log_entry WHERE event_id = $1 AND for_subscription IS NULL"
)

_UNSAFE = """
SELECT EXISTS (SELECT 1 FROM addressed WHERE agency_id = $1 AND xid >= pg_snapshot_xmin(pg_current_snapshot()))
"""

_UNSAFE_WHOLE = "SELECT EXISTS (SELECT 1 FROM log_entry WHERE for_subscription IS NULL AND xid >= pg_snapshot_xmin(pg_current_snapshot()))"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a reader stands. Places of one reader grow with time."""

    xid: int
    position: int


BEGINNING = Place(0, 0)


@dataclass(frozen=True, slots=True)
class Found:
    """An event and its place."""

    place: Place
    entry: Entry


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose log is read: what is addressed to an agency, or all of it; without the cases the agency or the person is kept out of."""

    agency_id: str
    staff_id: str
    whole: bool


async def place_of(work: Work, scope: Scope, event_id: str) -> Place | None:
    """Where an event stands in this reader's log; None where it does not."""
    if scope.whole:
        row = await work.raw.fetchrow(_PLACE_WHOLE, event_id)
    else:
        row = await work.raw.fetchrow(_PLACE_ADDRESSED, scope.agency_id, event_id)
    return Place(int(row["xid"]), row["position"]) if row else None


async def following(work: Work, scope: Scope, after: Place, types: Sequence[str], limit: int) -> list[Found]:
    """The next events after a place, in order. ``types`` empty: of every type."""
    place = (str(after.xid), after.position, types, limit)
    if scope.whole:
        rows = await work.raw.fetch(_WHOLE, *place, scope.agency_id, scope.staff_id)
    else:
        rows = await work.raw.fetch(_ADDRESSED, scope.agency_id, *place, scope.staff_id)
    return [Found(Place(int(row["xid"]), row["position"]), entry_of(row)) for row in rows]


async def more_is_settling(work: Work, scope: Scope) -> bool:
    """Whether something is committed that may not be handed out yet, because an older transaction still runs."""
    if scope.whole:
        settling: bool = await work.raw.fetchval(_UNSAFE_WHOLE)
    else:
        settling = await work.raw.fetchval(_UNSAFE, scope.agency_id)
    return settling
