"""Decides that the commission convenes when the protocol says so, decides with its quorum only, and that its decisions are duties."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tereze.contracts.commission import CommissionMeasure, ConvenedBecause, SittingState
from tereze.contracts.words import AgencyKind, Category, ClockKind, ClockState, Risk
from tereze.protocol import Pack, read_limit
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.domain.commission import (
    DecidedTwice,
    Decision,
    NoQuorum,
    NotOfTheCommission,
    Sitting,
    SittingNotOpen,
    adjourn_sitting,
    convene_by_itself,
    convene_on_request,
    hold_sitting,
)
from tereze.referral.domain.escalation import climb_ladder
from tereze.referral.domain.keeping_out import keep_out
from tereze.referral.domain.reopening import owe_again
from tereze.referral.rooms import commission_rules
from tereze.rig.inside import agency_id

COUNTRY = Path(__file__).resolve().parents[3] / "deploy" / "packs" / "kz"
RULES = commission_rules(COUNTRY)
ACCUSED = f"stf_{7:032x}"


@pytest.fixture(scope="session")
def pack(newest: Pack) -> Pack:
    return newest


@pytest.fixture
def killing(world: Any) -> CaseFile:
    file: CaseFile = world.case(Risk.CRITICAL, Category.KILLING)
    return file


def convened(world: Any, file: CaseFile) -> Sitting:
    sitting = convene_by_itself(file, (), world.moment, RULES)
    assert sitting is not None
    return sitting


def everybody(sitting: Sitting) -> list[tuple[str, str]]:
    return [(body, f"stf_{number:032x}") for number, body in enumerate(sitting.members)]


def decision(holder: str, measure: CommissionMeasure = CommissionMeasure.VISIT_HOME, limit: str = "3 WD") -> Decision:
    return Decision(measure, holder, read_limit(limit))


def hold(world: Any, file: CaseFile, sitting: Sitting, *decisions: Decision, present: Any = None) -> None:
    by = world.staff("almaty-commission")
    sat = everybody(sitting) if present is None else present
    hold_sitting(file, sitting, by, present=sat, decisions=decisions, moment=world.moment)


def test_a_killing_convenes_the_commission_by_itself_once(world: Any, killing: CaseFile, news: Any) -> None:
    news(killing)
    sitting = convened(world, killing)
    assert sitting.urgent
    assert sitting.because is ConvenedBecause.PROTOCOL
    assert news(killing)[0] == "commission.convened"
    kinds = {agency.kind for agency in world.agencies if agency.agency_id in sitting.members}
    assert kinds >= {AgencyKind.COMMISSION, AgencyKind.POLICE, AgencyKind.HEALTH, AgencyKind.SCHOOL}
    assert convene_by_itself(killing, [sitting], world.moment, RULES) is None
    sitting.state = SittingState.HELD
    assert convene_by_itself(killing, [sitting], world.moment, RULES) is None


def test_a_case_of_medium_risk_convenes_nobody_until_deadlines_are_breached_again_and_again(world: Any) -> None:
    file = world.case(Risk.MEDIUM, Category.PHYSICAL)
    assert convene_by_itself(file, (), world.moment, RULES) is None
    moment = world.after(days=30)
    for clock in list(file.clocks.values()):
        climb_ladder(file, clock, moment)
    sitting = convene_by_itself(file, (), moment, RULES)
    assert sitting is not None
    assert sitting.because is ConvenedBecause.REPEATED_BREACH


def test_the_excluded_are_neither_invited_nor_present_nor_charged(world: Any, killing: CaseFile) -> None:
    keep_out(killing, world.exclusion("almaty-police", staff=(ACCUSED,)), world.moment)
    sitting = convened(world, killing)
    police, school = world.agency("almaty-police"), world.agency("almaty-school-1")
    assert police not in sitting.members
    with pytest.raises(NotOfTheCommission):
        hold(world, killing, sitting, present=[(school, ACCUSED)])
    with pytest.raises(NotOfTheCommission):
        hold(world, killing, sitting, decision(police))
    keep_out(killing, world.exclusion("almaty-school-1"), world.moment)
    adjourn_sitting(killing, sitting, world.staff("almaty-commission"), world.now + timedelta(days=1))
    assert school not in sitting.members


@pytest.mark.parametrize(("invited", "needed"), [(1, 1), (2, 2), (3, 3), (4, 3), (5, 3), (6, 4), (7, 4), (10, 6)])
def test_quorum_is_more_than_half_and_three_at_least(invited: int, needed: int) -> None:
    assert RULES.quorum.of(invited) == needed


@given(invited=st.integers(1, 60))
def test_a_quorum_can_always_be_reached_and_is_never_a_minority(invited: int) -> None:
    assert invited // 2 < RULES.quorum.of(invited) <= invited


def test_without_its_quorum_nothing_is_decided_and_the_clock_runs_on(world: Any, killing: CaseFile) -> None:
    sitting = convened(world, killing)
    with pytest.raises(NoQuorum):
        hold(world, killing, sitting, present=everybody(sitting)[: sitting.quorum - 1])
    assert world.going(killing)[ClockKind.COMMISSION_SITTING].state is ClockState.RUNNING
    adjourn_sitting(killing, sitting, world.staff("almaty-commission"), world.now + timedelta(days=3))
    assert world.going(killing)[ClockKind.COMMISSION_SITTING].due_at < sitting.sits_at


def test_decisions_become_tasks_with_clocks_and_the_plan_is_owed_from_then_on(world: Any, killing: CaseFile) -> None:
    sitting = convened(world, killing)
    bodies = ("police", "clinic-1", "school-1", "patronage", "guardianship")
    holders = [world.agency(f"almaty-{body}") for body in bodies]
    hold(world, killing, sitting, *(decision(holder) for holder in holders))
    tasks = [killing.tasks[task_id] for task_id in sitting.task_ids]
    assert [task.agency_id for task in tasks] == holders
    for task in tasks:
        assert set(world.going(killing, task)) == {ClockKind.ACKNOWLEDGE, ClockKind.DECIDE, ClockKind.COMPLETE}
    assert ClockKind.COMMISSION_SITTING not in world.going(killing)
    assert ClockKind.PLAN_IN_FORCE in world.going(killing)
    with pytest.raises(SittingNotOpen):
        hold(world, killing, sitting)
    with pytest.raises(DecidedTwice):
        hold(world, killing, convene_on_request(killing, [], world.staff("almaty-desk"), world.moment, RULES, urgent=False),
             decision(holders[0], CommissionMeasure.TREAT))  # fmt: skip


def test_a_decision_that_nobody_carries_out_escalates_like_any_other(world: Any, killing: CaseFile, news: Any) -> None:
    sitting = convened(world, killing)
    hold(world, killing, sitting, decision(world.agency("almaty-patronage"), limit="24 h W"))
    [task] = [killing.tasks[task_id] for task_id in sitting.task_ids]
    complete = world.going(killing, task)[ClockKind.COMPLETE]
    news(killing)
    climb_ladder(killing, complete, world.after(hours=36))
    assert [word for word in news(killing) if word.startswith("clock.")] == [
        "clock.warned", "clock.breached", "clock.escalated", "clock.escalated", "clock.escalated",
    ]  # fmt: skip


async def call(window: Any, who: str, path: str, body: Any = None, **headers: str) -> Any:
    async with window.caller(who) as caller:
        if body is None:
            return await caller.get(path, headers=headers)
        return await caller.post(path, json=body, headers=headers)


async def sitting_of(window: Any, case_id: str) -> dict[str, Any]:
    [row] = await window.rows("SELECT sitting_id FROM sitting WHERE case_id = $1", case_id)
    return dict((await call(window, "almaty-commission:member", f"/v1/commission/{row['sitting_id']}")).json())


async def test_over_http_from_the_killing_to_the_decisions(window: Any) -> None:
    case_id = await window.open_case(risk=Risk.CRITICAL, categories=(Category.KILLING,))
    await window.fire_everything()
    sitting = await sitting_of(window, case_id)
    path = f"/v1/commission/{sitting['sitting_id']}"
    assert (sitting["state"], sitting["urgent"]) == ("convened", True)
    police = agency_id("almaty-police")
    answered = await call(
        window,
        "almaty-police:member",
        f"{path}/answer",
        {"answer": "coming"},
        **{"If-Match": f'"{sitting["version"]}"'},
    )
    assert answered.status_code == 200, answered.text
    present = [
        {"agency_id": m["agency_id"], "staff_id": await window.staff_id(await window.member_of(m["agency_id"]))}
        for m in sitting["members"]
    ]
    held = {
        "present": present,
        "minutes": "She said that nobody had listened.",
        "decisions": [
            {"measure": "protect_child", "holder_agency_id": police, "limit": "24 h W", "remark": "Guard the brother."}
        ],
    }
    version = {"If-Match": f'"{answered.json()["version"]}"'}
    for who, status in (
        ("almaty-police:head", 403),
        ("prosecutor:head", 404),
        ("almaty-commission:member", 200),
    ):
        answer = await call(window, who, f"{path}/hold", held, **version)
        assert answer.status_code == status, answer.text
    [made] = answer.json()["decisions"]
    assert (made["title"], made["state"], made["breached"]) == ("Protect the child", "requested", False)
    task = (await call(window, "almaty-police:member", f"/v1/tasks/{made['task_id']}")).json()
    assert {clock["kind"] for clock in task["clocks"]} == {"acknowledge", "decide", "complete"}
    dump = await window.dump()
    assert "nobody had listened" not in dump
    assert "Guard the brother" not in dump


async def test_a_sitting_is_convened_on_request_once_and_refused_in_words(window: Any) -> None:
    case_id = await window.open_case(risk=Risk.MEDIUM)
    body = {"case_id": case_id, "remark": "The father does not answer."}
    key = {"Idempotency-Key": "k-1"}
    first = await call(window, "almaty-desk:coordinator", "/v1/commission", body, **key)
    assert (first.status_code, first.json()["because"]) == (201, "request")
    again = await call(window, "almaty-desk:coordinator", "/v1/commission", body, **key)
    assert again.json()["sitting_id"] == first.json()["sitting_id"]
    other = await call(window, "almaty-desk:coordinator", "/v1/commission", body, **{"Idempotency-Key": "k-2"})
    assert (other.status_code, other.json()["code"]) == (409, "convened-already")
    stranger = await call(window, "astana-desk:coordinator", "/v1/commission", body, **{"Idempotency-Key": "k-3"})
    assert stranger.status_code in {403, 404}
    listed = await call(window, "almaty-commission:member", "/v1/commission")
    assert [item["sitting_id"] for item in listed.json()["items"]] == [first.json()["sitting_id"]]
    few = {"present": [], "minutes": "-"}
    path = f"/v1/commission/{first.json()['sitting_id']}/hold"
    refused = await call(window, "almaty-commission:head", path, few, **{"If-Match": '"1"'})
    assert refused.status_code == 422


def test_a_decision_that_failed_is_owed_again_for_as_long_as_before(world: Any, killing: CaseFile) -> None:
    sitting = convened(world, killing)
    hold(world, killing, sitting, decision(world.agency("almaty-patronage"), limit="24 h W"))
    [task] = [killing.tasks[task_id] for task_id in sitting.task_ids]
    for clock in killing.going_clocks(task.task_id):
        killing.stop_clock(clock, world.now)
    moment = world.after(days=2)
    owe_again(killing, task, moment)
    assert world.going(killing, task)[ClockKind.COMPLETE].due_at == moment.now + timedelta(hours=24)
