"""Decides how clocks are kept and counted; must never be asked for more than the caller may see."""

from tereze.access import Actor
from tereze.chassis.exclusions import shown_to
from tereze.chassis.work import Work
from tereze.contracts.words import ClockKind
from tereze.oversight.domain.standing import Clock, News, Standing

_KEEP = """
INSERT INTO clock (clock_id, case_id, case_version, agency_id, kind, state, started_at, due_at, breached_at, stopped_at, escalations)
VALUES ($1, $2, $3, $4, $5, coalesce($6, 'running'), $7, $8, $9, $10, $11)
ON CONFLICT (clock_id) DO UPDATE
SET case_version = excluded.case_version, agency_id = excluded.agency_id, state = coalesce($6, clock.state),
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


async def keep_clock(work: Work, clock: Clock, news: News) -> None:
    """Remember what an event says, unless later news of the same matter is kept already."""
    await work.raw.execute(
        _KEEP,
        clock.clock_id,
        clock.matter_id,
        clock.version,
        clock.agency_id,
        clock.kind,
        news.state,
        clock.started_at,
        clock.due_at,
        news.breached_at,
        news.stopped_at,
        news.escalations,
    )


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
