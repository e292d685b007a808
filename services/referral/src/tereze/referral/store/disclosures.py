"""Decides how it is kept what was shown to whom; must never keep the value shown, nor forget a showing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tereze.access import Actor, Decision
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.exclusions import Disclosure
from tereze.contracts.labels import Sensitivity

_KEEP = """
INSERT INTO disclosure (disclosure_id, case_id, at, agency_id, staff_id, door, task_id, labels, policy_id)
SELECT shown.id, shown.case_id, $1, $2, $3, $4, shown.task_id, string_to_array(shown.labels, ' '), shown.policy_id
FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[]) AS shown (id, case_id, task_id, labels, policy_id)
"""
_SHOWN_TO = """
SELECT * FROM disclosure
WHERE case_id = $1 AND ($2::text[] IS NULL OR agency_id = ANY($2) OR staff_id = ANY($2)) AND disclosure_id < $3
ORDER BY disclosure_id DESC LIMIT $4
"""
CASE, CASE_LIST, NARRATIVE, TASK, TASK_LIST, PLACEMENT = (
    "case", "case_list", "narrative", "task", "task_list", "placement",
)  # fmt: skip
NEWEST = "dsc_" + "g" * 32  # sorts after every id


@dataclass(frozen=True, slots=True)
class Shown:
    """One case, or one task of it, as the policies let it be shown."""

    case_id: str
    decision: Decision
    task_id: str | None = None


async def note_shown(work: Work, actor: Actor, door: str, shown: Iterable[Shown]) -> None:
    """Write down what is about to be shown; it commits before the answer leaves."""
    each = list(shown)
    if each:
        await work.raw.execute(
            _KEEP, work.now, actor.agency_id, actor.staff_id, door, [new_id("dsc") for _ in each],
            [one.case_id for one in each], [one.task_id for one in each],
            [" ".join(sorted(one.decision.labels)) for one in each], [one.decision.policy_id for one in each],
        )  # fmt: skip


async def shown_of(
    work: Work, case_id: str, *, bodies: Sequence[str] | None = None, before: str = NEWEST, limit: int
) -> list[Disclosure]:
    """What was shown of a case, newest first; with ``bodies``, to these agencies and persons only."""
    rows = await work.raw.fetch(_SHOWN_TO, case_id, None if bodies is None else list(bodies), before, limit)
    return [
        Disclosure(**{**dict(row), "labels": tuple(Sensitivity(label) for label in row["labels"] if label)})
        for row in rows
    ]
