"""Decides that people come to act for an agency by whoever may give their role, unfit until attested, and nobody by themselves."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tereze.contracts.directory import StaffPublished
from tereze.contracts.rotas import RotaPublished
from tereze.local.fixtures import PACK
from tereze.rig.inside import agency_id, demo_staff

POLICE, DEPARTMENT, SCHOOL = agency_id("almaty-police"), agency_id("almaty-department"), agency_id("almaty-school-1")
DESK = agency_id("almaty-desk")
NEW = {
    "subject": "kc-новый".encode().hex(),
    "agency_id": POLICE,
    "roles": ["member"],
    "display_name": "Айгүл Нұрланқызы",
}


@pytest.fixture
def add(office):
    async def adding(who="almaty-police:head", key="k", **changes):
        return await office.post(who, "/v1/staff", {**NEW, **changes}, key=key)

    return adding


async def amend(office, who, staff_id, words, version):
    return await office.post(who, f"/v1/staff/{staff_id}/amend", words, version=version)


async def test_a_head_lets_somebody_act_once_they_are_attested(office, add):
    answer = await add()
    assert answer.status_code == 201, answer.text
    one = answer.json()
    assert {name: one[name] for name in NEW} == NEW
    assert one["fit_from"] is None
    [news] = await office.heard()
    assert (news.key_id, news.staff.subject, news.staff.fit_from) == (one["staff_id"], NEW["subject"], None)
    assert "vetting" in news.staff.unmet
    token = office.directory.mint.mint(NEW["subject"], POLICE)
    async with office.directory.client({"Authorization": f"Bearer {token}"}) as newcomer:
        refused = await newcomer.get("/v1/staff")
        assert (refused.status_code, refused.json()["code"]) == (403, "not-attested")
        me = (await newcomer.get("/v1/staff/me")).json()
        for kind in ("policy", "handbooks"):
            edition = next(asked["edition"] for asked in me["requirements"] if asked["kind"] == kind)
            words = {"kind": kind, "edition": edition, "evidence": "signed"}
            where = f"/v1/staff/{one['staff_id']}/attestations"
            signed = await newcomer.post(where, json=words, headers={"Idempotency-Key": kind})
            assert signed.status_code == 201
    for words in (
        {"kind": "vetting", "evidence": "file 1"},
        {"kind": "training", "discipline": "policing", "grade": 1, "evidence": "C"},
    ):
        assert (await office.post("almaty-police:head", where, words, key=words["kind"])).status_code == 201
    await office.heard()
    async with office.directory.client({"Authorization": f"Bearer {token}"}) as newcomer:
        assert (await newcomer.get("/v1/staff")).status_code == 200


MAY = [
    ("almaty-police:head", {"roles": ["head"]}, 201),
    ("almaty-police:head", {"roles": ["manager", "member"]}, 201),
    ("almaty-police:head", {"roles": ["system"]}, 201),
    ("almaty-police:manager", {"roles": ["member"]}, 201),
    ("almaty-police:manager", {"roles": ["head"]}, "role-above-your-own"),
    ("almaty-police:manager", {"roles": ["system"]}, "role-above-your-own"),
    ("almaty-police:head", {"roles": ["operator"]}, "role-above-your-own"),
    ("almaty-police:member", {}, "role-above-your-own"),
    ("almaty-police:system", {}, "role-above-your-own"),
    ("almaty-school-1:head", {}, "role-above-your-own"),  # of its own agency only
    ("almaty-department:head", {"agency_id": SCHOOL, "roles": ["head"]}, 201),  # the body above
    ("ministry:head", {"agency_id": SCHOOL, "roles": ["head"]}, 201),  # the body above that
    ("almaty-desk:head", {"agency_id": DESK, "roles": ["coordinator"]}, 201),
    ("ministry:operator", {"roles": ["head"]}, 201),
    ("ministry:operator", {"agency_id": agency_id("ombudsman"), "roles": ["ombudsman"]}, 201),
    ("ministry:operator", {"agency_id": agency_id("ministry"), "roles": ["operator"]}, 201),
    ("ombudsman:head", {"agency_id": agency_id("ombudsman"), "roles": ["ombudsman"]}, "role-above-your-own"),
]


@pytest.mark.parametrize(("who", "changes", "outcome"), MAY)
async def test_nobody_gives_a_role_above_their_own(add, who, changes, outcome):
    answer = await add(who, **changes)
    assert (answer.status_code if answer.status_code == 201 else answer.json()["code"]) == outcome, answer.text


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"subject": "demo:almaty-police:member"}, 409, "subject-taken", "/subject"),
        ({"roles": ["member", "member"]}, 422, "role-unfitting", "/roles/1"),
        ({"roles": ["member", "system"]}, 422, "role-unfitting", "/roles/1"),
        ({"roles": ["ombudsman"]}, 422, "role-unfitting", "/roles/0"),
        ({"roles": ["coordinator"]}, 422, "role-unfitting", "/roles/0"),
        ({"roles": []}, 422, "validation-failed", "/roles"),
        ({"agency_id": f"agc_{0:032x}"}, 422, "unknown-body", "/agency_id"),
        ({"subject": "with space"}, 422, "validation-failed", "/subject"),
        ({"active": True}, 422, "validation-failed", "/active"),
    ],
)
async def test_what_cannot_be_is_pointed_at_and_never_repeated(add, changes, status, code, pointer):
    answer = await add("ministry:operator", **changes)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["errors"][0]["pointer"]) == (status, code, pointer)
    assert NEW["display_name"] not in answer.text
    assert "demo:almaty-police:member" not in answer.text


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("almaty-department:head", 200),
        ("ministry:manager", 200),  # the body above the body above
        ("ministry:operator", 200),
        ("almaty-school-1:member", 200),
        ("almaty-department:member", 403),
        ("almaty-school-2:head", 403),
        ("almaty-police:head", 403),
    ],
)
async def test_who_acts_for_a_body_is_seen_there_and_by_whoever_keeps_it(office, who, status):
    seen = await office.get(who, f"/v1/staff?agency_id={SCHOOL}")
    assert seen.status_code == status
    if status == 200:
        assert {member["agency_id"] for member in seen.json()["items"]} == {SCHOOL}
        assert len(seen.json()["items"]) == 5


async def test_the_same_key_adds_once_and_the_act_names_the_policy(office, add):
    first, again = await add(), await add()
    assert first.json() == again.json()
    rows = await office.rows(
        "SELECT what, by_staff_id, policy_id FROM act WHERE subject_id = $1", first.json()["staff_id"]
    )
    head = demo_staff()["almaty-police:head"].staff_id
    assert [tuple(row.values()) for row in rows] == [("staff-added", head, "heads-give-roles")]


async def test_roles_change_and_what_they_ask_is_reckoned_anew(office, add):
    one = (await add()).json()
    manager = {"roles": ["manager"], "display_name": NEW["display_name"]}
    changed = await amend(office, "almaty-police:head", one["staff_id"], manager, 2)
    assert (changed.status_code, changed.json()["roles"]) == (200, ["manager"])
    assert "training-policing-lead" in changed.json()["unmet"]
    assert (await amend(office, "almaty-police:head", one["staff_id"], manager, 2)).status_code == 412


async def test_nobody_changes_who_stands_above_them_nor_themselves(office):
    people = {role: demo_staff()[f"almaty-police:{role}"].staff_id for role in ("member", "manager", "head")}
    words = {"roles": ["member"], "display_name": "Басқа Есім"}
    for who, target, status in (
        ("almaty-police:manager", "head", 403),
        ("almaty-police:head", "head", 403),
        ("almaty-police:member", "manager", 403),
        ("almaty-school-1:head", "member", 404),
        ("almaty-police:head", "manager", 200),
        ("ministry:operator", "head", 200),
    ):
        answer = await amend(office, who, people[target], words, 2)
        assert answer.status_code == status, (who, target, answer.text)
    operator = demo_staff()["ministry:operator"].staff_id
    refused = await amend(
        office, "ministry:operator", operator, {"roles": ["operator", "head"], "display_name": "x"}, 2
    )
    assert refused.status_code == 403
    assert (await amend(office, "ministry:operator", f"stf_{0:032x}", words, 1)).status_code == 404
    raised = await amend(office, "almaty-police:head", people["member"], {**words, "roles": ["operator"]}, 2)
    assert (raised.status_code, raised.json()["code"]) == (403, "role-above-your-own")


async def test_whoever_moves_takes_neither_post_nor_shift_along(office):
    one, clinic = demo_staff()["almaty-school-1:member"].staff_id, agency_id("almaty-school-2")
    now = datetime.now(UTC)
    shift = {"staff_id": one, "since": now.isoformat(), "until": (now + timedelta(days=1)).isoformat()}
    assert (await office.post("almaty-school-1:head", f"/v1/agencies/{SCHOOL}/rota", shift, key="s")).status_code == 201
    post = {"agency_id": SCHOOL, "specialism": "social_pedagogue", "pupils": 100}
    made = (await office.post("almaty-school-1:head", "/v1/workforce/posts", post, key="p")).json()
    async with office.caller("almaty-school-1:head") as head:
        where, filled = f"/v1/workforce/posts/{made['post_id']}", {"staff_id": one, "pupils": 100}
        assert (await head.put(where, json=filled, headers={"If-Match": '"1"'})).status_code == 200
    await office.heard()
    words = {"agency_id": clinic, "roles": ["member"]}
    move = f"/v1/staff/{one}/move"
    assert (await office.post("almaty-school-1:head", move, words, version=2)).json()["code"] == "role-above-your-own"
    assert (await office.post("almaty-school-2:head", move, words, version=2)).status_code == 404
    moved = await office.post("almaty-department:head", move, words, version=2)
    assert (moved.status_code, moved.json()["agency_id"]) == (200, clinic)
    told = await office.directory.told()
    [published] = [e.staff for e in told if isinstance(e, StaffPublished)]
    assert (published.agency_id, published.left_agency_id) == (clinic, agency_id("almaty-school-1"))
    assert published.left_at is not None
    assert [e.shifts for e in told if isinstance(e, RotaPublished)] == [()]
    [left] = await office.rows("SELECT staff_id, vacant_since, version FROM post")
    assert (left["staff_id"], left["version"]) == (None, 3)
    assert left["vacant_since"]
    again = await office.post("almaty-department:head", move, words, version=int(moved.headers["etag"].strip('"')))
    assert (again.status_code, again.json()["code"]) == (409, "already-there")


async def test_whoever_is_suspended_stays_where_they_were_suspended(office):
    one = demo_staff()["almaty-school-1:member"].staff_id
    await office.post("almaty-school-1:head", f"/v1/staff/{one}/suspend")
    words = {"agency_id": agency_id("almaty-school-2"), "roles": ["member"]}
    refused = await office.post("almaty-department:head", f"/v1/staff/{one}/move", words, version=3)
    assert (refused.status_code, refused.json()["code"]) == (409, "stays-while-suspended")


def run(environment, *words):
    command = [sys.executable, "-m", "tereze.directory", *words]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


FIRST = (
    "first-operator", "--subject", "kc-1", "--name", "Айгүл Нұрланқызы", "--evidence", "order 12",
    "--agency", "ministry-of-education", "--agency-en", "Ministry of Education",
)  # fmt: skip


def test_the_first_operator_is_let_in_once_in_production(service_database, service_environment):
    environment = service_environment(service_database("directory"), mode="production")
    early = run(environment, *FIRST)
    assert (early.returncode, "pack first" in early.stderr) == (2, True), "without rules everybody would be fit"
    assert run(environment, "load-pack", str(PACK)).returncode == 0
    done = run(environment, *FIRST)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Айгүл" not in done.stdout
    again = run(environment, *FIRST[:2], "kc-2", *FIRST[3:])
    assert (again.returncode, "operator already" in again.stderr) == (2, True)


async def test_the_first_operator_signs_and_may_act(service_database, service_environment, mint):
    from tereze.directory.app import build  # noqa: PLC0415 - the service under the database the command wrote
    from tereze.rig.inside import stand_inside  # noqa: PLC0415

    environment = service_environment(service_database("directory"))
    assert run(environment, "load-pack", str(PACK)).returncode == 0
    done = run(environment, *FIRST)
    body = done.stdout.split()[4]
    async with stand_inside(build, environment, mint) as inside:
        await inside.hear(*await inside.told())
        async with inside.client({"Authorization": f"Bearer {mint.mint('kc-1', body)}"}) as operator:
            me = (await operator.get("/v1/staff/me")).json()
            assert me["unmet"] == ["policy", "handbooks"], "training and vetting were vouched for"
            assert json.dumps(me).count("order 12") >= 1
            for kind in ("policy", "handbooks"):
                edition = next(asked["edition"] for asked in me["requirements"] if asked["kind"] == kind)
                words, key = {"kind": kind, "edition": edition, "evidence": "signed"}, {"Idempotency-Key": kind}
                signed = await operator.post(f"/v1/staff/{me['staff_id']}/attestations", json=words, headers=key)
                assert signed.status_code == 201, signed.text
            await inside.hear(*await inside.told())
            founded = {
                "slug": "almaty-police",
                "kind": "police",
                "region_code": "KZ-75",
                "name": {"kk": "П", "ru": "П", "en": "P"},
            }
            answer = await operator.post("/v1/agencies", json=founded, headers={"Idempotency-Key": "f"})
            assert answer.status_code == 201, answer.text
