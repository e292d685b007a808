"""Decides how it is kept what of a case was shown to whom at these doors; must never keep the value shown, nor forget a showing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tereze.access import Actor, Decision
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.exclusions import Disclosure
from tereze.contracts.labels import Sensitivity

_KEEP = """
INSERT INTO disclosure (disclosure_id, case_id, at, agency_id, staff_id, door, labels, policy_id)
SELECT shown.id, shown.case_id, $1, shown.agency_id, shown.staff_id, $2, string_to_array(shown.labels, ' '), shown.policy_id
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
  AS shown (id, case_id, agency_id, staff_id, labels, policy_id)
"""

_SHOWN = """
SELECT * FROM disclosure
WHERE case_id = $1 AND ($2::text IS NULL OR $2 IN (agency_id, staff_id))
  AND ($3::timestamptz IS NULL OR (at, disclosure_id) < ($3, $4))
ORDER BY at DESC, disclosure_id DESC LIMIT $5
"""

FEED, WEBHOOK = "feed", "webhook"


@dataclass(frozen=True, slots=True)
class Showing:
    """Events of one case, as the policies let one reader see them."""

    case_id: str
    agency_id: str
    staff_id: str
    decision: Decision


async def note(work: Work, door: str, showings: Iterable[Showing]) -> None:
    """Write down what is about to be shown, once a case, reader and decision; it commits before anything leaves."""
    each = list(dict.fromkeys(showings))
    if each:
        await work.raw.execute(
            _KEEP, work.now, door, [new_id("dsc") for _ in each], [one.case_id for one in each],
            [one.agency_id for one in each], [one.staff_id for one in each],
            [" ".join(sorted(one.decision.labels)) for one in each], [one.decision.policy_id for one in each],
        )  # fmt: skip


def showing(case_id: str, actor: Actor, decision: Decision) -> Showing:
    """What one actor is about to be shown of one case."""
    return Showing(case_id, actor.agency_id, actor.staff_id, decision)


async def shown(
    work: Work, case_id: str, *, body: str | None, before: tuple[datetime, str] | None, limit: int
) -> list[Disclosure]:
    """What was shown of a case, newest first; with ``body``, to this agency or person only."""
    at, last = before or (None, None)
    rows = await work.raw.fetch(_SHOWN, case_id, body, at, last, limit)
    return [
        Disclosure(**{**dict(row), "labels": tuple(Sensitivity(label) for label in row["labels"] if label)})
        for row in rows
    ]
