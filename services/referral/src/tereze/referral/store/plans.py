"""Decides how family plans are kept and found; must never keep a family's words in the clear."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import any_, literal, or_, select

from tereze.access import Actor
from tereze.chassis.exclusions import known_to
from tereze.chassis.work import Work
from tereze.contracts.plans import FamilyPlanState, FamilyService, PlanExit, PlanGoal
from tereze.protocol import read_limit
from tereze.referral.domain.patronage import FamilyPlan, PlannedHelp
from tereze.referral.store.plan_tables import family_plan

_READ = "SELECT to_json(family_plan)::text AS kept FROM family_plan WHERE plan_id = ANY($1::text[]) ORDER BY plan_id"
_OF_CASE = "SELECT to_json(family_plan)::text AS kept FROM family_plan WHERE case_id = $1 ORDER BY edition"
_KEEP = """
INSERT INTO family_plan SELECT * FROM json_populate_record(NULL::family_plan, $1::text::json)
ON CONFLICT (plan_id) DO UPDATE SET
    case_id = excluded.case_id, version = excluded.version, state = excluded.state, services = excluded.services,
    visits = excluded.visits, in_force_at = excluded.in_force_at, ended_at = excluded.ended_at,
    end_reason = excluded.end_reason
"""


async def read_plans(work: Work, *plan_ids: str) -> list[FamilyPlan]:
    """Plans as they are; whoever changes one holds its case. Unknown ones are left out."""
    return [_plan(row) for row in await work.raw.fetch(_READ, list(plan_ids))]


async def plans_of(work: Work, case_id: str) -> list[FamilyPlan]:
    """Every edition of a family's plan, the oldest first."""
    return [_plan(row) for row in await work.raw.fetch(_OF_CASE, case_id)]


async def keep_plan(work: Work, kept: FamilyPlan) -> None:
    """Write a plan."""
    row = {name: getattr(kept, name) for name in FamilyPlan.__slots__ if name != "services"}
    services = [
        {**{n: getattr(one, n) for n in PlannedHelp.__slots__}, "limit": str(one.limit)} for one in kept.services
    ]
    row |= {"services": services, "bodies": sorted({one.agency_id for one in kept.services})}
    await work.raw.execute(_KEEP, to_json(row).decode())


async def page_of_plans(
    work: Work, actor: Actor, *, state: FamilyPlanState | None, after: str | None, limit: int
) -> Sequence[FamilyPlan]:
    """Up to ``limit`` plans that a body leads or serves in, by id."""
    serves = literal(actor.agency_id) == any_(family_plan.c.bodies)
    query = (
        select(family_plan.c.plan_id)
        .where(or_(family_plan.c.agency_id == actor.agency_id, serves), known_to(family_plan.c.case_id, actor))
        .order_by(family_plan.c.plan_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(family_plan.c.plan_id > after)
    if state is not None:
        query = query.where(family_plan.c.state == state.value)
    return await read_plans(work, *(await work.db.execute(query)).scalars())


def _plan(row: Any) -> FamilyPlan:
    kept = json.loads(row["kept"])
    return FamilyPlan(
        plan_id=kept["plan_id"],
        case_id=kept["case_id"],
        edition=kept["edition"],
        agency_id=kept["agency_id"],
        goals=tuple(map(PlanGoal, kept["goals"])),
        drafted_at=datetime.fromisoformat(kept["drafted_at"]),
        services=[_help(one) for one in kept["services"]],
        state=FamilyPlanState(kept["state"]),
        version=kept["version"],
        visits=kept["visits"],
        in_force_at=datetime.fromisoformat(kept["in_force_at"]) if kept["in_force_at"] else None,
        ended_at=datetime.fromisoformat(kept["ended_at"]) if kept["ended_at"] else None,
        end_reason=PlanExit(kept["end_reason"]) if kept["end_reason"] else None,
    )


def _help(kept: dict[str, Any]) -> PlannedHelp:
    return PlannedHelp(
        FamilyService(kept["service"]),
        kept["agency_id"],
        read_limit(kept["limit"]),
        kept["signed_by_staff_id"],
        kept["task_id"],
    )
