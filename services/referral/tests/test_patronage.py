"""Decides that a family plan holds only for those who signed, that its services are duties, and that visits and reviews are owed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.plans import FamilyPlanState, FamilyService, PlanExit, PlanGoal
from tereze.contracts.words import AgencyKind, CaseState, Category, ClockKind, ClockState, Risk, TaskState
from tereze.protocol import Pack, read_limit
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.domain.keeping_out import keep_out
from tereze.referral.domain.patronage import (
    BodyCannotServe,
    FamilyPlan,
    NothingToSign,
    PlannedAlready,
    PlannedHelp,
    PlanNotInThisState,
    amend_plan,
    draft_plan,
    end_plan,
    record_visit,
    review_family_plan,
    sign_family_plan,
)
from tereze.referral.domain.response import triage_case
from tereze.referral.rooms import patronage_rules
from tereze.rig.inside import agency_id

RULES = patronage_rules(Path(__file__).resolve().parents[3] / "deploy" / "packs" / "kz")
GOALS = (PlanGoal.CHILD_SAFE_AT_HOME, PlanGoal.REGULAR_SCHOOL)
SERVICES = {
    "patronage": FamilyService.HOME_VISITS,
    "clinic-1": FamilyService.PSYCHOLOGIST,
    "school-1": FamilyService.SCHOOL_SUPPORT,
}


@pytest.fixture(scope="session")
def pack(newest: Pack) -> Pack:
    return newest


@pytest.fixture
def family(world: Any) -> CaseFile:
    file: CaseFile = world.case(Risk.MEDIUM, Category.NEGLECT)
    triage_case(file, Risk.MEDIUM, world.staff("almaty-desk"), world.moment)
    return file


def helps(world: Any, services: dict[str, FamilyService] | None = None) -> list[PlannedHelp]:
    given = services or SERVICES
    return [PlannedHelp(what, world.agency(f"almaty-{body}"), read_limit("30 d W")) for body, what in given.items()]


def draft(world: Any, file: CaseFile, services: dict[str, FamilyService] | None = None) -> FamilyPlan:
    by = world.staff("almaty-patronage")
    return draft_plan(file, [], by, goals=GOALS, services=helps(world, services), moment=world.moment)


def sign(world: Any, file: CaseFile, plan: FamilyPlan, *bodies: str, before: FamilyPlan | None = None) -> None:
    for body in bodies or SERVICES:
        by = world.staff(f"almaty-{body}")
        sign_family_plan(file, plan, before, by, moment=world.moment, rules=RULES)


def test_a_plan_is_in_force_with_the_last_signature_and_each_service_is_a_duty(
    world: Any, family: CaseFile, news: Any
) -> None:
    plan = draft(world, family)
    sign(world, family, plan, "patronage", "clinic-1")
    assert plan.state is FamilyPlanState.DRAFT
    assert not [task for task in family.tasks.values() if task.service is AgencyKind.FAMILY_SUPPORT_CENTRE]
    with pytest.raises(NothingToSign):
        sign(world, family, plan, "clinic-1")
    news(family)
    sign(world, family, plan, "school-1")
    assert (plan.state, family.state) == (FamilyPlanState.IN_FORCE, CaseState.PLAN_IN_FORCE)
    assert news(family)[:2] == ["family-plan.signed", "family-plan.in-force"]
    tasks = [family.tasks[help_.task_id] for help_ in plan.services if help_.task_id]
    assert {task.agency_id for task in tasks} == {help_.agency_id for help_ in plan.services}
    assert all(ClockKind.COMPLETE in world.going(family, task) for task in tasks)
    assert {ClockKind.PLAN_REVIEW, ClockKind.HOME_VISIT} <= set(world.going(family))


def test_visits_and_reviews_are_owed_again_and_again(world: Any, family: CaseFile) -> None:
    plan = draft(world, family)
    sign(world, family, plan)
    by, moment = world.staff("almaty-patronage"), world.after(days=13)
    first = world.going(family)[ClockKind.HOME_VISIT]
    record_visit(family, plan, by, moment, RULES)
    assert (first.state, plan.visits) == (ClockState.MET, 1)
    assert world.going(family)[ClockKind.HOME_VISIT].due_at == moment.now + timedelta(days=14)
    review = world.going(family)[ClockKind.PLAN_REVIEW]
    review_family_plan(family, plan, by, moment)
    assert review.state is ClockState.MET
    assert world.going(family)[ClockKind.PLAN_REVIEW].started_at == moment.now


def test_an_amendment_takes_force_with_its_own_signatures_and_keeps_what_goes_on(world: Any, family: CaseFile) -> None:
    plan = draft(world, family)
    sign(world, family, plan)
    kept = next(help_.task_id for help_ in plan.services if help_.service is FamilyService.HOME_VISITS)
    wanted = {"patronage": FamilyService.HOME_VISITS, "guardianship": FamilyService.LEGAL_HELP}
    by = world.staff("almaty-patronage")
    newer = amend_plan(
        family, plan, [plan], by, goals=GOALS[:1], services=helps(world, wanted), moment=world.moment
    )  # fmt: skip
    assert (plan.state, newer.edition) == (FamilyPlanState.IN_FORCE, 2)
    with pytest.raises(PlannedAlready):
        amend_plan(family, plan, [plan, newer], by, goals=GOALS, services=helps(world), moment=world.moment)
    sign(world, family, newer, "patronage", "guardianship", before=plan)
    assert (plan.state, newer.state) == (FamilyPlanState.AMENDED, FamilyPlanState.IN_FORCE)
    assert newer.services[0].task_id == kept
    dropped = {help_.task_id for help_ in plan.services if help_.task_id} - {kept}
    assert {family.tasks[task_id].state for task_id in dropped} == {TaskState.WITHDRAWN}, "nobody owes it any more"
    assert family.tasks[str(kept)].open
    assert len([clock for clock in family.going_clocks(None) if clock.kind is ClockKind.HOME_VISIT]) == 1


def test_leaving_the_plan_ends_its_clocks_and_the_case_goes_on(world: Any, family: CaseFile) -> None:
    plan = draft(world, family)
    sign(world, family, plan)
    end_plan(family, plan, world.staff("almaty-patronage"), PlanExit.GOALS_REACHED, world.moment)
    assert (plan.state, family.state) == (FamilyPlanState.ENDED, CaseState.ACTIVE)
    assert not set(world.going(family)) & {ClockKind.HOME_VISIT, ClockKind.PLAN_REVIEW}
    with pytest.raises(PlanNotInThisState):
        record_visit(family, plan, world.staff("almaty-patronage"), world.moment, RULES)


def test_who_must_not_touch_the_case_serves_in_no_plan(world: Any, family: CaseFile) -> None:
    keep_out(family, world.exclusion("almaty-school-1"), world.moment)
    with pytest.raises(BodyCannotServe):
        draft(world, family)
    twice = [
        *helps(world, {"patronage": FamilyService.HOME_VISITS}),
        *helps(world, {"patronage": FamilyService.HOME_VISITS}),
    ]
    with pytest.raises(BodyCannotServe):
        draft_plan(family, [], world.staff("almaty-desk"), goals=GOALS, services=twice, moment=world.moment)


async def call(window: Any, who: str, path: str, body: Any = None, **headers: str) -> Any:
    async with window.caller(who) as caller:
        return await caller.post(path, json=body, headers=headers)


async def test_over_http_from_the_draft_to_the_exit(window: Any) -> None:
    case_id = await window.open_case(risk=Risk.MEDIUM, categories=(Category.NEGLECT,))
    services = [
        {"service": "home_visits", "agency_id": agency_id("almaty-patronage"), "limit": "30 d W"},
        {"service": "school_support", "agency_id": agency_id("almaty-school-1"), "limit": "20 WD"},
    ]
    wanted = {"case_id": case_id, "goals": ["child_safe_at_home"], "services": services, "remark": "Grandmother helps."}
    key = {"Idempotency-Key": new_id("key")}
    who = "almaty-patronage:member"
    bad = {**wanted, "services": [{**services[0], "limit": "soon"}]}
    assert (await call(window, who, "/v1/plans", bad, **{"Idempotency-Key": new_id("key")})).status_code == 422
    drafted = await call(window, who, "/v1/plans", wanted, **key)
    assert drafted.status_code == 201, drafted.text
    plan, path = drafted.json(), f"/v1/plans/{drafted.json()['plan_id']}"
    assert (await call(window, "prosecutor:head", f"{path}/sign", None, **{"If-Match": '"1"'})).status_code == 404
    visit = {"contact": {"at": "2026-07-24T12:00:00Z", "place": "home", "child_seen_alone": True}}
    steps = [
        ("almaty-patronage:member", "sign", None, "draft"),
        ("almaty-school-1:member", "sign", None, "in_force"),
        ("almaty-patronage:member", "visit", visit, "in_force"),
        ("almaty-patronage:head", "review", {"remark": "Better.", "child_view": "Wants to stay."}, "in_force"),
        ("almaty-desk:coordinator", "end", {"reason": "goals_reached", "remark": "The family copes."}, "ended"),
    ]
    for person, verb, body, state in steps:
        answer = await call(window, person, f"{path}/{verb}", body, **{"If-Match": f'"{plan["version"]}"'})
        assert (answer.status_code, answer.json().get("state")) == (200, state), answer.text
        plan = answer.json()
    assert plan["visits"] == 1
    dump = await window.dump()
    assert "Grandmother" not in dump
    assert "Wants to stay" not in dump
    async with window.caller("almaty-school-1:member") as caller:
        assert [item["plan_id"] for item in (await caller.get("/v1/plans")).json()["items"]] == [plan["plan_id"]]
