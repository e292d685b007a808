"""Decides that an emergency opens one case to one person for a while, that others hear of it, and that another body judges it."""

from datetime import timedelta
from typing import Any

import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.emergencies import EmergencyAccessOpened, EmergencyReason, EmergencyVerdict
from tereze.contracts.words import CaseState, ClockKind, ClockState, CloseReason, Risk, StaffRole, WithdrawReason
from tereze.referral.domain.casework import close_case
from tereze.referral.domain.commands import accept_task, withdraw_task
from tereze.referral.domain.emergency import AccessNotNeeded, OwnAccess, open_in_emergency, review_emergency
from tereze.referral.domain.joining import join_cases
from tereze.referral.domain.keeping_out import keep_out
from tereze.referral.domain.response import open_case, triage_case
from tereze.rig.inside import agency_id, demo_staff

HOUR = timedelta(hours=1)
NURSE, HER_HEAD = "almaty-school-2:member", "almaty-school-2:head"
COORDINATOR, DEPARTMENT, OMBUDSMAN = "almaty-desk:coordinator", "almaty-department:head", "ombudsman:ombudsman"
ASKED = {"reason": "medical_emergency", "remark": "Found unconscious in class; who may take her home?"}
WHY = EmergencyReason.MEDICAL_EMERGENCY


async def get(window: Any, who: str, path: str) -> Any:
    async with window.caller(who) as caller:
        return await caller.get(path)


async def post(window: Any, who: str, path: str, body: Any, version: int | None = None) -> Any:
    headers = {"Idempotency-Key": new_id("key")} | ({"If-Match": f'"{version}"'} if version else {})
    async with window.caller(who) as caller:
        return await caller.post(path, json=body, headers=headers)


async def break_glass(window: Any, case_id: str, who: str = NURSE, **asked: Any) -> Any:
    return await post(window, who, f"/v1/cases/{case_id}/emergency-access", {**ASKED, **asked})


async def judge(window: Any, who: str, access: dict[str, Any], verdict: str) -> Any:
    case_id, access_id = access["case_id"], access["access_id"]
    [row] = await window.rows("SELECT version FROM case_file WHERE case_id = $1", case_id)
    found = {"verdict": verdict, "remark": "The class book was compared."}
    path = f"/v1/cases/{case_id}/emergency-access/{access_id}/review"
    return await post(window, who, path, found, row["version"])


async def reviews_owed(window: Any, case_id: str) -> list[tuple[str, str]]:
    query = (
        "SELECT agency_id, state FROM clock WHERE case_id = $1 AND kind = 'review_emergency_access' ORDER BY clock_id"
    )
    return [(row["agency_id"], row["state"]) for row in await window.rows(query, case_id)]


async def test_a_person_without_a_task_sees_one_case_whole_for_as_long_as_was_asked(window: Any) -> None:
    case_id, other = await window.open_case(), await window.open_case()
    assert (await get(window, NURSE, f"/v1/cases/{case_id}")).status_code == 404
    opened = await break_glass(window, case_id, hours=2)
    assert opened.status_code == 201, opened.text
    assert opened.json()["ends_at"] > opened.json()["opened_at"]
    case = (await get(window, NURSE, f"/v1/cases/{case_id}")).json()
    assert case["referrals"][0]["narrative"] == "A bruise on the arm."
    assert case["person_id"]
    assert case["tasks"]
    assert "agency_id" in case["referrals"][0]
    for closed, who in ((other, NURSE), (case_id, HER_HEAD)):
        assert (await get(window, who, f"/v1/cases/{closed}")).status_code == 404, "one case, one person"
    task = await window.task_of(case_id, "police")
    assert (await get(window, NURSE, f"/v1/tasks/{task['task_id']}")).status_code == 200
    refused = await post(window, NURSE, f"/v1/tasks/{task['task_id']}/accept", {}, 1)
    assert refused.status_code == 403, "it lets one look, not act"
    again = await break_glass(window, case_id)
    assert (again.status_code, again.json()["code"]) == (409, "open-already")
    await window.move_clock(timedelta(hours=2))
    assert (await get(window, NURSE, f"/v1/cases/{case_id}")).status_code == 404, "it ends by itself"
    assert (await break_glass(window, case_id)).status_code == 201


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"hours": 5}, "/hours"),
        ({"hours": 0}, "/hours"),
        ({"remark": "urgent"}, "/remark"),
        ({"reason": "curious"}, "/reason"),
    ],
)
async def test_no_reason_no_words_or_too_long_opens_nothing(window: Any, asked: dict[str, Any], pointer: str) -> None:
    case_id = await window.open_case()
    refused = await break_glass(window, case_id, **asked)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await window.count("emergency_access") == 0


async def test_a_computer_and_whoever_works_on_the_case_have_no_use_for_it(window: Any) -> None:
    case_id = await window.open_case()
    for known in (case_id, new_id("cas")):
        assert (await break_glass(window, known, "almaty-police:system")).status_code == 403
    task = await window.task_of(case_id, "police")
    await post(window, "almaty-police:member", f"/v1/tasks/{task['task_id']}/accept", {}, 1)
    needless = await break_glass(window, case_id, "almaty-police:head")
    assert (needless.status_code, needless.json()["code"]) == (409, "access-not-needed")
    assert (await break_glass(window, new_id("cas"))).status_code == 404


async def test_whoever_is_kept_out_opens_nothing_and_learns_nothing(window: Any) -> None:
    case_id = await window.open_case()
    assert (await break_glass(window, case_id)).status_code == 201
    [row] = await window.rows("SELECT version FROM case_file WHERE case_id = $1", case_id)
    late = {"basis": "conflict_of_interest", "remark": "Her sister.", "agency_id": agency_id("almaty-school-2")}
    kept = await post(window, COORDINATOR, f"/v1/cases/{case_id}/exclusions", late, row["version"])
    assert kept.status_code == 201, kept.text
    assert "narrative" in {seen["door"] for seen in kept.json()["had_seen"]} or kept.json()["had_seen"] == []
    assert (await get(window, NURSE, f"/v1/cases/{case_id}")).status_code == 404, "it ends what was open"
    barred, unknown = await break_glass(window, case_id, HER_HEAD), await break_glass(window, new_id("cas"), HER_HEAD)
    assert barred.status_code == unknown.status_code == 404
    assert {**barred.json(), "trace_id": 0} == {**unknown.json(), "trace_id": 0}
    assert (await get(window, HER_HEAD, "/v1/emergency-access")).json()["items"] == []


async def test_the_desk_reviews_what_was_looked_at_and_superiors_are_told(window: Any) -> None:
    case_id = await window.open_case()
    access = (await break_glass(window, case_id)).json()
    [told] = [event for event in await window.inside.told() if isinstance(event, EmergencyAccessOpened)]
    assert (told.agency_id, told.staff_id) == (agency_id("almaty-school-2"), demo_staff()[NURSE].staff_id)
    assert await reviews_owed(window, case_id) == [(agency_id("almaty-desk"), "running")]
    await get(window, NURSE, f"/v1/cases/{case_id}")
    [seen] = (await get(window, COORDINATOR, f"/v1/cases/{case_id}/emergency-access")).json()["items"]
    assert (seen["remark"], seen["reason"]) == (ASKED["remark"], ASKED["reason"])
    assert [one["door"] for one in seen["looked_at"]] == ["narrative"]
    [theirs] = (await get(window, HER_HEAD, "/v1/emergency-access")).json()["items"]
    assert (theirs["case_id"], theirs["reason"]) == (case_id, "medical_emergency")
    assert theirs.get("remark") is None
    assert (await get(window, NURSE, "/v1/emergency-access")).status_code == 403
    assert (await get(window, NURSE, f"/v1/cases/{case_id}/emergency-access")).status_code == 403
    assert ASKED["remark"] not in await window.dump(), "words rest sealed"
    found = await judge(window, COORDINATOR, access, "justified")
    assert (found.status_code, found.json()["verdict"]) == (200, "justified"), found.text
    assert await reviews_owed(window, case_id) == [(agency_id("almaty-desk"), "met")]
    assert (await get(window, NURSE, f"/v1/cases/{case_id}")).status_code == 200, "what was justified runs on"
    again = await judge(window, OMBUDSMAN, access, "not_justified")
    assert (again.status_code, again.json()["code"]) == (409, "reviewed-already")


async def test_what_was_not_justified_ends_at_once(window: Any) -> None:
    case_id = await window.open_case()
    access = (await break_glass(window, case_id, hours=4)).json()
    assert (await judge(window, OMBUDSMAN, access, "not_justified")).status_code == 200
    assert (await get(window, NURSE, f"/v1/cases/{case_id}")).status_code == 404


async def test_nobody_finds_for_their_own_house(window: Any) -> None:
    case_id = await window.open_case()
    access = (await break_glass(window, case_id, COORDINATOR)).json()
    assert await reviews_owed(window, case_id) == [(agency_id("almaty-department"), "running")]
    own = await judge(window, "almaty-desk:head", access, "justified")
    assert (own.status_code, own.json()["code"]) == (403, "own-emergency-access")
    assert (await judge(window, DEPARTMENT, access, "justified")).status_code == 200


async def test_a_review_nobody_makes_climbs_the_ladder(window: Any) -> None:
    case_id = await window.open_case()
    await break_glass(window, case_id)
    await window.move_clock(timedelta(days=30))
    await window.fire_everything()
    [(_, state)] = await reviews_owed(window, case_id)
    assert state == "breached"
    reached = await window.rows("SELECT reached FROM clock WHERE kind = 'review_emergency_access'")
    assert reached[0]["reached"] == "ombudsman"


def test_a_review_is_owed_after_the_case_has_closed(world: Any) -> None:
    case, desk = world.case(Risk.MEDIUM), world.staff("almaty-desk", StaffRole.COORDINATOR)
    triage_case(case, Risk.LOW, desk, world.moment)
    open_in_emergency(case, world.staff("almaty-school-2"), WHY, HOUR, world.moment)
    for task in case.open_tasks():
        withdraw_task(case, task, desk, WithdrawReason.NOT_NEEDED, world.moment)
    close_case(case, desk, CloseReason.CHILD_SAFE, world.moment)
    assert case.state is CaseState.CLOSED
    assert "review_emergency_access" in world.going(case)


def test_joined_cases_keep_who_may_look_and_who_owes_the_review(world: Any) -> None:
    older = world.case()
    referral = world.referral(by="almaty-police", at=world.now)
    younger = open_case(referral, world.new_id("per"), world.moment, provisional=True)
    desk = world.staff("almaty-desk", StaffRole.COORDINATOR)
    first = open_in_emergency(older, world.staff("almaty-school-2"), WHY, HOUR, world.moment)
    second = open_in_emergency(younger, desk, WHY, HOUR, world.after(minutes=3))
    due = {
        c.agency_id: c.due_at for f in (older, younger) for c in f.going_clocks(None) if c.kind.startswith("review_e")
    }
    join_cases(older, younger, [referral], world.after(minutes=1))
    assert set(older.accesses) == {first.access_id, second.access_id}
    owed = {c.agency_id: c.due_at for c in older.going_clocks(None) if c.kind is ClockKind.REVIEW_EMERGENCY_ACCESS}
    assert owed == due
    assert set(owed) == {world.agency("almaty-desk"), world.agency("almaty-department")}
    review_emergency(older, first, desk, EmergencyVerdict.JUSTIFIED, world.moment)
    assert {c.agency_id for c in older.going_clocks(None) if c.kind is ClockKind.REVIEW_EMERGENCY_ACCESS} == {
        world.agency("almaty-department")
    }


def test_a_reviewer_that_is_kept_out_is_followed_by_another_that_did_not_look_itself(world: Any) -> None:
    case = world.case()
    access = open_in_emergency(case, world.staff("almaty-department", StaffRole.HEAD), WHY, HOUR, world.moment)
    keep_out(case, world.exclusion("almaty-desk"), world.after(minutes=1))
    [clock] = [c for c in case.going_clocks(None) if c.kind is ClockKind.REVIEW_EMERGENCY_ACCESS]
    assert clock.agency_id not in {world.agency("almaty-desk"), access.agency_id}
    with pytest.raises(OwnAccess):
        review_emergency(
            case, access, world.staff("almaty-department", StaffRole.HEAD), EmergencyVerdict.JUSTIFIED, world.moment
        )
    review_emergency(case, access, world.staff(world.slug(clock.agency_id)), EmergencyVerdict.JUSTIFIED, world.moment)
    assert clock.state is ClockState.MET


def test_whoever_has_accepted_is_told_to_open_it_as_usual(world: Any) -> None:
    case = world.case()
    task = world.task(case, "police")
    accept_task(case, task, world.holder_of(task), "stf_" + "1" * 32, world.moment)
    with pytest.raises(AccessNotNeeded):
        open_in_emergency(case, world.holder_of(task), WHY, HOUR, world.moment)
