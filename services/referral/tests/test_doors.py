"""Decides that every door of a task and a case answers by version and need to know, and that what comes in by it is kept."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tereze.contracts import cases, casework, disputes, evidence, inquiries, tasks
from tereze.contracts.labels import Contract
from tereze.contracts.words import Category, Risk
from tereze.protocol import RULES
from tereze.rig.apidocs.examples import example
from tereze.rig.inside import demo_agencies

BODIES: dict[str, type[Contract] | None] = {
    "receive": None, "accept": cases.AcceptTask, "responsible": tasks.NameResponsible, "decline": cases.DeclineTask,
    "redirect": tasks.RedirectTask, "reroute": tasks.RerouteTask, "dispute": disputes.DisputeTask,
    "dispute/decide": disputes.DecideDispute, "start": cases.StartTask, "contacts": tasks.RecordContact,
    "contact-attempts": tasks.RecordAttempt, "evidence": evidence.RecordEvidence, "hold": tasks.HoldTask,
    "resume": tasks.ResumeTask, "hand-over": tasks.OfferHandOver, "hand-over/accept": tasks.AcceptHandOver,
    "hand-over/end": tasks.EndHandOver, "fulfil": cases.FulfilTask, "confirm": tasks.ConfirmTask,
    "not-achieved": tasks.NotAchieveTask, "withdraw": tasks.WithdrawTask, "reopen": tasks.ReopenTask, "void": tasks.VoidTask,
}  # fmt: skip
OF_CASE: dict[str, type[Contract] | None] = {
    "triage": cases.TriageCase, "screen-out": casework.ScreenOutCase, "review": casework.ReviewScreening,
    "close": casework.CloseCase, "reopen": casework.ReopenCase, "tasks": tasks.AssignTask,
    "agencies-informed": evidence.RecordDisclosures, "strategy-minutes": evidence.RecordMinutes,
    "assessment": evidence.ApproveAssessment, "plan": evidence.SignPlan, "plan-reviews": evidence.RecordPlanReview,
    "reporter-told": evidence.TellReporter, "independent-review": inquiries.RecordFindings,
}  # fmt: skip
BY_COORDINATOR = {"reroute", "dispute", "confirm", "withdraw", "reopen", "void"}


def body_of(shape: type[Contract] | None) -> Any:
    return json.loads(example(shape)) if shape else None


async def post(window: Any, who: str, path: str, body: Any = None, version: int | None = 1) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    async with window.caller(who) as caller:
        return await caller.post(path, json=body, headers=headers)


async def get(window: Any, who: str, path: str) -> Any:
    async with window.caller(who) as caller:
        return (await caller.get(path)).json()


async def health_of(window: Any, case_id: str) -> tuple[str, str, str]:
    """The health task, the clinic that holds it, and the other one."""
    task = await window.task_of(case_id, "health")
    slug = (await window.member_of(task["agency_id"])).removesuffix(":member")
    return task["task_id"], slug, next(one for one in ("almaty-clinic-1", "almaty-clinic-2") if one != slug)


def test_every_door_of_the_table_is_tried_here() -> None:
    assert set(BODIES) >= {rule.door for rule in RULES if rule.door}


async def test_a_door_is_closed_to_strangers_to_whoever_sends_no_version_and_to_an_old_one(window: Any) -> None:
    case_id = await window.open_case(risk=Risk.MEDIUM, by="almaty-police")
    task = await window.task_of(case_id, "health")
    slug = (await window.member_of(task["agency_id"])).removesuffix(":member")
    for door, shape in BODIES.items():
        path, body = f"/v1/tasks/{task['task_id']}/{door}", body_of(shape)
        if door in {"accept", "hand-over/accept"}:
            body = {}
        stranger = await post(window, "almaty-school-2:manager", path, body)
        assert stranger.status_code == (422 if door == "responsible" else 404), door  # no colleague of theirs is named
        own = "almaty-desk:coordinator" if door in BY_COORDINATOR else f"{slug}:manager"
        assert (await post(window, own, path, body, None)).status_code == 428, door
        answer = await post(window, own, path, body, 9)
        refused = answer.json()
        if door in {"dispute/decide", "hand-over/accept"}:  # nobody decides or is offered anything yet
            assert answer.status_code == 403, door
            continue
        assert answer.status_code in {412, 422}, (door, answer.text)
        if answer.status_code == 412:
            assert (refused["current_version"], refused["current_state"]) == (1, "requested"), door


async def test_a_case_s_door_is_closed_to_strangers_and_to_an_old_version(window: Any) -> None:
    case_id = await window.open_case(risk=Risk.MEDIUM, by="almaty-police")
    for door, shape in OF_CASE.items():
        path, body = f"/v1/cases/{case_id}/{door}", body_of(shape)
        assert (await post(window, "almaty-school-2:head", path, body)).status_code == 404, door
        answer = await post(window, "almaty-desk:coordinator", path, body, 1)
        assert answer.status_code in {412, 403 if door in {"review", "independent-review"} else 412}, (
            door,
            answer.text,
        )
        if answer.status_code == 412:
            assert answer.json()["current_state"] == "reported"


async def test_what_is_said_of_a_task_is_kept_and_read_back(window: Any) -> None:
    case_id = await window.open_case(risk=Risk.MEDIUM, categories=(Category.PHYSICAL,), by="almaty-police")
    task_id, clinic, next_clinic = await health_of(window, case_id)
    boss, now = f"{clinic}:manager", datetime.now(UTC)
    contact = {"at": now.isoformat(), "place": "clinic", "child_seen_alone": True}
    other = demo_agencies()[next_clinic].agency_id
    steps = [
        ("accept", {}, "accepted"), ("start", {"contact": contact}, "in_progress"),
        ("hold", {"reason": "awaiting_court", "review_at": (now + timedelta(days=1)).isoformat()}, "on_hold"),
    ]  # fmt: skip
    for version, (door, body, state) in enumerate(steps, start=1):
        answer = await post(window, boss, f"/v1/tasks/{task_id}/{door}", body, version)
        assert (answer.status_code, answer.json().get("state")) == (200, state), answer.text
    held = await get(window, boss, f"/v1/tasks/{task_id}")
    assert (held["hold_reason"], held["fhir_status"]) == ("awaiting_court", "on-hold")
    await window.move_clock(timedelta(days=1, minutes=1))
    await window.fire_everything()
    resumed = await get(window, boss, f"/v1/tasks/{task_id}")
    assert (resumed["state"], resumed.get("review_at")) == ("in_progress", None), "the review date ends the hold"
    offer = {"agency_id": other, "reason": "child_moved", "remark": "They live beside the other clinic now."}
    offered = await post(window, boss, f"/v1/tasks/{task_id}/hand-over", offer, resumed["version"])
    assert (offered.json()["hand_over"], offered.json()["agency_id"]) == (True, held["agency_id"])
    taken = await post(
        window, f"{next_clinic}:manager", f"/v1/tasks/{task_id}/hand-over/accept", {}, offered.json()["version"]
    )
    assert (taken.status_code, taken.json()["agency_id"], taken.json()["state"]) == (200, other, "in_progress"), (
        taken.text
    )
    assert "beside the other" not in await window.dump(), "words rest sealed"


async def test_a_refusal_is_disputed_and_overturned_over_http(window: Any) -> None:
    case_id = await window.open_case(risk=Risk.MEDIUM, categories=(Category.PHYSICAL,), by="almaty-police")
    task_id, clinic, _ = await health_of(window, case_id)
    await post(window, f"{clinic}:manager", f"/v1/tasks/{task_id}/decline", {"reason": "no_capacity"})
    said = {"reason": "within_remit", "remark": "They have two paediatricians."}
    disputed = await post(window, "almaty-police:member", f"/v1/tasks/{task_id}/dispute", said, 2)
    assert (disputed.status_code, disputed.json()["state"]) == (200, "disputed"), disputed.text
    ruling = {"finding": "overturned", "remark": "They have."}
    ruled = await post(window, "almaty-desk:head", f"/v1/tasks/{task_id}/dispute/decide", ruling, 3)
    assert (ruled.status_code, ruled.json()["state"]) == (200, "requested"), ruled.text
    states = await window.rows("SELECT state FROM task WHERE service = 'health' ORDER BY task_id")
    assert [row["state"] for row in states] == ["requested", "withdrawn"]


@pytest.mark.parametrize("low", [3, 2])
async def test_low_reports_add_up_across_screened_out_cases(window: Any, low: int) -> None:
    person, case_ids = None, []
    for number in range(low):
        submitted = window.submitted(risk=Risk.LOW, categories=(Category.NEGLECT,), by="almaty-police")
        identified = window.identified(submitted, person)
        person = identified.person_id
        await window.tell(submitted, identified)
        [row] = await window.rows("SELECT case_id FROM referral WHERE referral_id = $1", submitted.referral_id)
        case_ids.append(row["case_id"])
        if number < low - 1:
            for door, body in (
                ("triage", {"risk": "low"}),
                ("screen-out", {"reason": "advice_was_enough", "remark": "Advice was given and taken."}),
            ):
                version = (await get(window, "almaty-desk:coordinator", f"/v1/cases/{row['case_id']}"))["version"]
                answer = await post(
                    window, "almaty-desk:coordinator", f"/v1/cases/{row['case_id']}/{door}", body, version
                )
                assert answer.status_code == 200, answer.text
    assert len(set(case_ids)) == low
    last = await get(window, "almaty-desk:coordinator", f"/v1/cases/{case_ids[-1]}")
    assert last["risk"] == ("medium" if low == 3 else "low")
