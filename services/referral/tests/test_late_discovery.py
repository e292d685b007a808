"""Decides that a tie found late takes everything away at once, says what had been seen, and is lifted by two persons only."""

from datetime import timedelta
from typing import Any

import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.exclusions import ExclusionView, StaffAccused
from tereze.contracts.referrals import NamedBody
from tereze.contracts.words import Category, Risk
from tereze.rig.inside import agency_id, demo_agencies, demo_staff

COORDINATOR, OMBUDSMAN = "almaty-desk:coordinator", "ombudsman:ombudsman"
CONFLICT = {"basis": "conflict_of_interest", "remark": "He is the director's brother."}


async def get(window: Any, who: str, path: str, **asked: Any) -> Any:
    async with window.caller(who) as caller:
        return await caller.get(path, **asked)


async def post(window: Any, who: str, path: str, body: Any = None, version: int = 1) -> Any:
    async with window.caller(who) as caller:
        return await caller.post(path, json=body, headers={"If-Match": f'"{version}"'})


async def version_of(window: Any, case_id: str) -> int:
    [row] = await window.rows("SELECT version FROM case_file WHERE case_id = $1", case_id)
    return int(row["version"])


async def keep_out(window: Any, case_id: str, who: str = COORDINATOR, **wish: Any) -> Any:
    version = await version_of(window, case_id)
    return await post(window, who, f"/v1/cases/{case_id}/exclusions", {**CONFLICT, **wish}, version)


async def everything_asked(window: Any, who: str, case_id: str, task_id: str) -> list[tuple[int, Any]]:
    """What every door of this service answers about a case and a task of it."""
    answers = [
        await get(window, who, f"/v1/cases/{case_id}"),
        await get(window, who, f"/v1/cases/{case_id}/exclusions"),
        await get(window, who, f"/v1/cases/{case_id}/disclosures"),
        await get(window, who, f"/v1/tasks/{task_id}"),
        await post(window, who, f"/v1/tasks/{task_id}/receive"),
        await post(window, who, f"/v1/tasks/{task_id}/accept", {}),
        await post(window, who, f"/v1/cases/{case_id}/triage", {"risk": "low"}),
        await post(window, who, f"/v1/cases/{case_id}/exclusions", {**CONFLICT, "agency_id": agency_id("ministry")}),
    ]
    return [(answer.status_code, {**answer.json(), "trace_id": None}) for answer in answers]


async def listed(window: Any, who: str) -> list[Any]:
    return [
        *(await get(window, who, "/v1/cases")).json()["items"],
        *(await get(window, who, "/v1/tasks")).json()["items"],
    ]


async def test_a_holder_found_to_be_tied_loses_the_case_in_the_same_answer(window: Any) -> None:
    case_id = await window.open_case()
    health = await window.task_of(case_id, "health")
    clinic = (await window.member_of(health["agency_id"])).removesuffix(":member")
    assert (await post(window, f"{clinic}:head", f"/v1/tasks/{health['task_id']}/accept", {})).status_code == 200
    assert (await get(window, f"{clinic}:member", f"/v1/cases/{case_id}")).status_code == 200
    answer = await keep_out(window, case_id, agency_id=health["agency_id"])
    assert answer.status_code == 201, answer.text
    view = ExclusionView.model_validate_json(answer.text)
    assert view.agency_ids == (health["agency_id"],)
    assert {(seen.door, seen.staff_id) for seen in view.had_seen} == {
        ("task", demo_staff()[f"{clinic}:head"].staff_id),
        ("narrative", demo_staff()[f"{clinic}:member"].staff_id),
    }
    assert all(seen.policy_id and seen.labels for seen in view.had_seen)
    now = await window.task_of(case_id, "health")
    assert (now["state"], now["responsible_staff_id"]) == ("requested", None)
    assert now["agency_id"] != health["agency_id"]
    unknown = await everything_asked(window, f"{clinic}:head", new_id("cas"), new_id("tsk"))
    assert await everything_asked(window, f"{clinic}:head", case_id, health["task_id"]) == unknown
    assert {status for status, _ in unknown} == {404}
    assert await listed(window, f"{clinic}:member") == []


async def test_one_person_is_kept_out_and_their_colleagues_go_on(window: Any) -> None:
    case_id = await window.open_case()
    police = await window.task_of(case_id, "police")
    await post(window, "almaty-police:member", f"/v1/tasks/{police['task_id']}/accept", {})
    brother = demo_staff()["almaty-police:member"].staff_id
    assert (await keep_out(window, case_id, OMBUDSMAN, staff_id=brother)).status_code == 201
    assert (await get(window, "almaty-police:member", f"/v1/cases/{case_id}")).status_code == 404
    assert await listed(window, "almaty-police:member") == []
    again = await get(window, "almaty-police:head", f"/v1/tasks/{police['task_id']}")
    assert (again.json()["state"], again.json()["agency_id"]) == ("requested", police["agency_id"])
    body = {"responsible_staff_id": brother}
    path = f"/v1/tasks/{police['task_id']}/accept"
    refused = await post(window, "almaty-police:head", path, body, again.json()["version"])
    assert (refused.status_code, refused.json()["code"]) == (422, "responsible-excluded")
    assert (await post(window, "almaty-police:head", path, {}, again.json()["version"])).status_code == 200
    assert not [event for event in await window.inside.told() if isinstance(event, StaffAccused)]


async def test_accusing_a_person_ends_their_access_everywhere(window: Any) -> None:
    case_id = await window.open_case()
    accused = demo_staff()["almaty-police:member"].staff_id
    answer = await keep_out(window, case_id, staff_id=accused, basis="accused")
    [event] = [event for event in await window.inside.told() if isinstance(event, StaffAccused)]
    assert (event.staff_id, event.exclusion_id) == (accused, answer.json()["exclusion_id"])
    assert case_id not in event.model_dump_json()


async def test_a_referral_that_names_staff_ends_their_access_before_there_is_a_case(window: Any) -> None:
    accused = demo_staff()["almaty-school-2:head"]
    named = NamedBody(agency_id=accused.agency_id, staff_id=accused.staff_id, accused=True)
    submitted = window.submitted(categories=(Category.INSTITUTIONAL,), risk=Risk.HIGH, concerns=(named,))
    await window.tell(submitted)
    assert [e.staff_id for e in await window.inside.told() if isinstance(e, StaffAccused)] == [accused.staff_id]
    assert await window.count("case_file") == 0
    await window.tell(window.identified(submitted))
    kept_out = {row["body_id"] for row in await window.rows("SELECT body_id FROM exclusion")}
    assert kept_out == {accused.staff_id, accused.agency_id, agency_id("almaty-department")}
    held = {row["agency_id"] for row in await window.rows("SELECT agency_id FROM task")}
    assert not held & kept_out
    assert {agency_id("ombudsman"), agency_id("ministry")} <= held
    for who in ("almaty-school-2:member", "almaty-department:head"):
        assert await listed(window, who) == []


async def test_the_units_of_a_named_agency_are_kept_out_with_it(window: Any) -> None:
    department = demo_agencies()["almaty-department"]
    named = NamedBody(agency_id=department.agency_id, accused=True)
    case_id = await window.open_case(concerns=(named,))
    kept_out = {
        row["body_id"] for row in await window.rows("SELECT body_id FROM exclusion WHERE case_id = $1", case_id)
    }
    assert {agency_id("almaty-school-1"), agency_id("almaty-guardianship")} < kept_out
    assert (await get(window, "almaty-school-1:member", f"/v1/cases/{case_id}")).status_code == 404


async def test_a_lifting_needs_two_persons(window: Any) -> None:
    case_id = await window.open_case()
    made = (await keep_out(window, case_id, agency_id=agency_id("almaty-school-1"))).json()
    path = f"/v1/cases/{case_id}/exclusions/{made['exclusion_id']}/lift"
    reason = {"remark": "Another person of the same name."}

    async def lift(who: str) -> Any:
        return await post(window, who, path, reason, await version_of(window, case_id))

    assert (await lift(COORDINATOR)).json()["state"] == "lift_asked"
    assert (await get(window, "almaty-school-1:member", f"/v1/cases/{case_id}")).status_code == 404
    refused = await lift(COORDINATOR)
    assert (refused.status_code, refused.json()["code"]) == (409, "needs-another-person")
    assert (await lift(OMBUDSMAN)).json()["state"] == "lifted"
    assert (await lift(OMBUDSMAN)).json()["code"] == "exclusion-not-in-force"
    assert (await get(window, "almaty-school-1:member", f"/v1/cases/{case_id}")).status_code == 200


async def test_a_lifting_holds_for_every_file_of_the_child_and_leaves_other_exclusions_alone(window: Any) -> None:
    submitted, later = window.submitted(), window.submitted(by="almaty-police")
    identified = window.identified(submitted)
    await window.tell(submitted, identified, later)
    await window.move_clock(timedelta(seconds=10))
    await window.fire_everything()
    [provisional] = await window.rows("SELECT case_id FROM case_file WHERE provisional")
    made = (await keep_out(window, provisional["case_id"], agency_id=agency_id("almaty-school-1"))).json()
    assert (await keep_out(window, provisional["case_id"], agency_id=agency_id("almaty-school-2"))).status_code == 201
    await window.tell(window.identified(later, identified.person_id))
    [joined] = await window.rows("SELECT case_id, joined_into FROM case_file WHERE joined_into IS NOT NULL")
    assert joined["case_id"] == provisional["case_id"]
    case_id = joined["joined_into"]
    [shared] = [
        one
        for one in (await get(window, COORDINATOR, f"/v1/cases/{case_id}/exclusions")).json()["items"]
        if one["agency_ids"] == made["agency_ids"]
    ]
    for who in (COORDINATOR, OMBUDSMAN):
        path = f"/v1/cases/{case_id}/exclusions/{shared['exclusion_id']}/lift"
        answer = await post(window, who, path, {"remark": "Another school."}, await version_of(window, case_id))
    assert answer.json()["state"] == "lifted"
    left = await window.rows("SELECT case_id, body_id FROM exclusion ORDER BY body_id")
    assert {row["body_id"] for row in left} == {agency_id("almaty-school-2")}
    assert {row["case_id"] for row in left} == {case_id, provisional["case_id"]}


@pytest.mark.parametrize(
    ("wish", "code", "pointer"),
    [
        ({}, "names-nobody", None),
        ({"agency_id": "agc_" + "0" * 32}, "unknown-body", "/agency_id"),
        ({"staff_id": "stf_" + "0" * 32}, "unknown-body", "/staff_id"),
        ({"agency_id": "agc_" + "0" * 32, "staff_id": "stf_" + "0" * 32}, "names-nobody", None),
    ],
)
async def test_an_exclusion_names_one_body_that_exists(window: Any, wish: Any, code: str, pointer: str | None) -> None:
    case_id = await window.open_case()
    problem = (await keep_out(window, case_id, **wish)).json()
    assert (problem["status"], problem["code"]) == (422, code)
    assert [error["pointer"] for error in problem.get("errors", [])] == ([pointer] if pointer else [])


async def test_keeping_out_is_for_the_desk_and_the_ombudsman(window: Any) -> None:
    case_id = await window.open_case()
    for who, status in (("almaty-police:head", 403), ("ombudsman:operator", 403), ("almaty-patronage:head", 403)):
        answer = await keep_out(window, case_id, who, agency_id=agency_id("almaty-school-1"))
        assert answer.status_code == status, who
    assert (await get(window, "almaty-police:head", f"/v1/cases/{case_id}/exclusions")).status_code == 403


async def test_whoever_keeps_their_own_agency_out_is_told_nothing_more(window: Any) -> None:
    case_id = await window.open_case()
    answer = await keep_out(window, case_id, agency_id=agency_id("almaty-desk"))
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await get(window, COORDINATOR, f"/v1/cases/{case_id}")).status_code == 404
    [clock] = await window.rows("SELECT * FROM clock WHERE task_id IS NULL AND kind = 'triage' AND state = 'running'")
    assert clock["agency_id"] != agency_id("almaty-desk")


async def test_what_was_learnt_late_holds_for_the_files_that_were_joined_into_the_case(window: Any) -> None:
    person = new_id("per")
    older, younger = window.submitted(by="almaty-school-2"), window.submitted(by="almaty-school-1")
    await window.tell(older, window.identified(older, person), younger)
    await window.move_clock(timedelta(seconds=4))
    await window.fire_everything()
    await window.tell(window.identified(younger, person))
    [joined] = await window.rows("SELECT case_id, joined_into FROM case_file WHERE joined_into IS NOT NULL")
    assert (await get(window, "almaty-school-1:member", f"/v1/cases/{joined['case_id']}")).status_code == 200
    await keep_out(window, joined["joined_into"], agency_id=agency_id("almaty-school-1"))
    assert (await get(window, "almaty-school-1:member", f"/v1/cases/{joined['case_id']}")).status_code == 404
