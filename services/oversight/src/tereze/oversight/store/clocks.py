"""Decides how clocks are kept and counted; must never be asked for more than the caller may see."""

from collections.abc import Sequence

from tereze.access import Actor
from tereze.chassis.exclusions import shown_to
from tereze.chassis.turns import turns
from tereze.chassis.work import Work
from tereze.contracts.words import ClockKind, ClockState
from tereze.oversight.domain.standing import Clock, News, Standing

_KEEP = """
INSERT INTO clock (clock_id, case_id, case_version, agency_id, kind, state, started_at, due_at, breached_at, stopped_at, escalations)
SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[],
                     $9::timestamptz[], $10::timestamptz[], $11::int[])
ON CONFLICT (clock_id) DO UPDATE
SET case_version = excluded.case_version, agency_id = excluded.agency_id,
    state = CASE WHEN excluded.state = 'running' THEN clock.state ELSE excluded.state END,  -- a clock never begins to run anew
    due_at = excluded.due_at, breached_at = coalesce(clock.breached_at, excluded.breached_at),
    stopped_at = coalesce(excluded.stopped_at, clock.stopped_at), escalations = clock.escalations + excluded.escalations
WHERE clock.case_version < excluded.case_version
"""
_BOARD = f"""
SELECT agency_id, kind,
       count(*) FILTER (WHERE state = 'running') AS running,
       count(*) FILTER (WHERE state = 'breached' OR (state = 'cancelled' AND breached_at IS NOT NULL)) AS unanswered,
       count(*) FILTER (WHERE state = 'met') AS met,
       count(*) FILTER (WHERE state = 'met_late') AS met_late,
       coalesce(sum(escalations), 0) AS escalations,
       min(due_at) FILTER (WHERE state = 'running') AS next_due_at,
       min(due_at) FILTER (WHERE state = 'breached') AS oldest_breach_due_at
FROM clock
WHERE ($1::text IS NULL OR agency_id = $1) AND ($2::text IS NULL OR kind = $2) AND {shown_to("clock.case_id", "$3", "$4")}
GROUP BY agency_id, kind ORDER BY unanswered DESC, agency_id, kind
"""  # noqa: S608 - constants of this module


async def keep_clocks(work: Work, told: Sequence[tuple[Clock, News]]) -> None:
    """Remember what events say, in their order, unless later news of the same matter is kept already."""
    for turn in turns(told, lambda each: each[0].clock_id):
        rows = [_row(clock, news) for clock, news in sorted(turn, key=lambda each: each[0].clock_id)]
        await work.raw.execute(_KEEP, *(list(column) for column in zip(*rows, strict=True)))


def _row(clock: Clock, news: News) -> tuple[object, ...]:
    return (
        clock.clock_id, clock.matter_id, clock.version, clock.agency_id, clock.kind, news.state or ClockState.RUNNING,
        clock.started_at, clock.due_at, news.breached_at, news.stopped_at, news.escalations,
    )  # fmt: skip


async def standings(work: Work, reader: Actor, *, agency_id: str | None, kind: ClockKind | None) -> list[Standing]:
    """How agencies stand, most unanswered first; ``agency_id`` None: all of them.

    Clocks of cases the reader is kept out of are not counted: no number moves with what they must not know.
    """
    rows = await work.raw.fetch(_BOARD, agency_id, kind, reader.agency_id, reader.staff_id)
    return [
        Standing(
            row["agency_id"],
            ClockKind(row["kind"]),
            row["running"],
            row["unanswered"],
            row["met"],
            row["met_late"],
            row["escalations"],
            row["next_due_at"],
            row["oldest_breach_due_at"],
        )
        for row in rows
    ]
