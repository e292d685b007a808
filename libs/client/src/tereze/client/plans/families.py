"""Decides how family plans are read and led; must never do I/O or repeat a decision somebody else overtook.

A command takes the plan as it was read, or its id with the ``version`` it was decided on; with an id alone it is read first.
"""

from tereze.client.call import Call, Flow, Stream, creating, if_match, pages, query, segment, shape
from tereze.contracts.labels import Contract
from tereze.contracts.plans import (
    AmendPlan,
    DraftPlan,
    EndPlan,
    FamilyPlanPage,
    FamilyPlanState,
    FamilyPlanSummary,
    FamilyPlanView,
    PlanExit,
    ReviewFamilyPlan,
    VisitFamily,
)

_PLAN = shape(FamilyPlanView)


def draft(wanted: DraftPlan, *, idempotency_key: str | None = None) -> Call[FamilyPlanView]:
    """Draft a family's plan; it is in force once every body that serves in it has signed."""
    headers = creating(idempotency_key)
    return Call("POST", "/v1/plans", _PLAN, body=wanted, headers=headers, repeatable=True)


def get(plan_id: str) -> Call[FamilyPlanView]:
    """One plan as your body may see it."""
    return Call("GET", f"/v1/plans/{segment(plan_id)}", _PLAN, repeatable=True)


def listing(*, state: FamilyPlanState | None = None, limit: int | None = None) -> Stream[FamilyPlanSummary]:
    """The plans that your body leads or serves in; pages are fetched as they are needed."""
    given = query(state=state, limit=limit)
    return pages(Call("GET", "/v1/plans", shape(FamilyPlanPage), given, repeatable=True))


def sign(plan: FamilyPlanSummary | str, *, version: int | None = None) -> Flow[FamilyPlanView]:
    """Sign for your body's services."""
    return (yield from _command(plan, "sign", None, version))


def visit(plan: FamilyPlanSummary | str, visited: VisitFamily, *, version: int | None = None) -> Flow[FamilyPlanView]:
    """Record a visit to the family."""
    return (yield from _command(plan, "visit", visited, version))


def review(
    plan: FamilyPlanSummary | str, *, remark: str, child_view: str | None = None, version: int | None = None
) -> Flow[FamilyPlanView]:
    """Record that the plan was looked at."""
    return (yield from _command(plan, "review", ReviewFamilyPlan(remark=remark, child_view=child_view), version))


def amend(plan: FamilyPlanSummary | str, wanted: AmendPlan, *, version: int | None = None) -> Flow[FamilyPlanView]:
    """Draft the next edition; this one holds until that one is signed."""
    return (yield from _command(plan, "amend", wanted, version))


def end(
    plan: FamilyPlanSummary | str, *, reason: PlanExit, remark: str, version: int | None = None
) -> Flow[FamilyPlanView]:
    """Let the family leave the plan, with a reason."""
    return (yield from _command(plan, "end", EndPlan(reason=reason, remark=remark), version))


def _command(
    plan: FamilyPlanSummary | str, verb: str, body: Contract | None, version: int | None
) -> Flow[FamilyPlanView]:
    known = None if isinstance(plan, str) else plan.version
    plan_id = plan if isinstance(plan, str) else plan.plan_id
    decided_on = version or known or (yield get(plan_id)).version
    where = f"/v1/plans/{segment(plan_id)}/{verb}"
    answered: FamilyPlanView = yield Call("POST", where, _PLAN, body=body, headers=if_match(decided_on))
    return answered
