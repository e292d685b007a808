"""Decides what agencies are answered: need to know on every read, one version on every command, a clear problem on every refusal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.cases import CasePage, CaseView, TaskPage, TaskView
from tereze.contracts.protocols import ProtocolList, ProtocolView, SheetView
from tereze.contracts.words import Category, Locale, Risk
from tereze.referral.rooms import titles_of
from tereze.referral.views import Words

COUNTRY = Path(__file__).resolve().parents[3] / "deploy" / "packs" / "kz"

CONTACT = {"contact": {"at": "2026-07-24T12:00:00Z", "place": "home", "child_seen_alone": True}}


async def get(window: Any, who: str, path: str, **more: Any) -> Any:
    async with window.caller(who) as caller:
        return await caller.get(path, **more)


async def post(window: Any, who: str, path: str, body: Any = None, version: int | None = 1) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    async with window.caller(who) as caller:
        return await caller.post(path, json=body, headers=headers)


async def silent_holder(window: Any, case_id: str, service: str) -> tuple[str, str]:
    task = await window.task_of(case_id, service)
    return task["task_id"], (await window.member_of(task["agency_id"])).removesuffix(":member")


SEEN = [
    ("almaty-school-1:member", {"person": True, "risk": False, "narrative": False, "staff": False}),
    ("almaty-police:member", {"person": True, "risk": True, "narrative": False, "staff": False}),
    ("almaty-desk:coordinator", {"person": True, "risk": True, "narrative": True, "staff": True}),
    ("ombudsman:ombudsman", {"person": True, "risk": True, "narrative": False, "staff": True}),
    ("ombudsman:operator", {"person": True, "risk": False, "narrative": False, "staff": False}),
]


@pytest.mark.parametrize(("who", "sees"), SEEN)
async def test_each_reader_sees_what_they_need_and_no_more(window: Any, who: str, sees: dict[str, bool]) -> None:
    case_id = await window.open_case()
    answer = await get(window, who, f"/v1/cases/{case_id}")
    assert answer.status_code == 200, answer.text
    view = answer.json()
    CaseView.model_validate_json(answer.text)
    assert ("risk" in view, "person_id" in view) == (sees["risk"], sees["person"])
    assert any(r.get("narrative") for r in view["referrals"]) is sees["narrative"]
    assert ("responsible_staff_id" in view["tasks"][0]) is sees["staff"]
    assert answer.headers["etag"] == f'"{view["version"]}"'
    assert len(view["timeline"]) + view["hidden_entries"] == view["version"]


@pytest.mark.parametrize(
    "who",
    [
        "almaty-school-2:member",
        "almaty-clinic-2:head",
        "astana-police:member",
        "astana-desk:coordinator",
        "prosecutor:head",
    ],
)
async def test_whoever_does_not_need_to_know_finds_nothing(window: Any, who: str) -> None:
    await window.inside.know("astana-police", "astana-desk")
    first = await window.open_case()  # the least loaded clinic takes it
    task_id, holder = await silent_holder(window, first, "health")
    who = who if not who.startswith("almaty-clinic") else ("almaty-clinic-1:head" if holder.endswith("2") else who)
    for path in (f"/v1/cases/{first}", f"/v1/tasks/{task_id}"):
        answer = await get(window, who, path)
        unknown = await get(window, who, f"/v1/cases/{new_id('cas')}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found") == (
            unknown.status_code, unknown.json()["code"],
        )  # fmt: skip
    assert (await get(window, who, "/v1/cases")).json()["items"] == []
    assert (await get(window, who, "/v1/tasks")).json()["items"] == []
    assert (await post(window, who, f"/v1/tasks/{task_id}/receive")).status_code == 404
    assert (await post(window, who, f"/v1/cases/{first}/triage", {"risk": "low"})).status_code == 404


async def test_a_referrer_does_not_see_what_others_reported(window: Any) -> None:
    person = new_id("per")
    ours, theirs = window.submitted(), window.submitted(by="almaty-police", narrative="ours alone")
    await window.tell(ours, theirs, window.identified(ours, person), window.identified(theirs, person))
    [row] = await window.rows("SELECT case_id FROM case_file")
    view = (await get(window, "almaty-school-1:member", f"/v1/cases/{row['case_id']}")).json()
    assert [r["referral_id"] for r in view["referrals"]] == [ours.referral_id]
    assert view["hidden_entries"] == 1


async def test_the_narrative_opens_with_the_acceptance(window: Any) -> None:
    case_id = await window.open_case(narrative="She said her father did it.")
    task_id, slug = await silent_holder(window, case_id, "police")
    assert (await post(window, f"{slug}:member", f"/v1/tasks/{task_id}/accept", {})).status_code == 200
    view = (await get(window, f"{slug}:member", f"/v1/cases/{case_id}")).json()
    assert view["referrals"][0]["narrative"] == "She said her father did it."
    assert "reporter" not in view["referrals"][0]


async def test_a_task_goes_its_way_over_http(window: Any) -> None:
    case_id = await window.open_case()
    task_id, slug = await silent_holder(window, case_id, "health")
    who, path = f"{slug}:member", f"/v1/tasks/{task_id}"
    steps = [
        ("receive", None, "received"), ("accept", {}, "accepted"), ("start", CONTACT, "in_progress"),
        ("fulfil", {"outcome": "child_safe", "child_view": "I want to stay at my aunt's."}, "fulfilled"),
    ]  # fmt: skip
    for version, (verb, body, state) in enumerate(steps, start=1):
        answer = await post(window, who, f"{path}/{verb}", body, version)
        assert answer.status_code == 200, answer.text
        view = TaskView.model_validate_json(answer.text)
        assert (view.state, view.version, answer.headers["etag"]) == (state, version + 1, f'"{version + 1}"')
    shown = await get(window, who, path)
    assert shown.json()["state"] == "fulfilled"
    owed = {clock["kind"] for clock in shown.json()["clocks"] if clock["state"] != "met"}
    assert owed == {"confirm_result"}
    assert await window.count("contact") == 1
    assert "my aunt" not in await window.dump()
    assert (await get(window, who, "/v1/tasks", params={"state": "fulfilled"})).json()["items"][0]["task_id"] == task_id


async def test_the_system_of_an_agency_works_its_tasks(window: Any) -> None:
    case_id = await window.open_case(risk=Risk.MEDIUM)
    task_id, slug = await silent_holder(window, case_id, "police")
    assert (await post(window, f"{slug}:system", f"/v1/tasks/{task_id}/receive")).status_code == 200
    declined = await post(window, f"{slug}:system", f"/v1/tasks/{task_id}/decline", {"reason": "no_capacity"}, 2)
    assert declined.status_code == 200


async def test_a_command_needs_the_version_it_was_decided_on(window: Any) -> None:
    case_id = await window.open_case()
    task_id, slug = await silent_holder(window, case_id, "health")
    path = f"/v1/tasks/{task_id}/receive"
    missing = await post(window, f"{slug}:member", path, version=None)
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition-required")
    assert (await post(window, f"{slug}:member", path)).status_code == 200
    stale = await post(window, f"{slug}:member", path)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    assert (stale.json()["current_version"], stale.json()["current_state"]) == (2, "received")
    again = await post(window, f"{slug}:member", path, version=2)
    assert (again.status_code, again.json()["code"]) == (409, "task-not-in-this-state")
    assert again.json()["current_state"] == "received"


@pytest.mark.parametrize(
    ("risk", "role", "status", "code"),
    [
        (Risk.CRITICAL, "manager", 409, "decline-barred"),
        (Risk.HIGH, "head", 409, "decline-barred"),
        (Risk.MEDIUM, "member", 403, "forbidden"),
        (Risk.MEDIUM, "manager", 200, None),
    ],
)
async def test_who_may_decline_what(window: Any, risk: Risk, role: str, status: int, code: str | None) -> None:
    case_id = await window.open_case(risk=risk, categories=(Category.PHYSICAL,))
    task_id, slug = await silent_holder(window, case_id, "health")
    body = {"reason": "no_capacity", "remark": "Our paediatrician is on leave."}
    answer = await post(window, f"{slug}:{role}", f"/v1/tasks/{task_id}/decline", body)
    assert (answer.status_code, answer.json().get("code")) == (status, code)
    held, who = await silent_holder(window, case_id, "health")
    assert (held == task_id) is (who == slug) is (status != 200)
    assert "paediatrician" not in await window.dump()
    if status == 200:
        assert (await get(window, f"{slug}:{role}", f"/v1/tasks/{task_id}")).json()["state"] == "declined"
        assert (await get(window, f"{slug}:{role}", f"/v1/tasks/{held}")).status_code == 404
        taken_up = (await get(window, f"{who}:member", f"/v1/tasks/{held}")).json()
        assert taken_up["follows_task_id"] == task_id


async def test_the_second_clinic_takes_the_duty_over(window: Any) -> None:
    case_id = await window.open_case()
    task_id, first = await silent_holder(window, case_id, "health")
    second = "almaty-clinic-1" if first.endswith("2") else "almaty-clinic-2"
    await window.move_clock(timedelta(hours=2, minutes=31))
    await window.fire_everything()
    offered = (await get(window, f"{second}:member", "/v1/tasks")).json()["items"]
    assert [task["task_id"] for task in offered] == [task_id]
    accepted = await post(window, f"{second}:member", f"/v1/tasks/{task_id}/accept", {}, offered[0]["version"])
    assert accepted.status_code == 200, accepted.text
    assert (await silent_holder(window, case_id, "health")) == (task_id, second)
    # the silence convened the commission, on which the first clinic sits: it may read of the duty, and holds it no more
    assert (await get(window, f"{first}:member", "/v1/tasks")).json()["items"] == []


async def test_triage_is_the_desk_coordinator_s(window: Any) -> None:
    case_id = await window.open_case(risk=Risk.MEDIUM)
    desk, path = "almaty-desk:coordinator", f"/v1/cases/{case_id}/triage"
    version = (await get(window, desk, f"/v1/cases/{case_id}")).json()["version"]
    body = {"risk": "critical", "remark": "The mother called again."}
    assert (await post(window, "almaty-desk:member", path, body, version)).status_code == 403
    assert (await post(window, "almaty-police:manager", path, body, version)).status_code == 403
    assert (await post(window, desk, path, body, version - 1)).status_code == 412
    assert (await post(window, desk, path, {"risk": "awful"}, version)).status_code == 422
    answer = await post(window, desk, path, body, version)
    assert answer.status_code == 200, answer.text
    view = answer.json()
    assert (view["state"], view["risk"]) == ("triaged", "critical")
    assert {task["risk"] for task in view["tasks"]} == {"critical"}
    assert view["clocks"][0]["state"] == "met"
    assert "mother called" not in await window.dump()


async def test_lists_show_the_most_urgent_first_and_are_cut_into_pages(window: Any) -> None:
    risks = [Risk.LOW, Risk.CRITICAL, Risk.MEDIUM, Risk.HIGH, Risk.CRITICAL]
    for risk in risks:
        await window.open_case(risk=risk, categories=(Category.SEXUAL_CONTACT,))
    for path, shape in (("/v1/cases", CasePage), ("/v1/tasks", TaskPage)):
        seen: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            answer = await get(window, "almaty-police:member", path, params={"limit": 2, **cursor})
            page = shape.model_validate_json(answer.text)
            seen += page.items
            if not page.has_more:
                break
            cursor = {"cursor": str(page.cursor)}
        due = [
            getattr(item, "next_due_at", None) or min(c.due_at for c in item.clocks if c.next_level) for item in seen
        ]
        assert due == sorted(due)
        assert {item.risk for item in seen[:2]} == {Risk.CRITICAL}
        assert len({item.model_dump_json() for item in seen}) == 5
        assert (await get(window, "almaty-police:member", path, params={"cursor": "bm9wZQ"})).json()[
            "code"
        ] == "bad-cursor"
        assert (await get(window, "almaty-police:member", path, params={"limit": 0})).status_code == 422


async def test_overseers_list_every_case_and_a_bystander_none(window: Any) -> None:
    await window.open_case()
    for who, count in (("ombudsman:ombudsman", 1), ("ombudsman:operator", 1), ("ombudsman:member", 0)):
        assert len((await get(window, who, "/v1/cases")).json()["items"]) == count


async def test_the_responsible_person_is_one_of_the_agency_s_own(window: Any) -> None:
    case_id = await window.open_case()
    task_id, slug = await silent_holder(window, case_id, "police")
    stranger = await window.staff_id("almaty-desk:head")
    answer = await post(window, f"{slug}:member", f"/v1/tasks/{task_id}/accept", {"responsible_staff_id": stranger})
    assert (answer.status_code, answer.json()["code"]) == (422, "not-your-staff")
    assert answer.json()["errors"][0]["pointer"] == "/responsible_staff_id"
    colleague = await window.staff_id(f"{slug}:head")
    answer = await post(window, f"{slug}:member", f"/v1/tasks/{task_id}/accept", {"responsible_staff_id": colleague})
    assert answer.json()["responsible_staff_id"] == colleague


async def test_a_contact_is_evidence_only_after_it_took_place(window: Any) -> None:
    case_id = await window.open_case()
    task_id, slug = await silent_holder(window, case_id, "health")
    await post(window, f"{slug}:member", f"/v1/tasks/{task_id}/accept", {})
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    body = {"contact": {**CONTACT["contact"], "at": tomorrow}}
    answer = await post(window, f"{slug}:member", f"/v1/tasks/{task_id}/start", body, 2)
    assert (answer.status_code, answer.json()["code"]) == (422, "contact-in-the-future")
    answer = await post(window, f"{slug}:member", f"/v1/tasks/{task_id}/fulfil", {"outcome": "child_safe"}, 2)
    assert (answer.status_code, answer.json()["code"]) == (422, "contact-missing")
    done = {"outcome": "child_safe", **CONTACT}
    assert (await post(window, f"{slug}:member", f"/v1/tasks/{task_id}/fulfil", done, 2)).status_code == 200


@pytest.mark.parametrize(
    ("step", "language", "title"),
    [
        ("commission.visit_home", Locale.EN, "Visit the home"),
        ("plan.school_support", Locale.KK, "Мектептегі қолдау"),
        ("plan.legal_help", Locale.RU, "Юридическая помощь"),
        ("step.of.another.country", Locale.RU, "step.of.another.country"),
    ],
)
def test_what_the_commission_and_a_family_s_plan_ask_for_has_a_title_too(
    world: Any, protocols: Any, step: str, language: Locale, title: str
) -> None:
    case = world.case()
    task = replace(world.task(case, "police"), step=step)
    assert Words(protocols, titles_of(COUNTRY), language).title_of(case, task) == title


async def test_titles_speak_the_reader_s_language(window: Any) -> None:
    case_id = await window.open_case()
    task_id, slug = await silent_holder(window, case_id, "police")
    titles = [
        (await get(window, f"{slug}:member", f"/v1/tasks/{task_id}", headers={"Accept-Language": tag})).json()["title"]
        for tag in ("kk", "ru-KZ, en;q=0.5", "fr", "")
    ]
    assert titles[:2] == ["Баланы қорғау, дәлелдерді сақтау", "Защитить ребёнка, сохранить доказательства"]
    assert titles[2] == titles[3] == "Protect the child, secure the evidence"


async def test_the_protocol_is_open_to_read(window: Any) -> None:
    listed = ProtocolList.model_validate_json((await get(window, "almaty-police:member", "/v1/protocols")).text)
    assert [(p.version, p.in_force) for p in listed.items] == [
        ("kz-default/1", False),
        ("kz-default/2", True),
    ]
    for version in (1, 2):
        answer = await get(window, "almaty-police:member", f"/v1/protocols/kz-default/{version}")
        shown = ProtocolView.model_validate_json(answer.text)
        assert len(shown.categories) == len(Category)
        assert shown.ladder[-1].level == "ombudsman"
    assert {service.service for service in shown.services} >= {"rehabilitation", "special_social_services"}
    for step in shown.steps:
        sheet = await get(window, "almaty-police:member", f"/v1/protocols/kz-default/2/sheets/{step.sheet}")
        assert all(line.kk and line.ru and line.en for line in SheetView.model_validate_json(sheet.text).doctor.never)
    for wrong in (
        "/v1/protocols/kz-default/9",
        "/v1/protocols/other/1",
        "/v1/protocols/kz-default/2/sheets/none",
        "/v1/protocols/kz-default/1/sheets/online",
    ):
        assert (await get(window, "almaty-police:member", wrong)).status_code == 404
