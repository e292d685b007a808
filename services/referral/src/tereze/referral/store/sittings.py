"""Decides how sittings of the commission are kept and found; must never keep what was said there in the clear."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import any_, literal, or_, select

from tereze.access import Actor
from tereze.chassis.exclusions import known_to
from tereze.chassis.work import Work
from tereze.contracts.commission import Answer, ConvenedBecause, SittingState
from tereze.referral.domain.commission import Member, Sitting
from tereze.referral.store.sitting_tables import sitting

_READ = "SELECT to_json(sitting)::text AS kept FROM sitting WHERE sitting_id = ANY($1::text[]) ORDER BY sitting_id"
_OF_CASE = "SELECT to_json(sitting)::text AS kept FROM sitting WHERE case_id = $1 ORDER BY convened_at"
_KEEP = """
INSERT INTO sitting SELECT * FROM json_populate_record(NULL::sitting, $1::text::json)
ON CONFLICT (sitting_id) DO UPDATE SET
    case_id = excluded.case_id, version = excluded.version, state = excluded.state, sits_at = excluded.sits_at,
    quorum = excluded.quorum, members = excluded.members, invited = excluded.invited, adjourned = excluded.adjourned,
    held_at = excluded.held_at, task_ids = excluded.task_ids
"""


async def read_sittings(work: Work, *sitting_ids: str) -> list[Sitting]:
    """Sittings as they are; whoever changes one holds its case. Unknown ones are left out."""
    return [_sitting(row) for row in await work.raw.fetch(_READ, list(sitting_ids))]


async def sittings_of(work: Work, case_id: str) -> list[Sitting]:
    """Every sitting about a case, the oldest first."""
    return [_sitting(row) for row in await work.raw.fetch(_OF_CASE, case_id)]


async def keep_sitting(work: Work, kept: Sitting) -> None:
    """Write a sitting."""
    row = {name: getattr(kept, name) for name in Sitting.__slots__ if name != "members"}
    members = [{name: getattr(member, name) for name in Member.__slots__} for member in kept.members.values()]
    row |= {"members": members, "invited": list(kept.members)}
    await work.raw.execute(_KEEP, to_json(row).decode())


async def page_of_sittings(
    work: Work, actor: Actor, *, state: SittingState | None, after: str | None, limit: int
) -> Sequence[Sitting]:
    """Up to ``limit`` sittings of a commission, or to which a body is invited, by id."""
    invited = literal(actor.agency_id) == any_(sitting.c.invited)
    query = (
        select(sitting.c.sitting_id)
        .where(or_(sitting.c.agency_id == actor.agency_id, invited), known_to(sitting.c.case_id, actor))
        .order_by(sitting.c.sitting_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(sitting.c.sitting_id > after)
    if state is not None:
        query = query.where(sitting.c.state == state.value)
    return await read_sittings(work, *(await work.db.execute(query)).scalars())


def _sitting(row: Any) -> Sitting:
    kept = json.loads(row["kept"])
    return Sitting(
        sitting_id=kept["sitting_id"],
        case_id=kept["case_id"],
        agency_id=kept["agency_id"],
        because=ConvenedBecause(kept["because"]),
        urgent=kept["urgent"],
        rows=tuple(kept["rows"]),
        convened_at=datetime.fromisoformat(kept["convened_at"]),
        sits_at=datetime.fromisoformat(kept["sits_at"]),
        quorum=kept["quorum"],
        members={member["agency_id"]: _member(member) for member in kept["members"]},
        state=SittingState(kept["state"]),
        version=kept["version"],
        adjourned=kept["adjourned"],
        held_at=datetime.fromisoformat(kept["held_at"]) if kept["held_at"] else None,
        task_ids=tuple(kept["task_ids"]),
    )


def _member(kept: dict[str, Any]) -> Member:
    answer = Answer(kept["answer"]) if kept["answer"] else None
    return Member(kept["agency_id"], answer, kept["staff_id"], kept["present"])
