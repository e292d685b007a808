"""Decides that bodies are founded, amended and closed by whoever may, once, told at once, and never over somebody's head."""

from datetime import date

import pytest

from tereze.contracts.directory import AgencyPublished
from tereze.directory.domain.country import PackMistake
from tereze.directory.loading import load_pack
from tereze.directory.pack import read_pack
from tereze.local.fixtures import PACK
from tereze.rig.inside import agency_id, demo_staff

DEPARTMENT, SCHOOL = agency_id("almaty-department"), agency_id("almaty-school-1")
NAME = {"kk": "Көктем орта мектебі", "ru": "Средняя школа «Коктем»", "en": "Koktem school"}
KOKTEM = {
    "slug": "almaty-school-koktem", "kind": "school", "region_code": "KZ-75", "parent_agency_id": DEPARTMENT, "name": NAME,
}  # fmt: skip


@pytest.fixture
def found(office):
    async def founding(who="almaty-department:head", key="k", **changes):
        words = {name: value for name, value in {**KOKTEM, **changes}.items() if value is not None}
        return await office.post(who, "/v1/agencies", words, key=key)

    return founding


async def told_of(office, one):
    return [e for e in await office.directory.told() if isinstance(e, AgencyPublished) and e.key_id == one]


async def put(office, who, one, words, version=1):
    async with office.caller(who) as caller:
        return await caller.put(f"/v1/agencies/{one}", json=words, headers={"If-Match": f'"{version}"'})


async def test_a_head_founds_a_unit_below_their_body_and_everybody_hears_of_it(office, found):
    answer = await found()
    assert answer.status_code == 201, answer.text
    unit = answer.json()
    assert {name: unit[name] for name in KOKTEM} == KOKTEM
    assert (unit["active"], unit["version"], answer.headers["etag"]) == (True, 1, '"1"')
    assert answer.headers["location"] == f"/v1/agencies/{unit['agency_id']}"
    [news] = await told_of(office, unit["agency_id"])
    assert (news.version, news.agency.slug, news.agency.parent_agency_id) == (1, KOKTEM["slug"], DEPARTMENT)
    read = await office.get("almaty-police:member", f"/v1/agencies/{unit['agency_id']}")
    assert (read.json()["name"], read.headers["etag"]) == (NAME, '"1"')


async def test_the_same_key_founds_once(office, found):
    first, again = await found(), await found()
    assert first.json() == again.json()
    assert len(await told_of(office, first.json()["agency_id"])) == 1
    assert (await found(key="other")).json()["code"] == "slug-taken"


MAY = [
    ("ministry:operator", {}, 201),
    ("ministry:operator", {"parent_agency_id": None, "region_code": None, "kind": "prosecutor"}, 201),
    ("almaty-department:manager", {}, 201),
    ("ministry:head", {}, 201),  # the body above the body above
    ("almaty-department:member", {}, 403),
    ("almaty-police:head", {}, 403),
    ("almaty-department:head", {"parent_agency_id": None}, 403),
    ("almaty-department:head", {"parent_agency_id": agency_id("ministry")}, 403),
    ("almaty-department:head", {"kind": "window_desk"}, 403),
    ("almaty-department:head", {"kind": "ombudsman"}, 403),
    ("almaty-department:head", {"kind": "regional_department"}, 201),  # a unit of what it is itself
    ("almaty-department:head", {"region_code": "KZ-19"}, 403),
    ("almaty-department:head", {"region_code": None}, 403),
    ("ombudsman:ombudsman", {}, 403),
]


@pytest.mark.parametrize(("who", "changes", "status"), MAY)
async def test_who_may_found_what_where(found, who, changes, status):
    answer = await found(who, **changes)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"slug": "almaty-police"}, 409, "slug-taken", "/slug"),
        ({"region_code": "KZ-99"}, 422, "unknown-region", "/region_code"),
        ({"parent_agency_id": f"agc_{0:032x}"}, 422, "unknown-body", "/parent_agency_id"),
        ({"name": {**NAME, "kk": " "}}, 422, "validation-failed", "/name/kk"),
        ({"slug": "Көктем"}, 422, "validation-failed", "/slug"),
        ({"active": False}, 422, "validation-failed", "/active"),
    ],
)
async def test_what_cannot_be_founded_is_pointed_at(found, changes, status, code, pointer):
    answer = await found("ministry:operator", **changes)
    problem = answer.json()
    told = problem["errors"][0]["pointer"]
    assert (answer.status_code, problem["code"], told) == (status, code, pointer)


async def test_a_body_is_amended_at_the_version_that_was_read(office, found):
    one = (await found()).json()["agency_id"]
    words = {"slug": "almaty-school-bahar", "name": {**NAME, "en": "Bahar school"}}
    amended = await put(office, "almaty-department:head", one, words)
    assert (amended.status_code, amended.json()["name"]["en"], amended.headers["etag"]) == (200, "Bahar school", '"2"')
    stale = await put(office, "almaty-department:head", one, words)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert [news.version for news in await told_of(office, one)] == [1, 2]
    for who, status in (("almaty-police:head", 403), ("almaty-school-1:head", 403), ("ministry:operator", 200)):
        assert (await put(office, who, one, words, version=2)).status_code == status
    async with office.caller("ministry:operator") as caller:
        assert (await caller.put(f"/v1/agencies/{one}", json=words)).status_code == 428
    assert (await put(office, "ministry:operator", f"agc_{0:032x}", words)).status_code == 404
    mine = await put(office, "almaty-school-1:manager", SCHOOL, {"slug": "almaty-school-1", "name": NAME})
    assert mine.status_code == 200, "heads and managers say how their own body is called"


async def test_what_a_body_is_cannot_be_amended(office, found):
    one = (await found()).json()["agency_id"]
    answer = await put(office, "ministry:operator", one, {"slug": "x-1", "name": NAME, "kind": "police"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/kind")


async def test_a_closed_body_takes_nobody_and_opens_again(office, found):
    one = (await found()).json()["agency_id"]
    where = f"/v1/agencies/{one}"
    assert (await office.post("almaty-school-1:head", f"{where}/close", version=1)).status_code == 403
    closed = await office.post("almaty-department:head", f"{where}/close", version=1)
    assert (closed.status_code, closed.json()["active"], closed.headers["etag"]) == (200, False, '"2"')
    again = await office.post("almaty-department:head", f"{where}/close", version=2)
    assert (again.status_code, again.headers["etag"]) == (200, '"2"')
    below = await found("ministry:operator", key="below", slug="unit-1", parent_agency_id=one)
    assert (below.status_code, below.json()["code"]) == (409, "body-closed")
    opened = await office.post("ministry:operator", f"{where}/reopen", version=2)
    assert (opened.status_code, opened.json()["active"]) == (200, True)
    assert [(news.version, news.agency.active) for news in await told_of(office, one)] == [
        (1, True), (2, False), (3, True),
    ]  # fmt: skip
    rows = await office.rows("SELECT what, policy_id FROM act WHERE subject_id = $1 ORDER BY act_id", one)
    assert [(row["what"], row["policy_id"]) for row in rows] == [
        ("agency-founded", "superiors-found-units"),
        ("agency-closed", "superiors-found-units"),
        ("agency-reopened", "operator-founds-bodies"),
    ]


async def test_nobody_is_left_with_nobody_by_a_closing(office, found):
    async def close(who, slug):
        return (await office.post(who, f"/v1/agencies/{agency_id(slug)}/close", version=1)).json()["code"]

    assert await close("ministry:head", "almaty-department") == "units-open"
    assert await close("ministry:operator", "almaty-police") == "serves-districts"
    assert await close("ministry:operator", "almaty-commission") == "last-of-its-kind"
    assert await close("ministry:operator", "ministry") == "forbidden", "nobody shuts the door behind themselves"
    successor = {"slug": "almaty-commission-2", "kind": "commission", "parent_agency_id": None}
    assert (await found("ministry:operator", **successor)).status_code == 201
    one = f"/v1/agencies/{agency_id('almaty-commission')}/close"
    assert (await office.post("ministry:operator", one, version=1)).status_code == 200


async def test_a_pack_never_undoes_what_people_entered(office, found):
    pack = read_pack(PACK, today=date(2026, 11, 21), demo=True)
    founded = (await found()).json()["agency_id"]
    renamed = {"slug": "almaty-school-1", "name": NAME}
    assert (await put(office, "ministry:operator", SCHOOL, renamed)).status_code == 200
    head = demo_staff()["almaty-police:head"].staff_id
    async with office.caller("ministry:operator") as operator:
        words = {"roles": ["manager"], "display_name": "Жаңа Есім"}
        changed = await operator.post(f"/v1/staff/{head}/amend", json=words, headers={"If-Match": '"2"'})
        assert changed.status_code == 200, changed.text
    await office.heard()
    async with office.directory.runtime.database.work() as work:
        loaded = await load_pack(work, pack)
    assert (loaded.agencies, loaded.staff, loaded.left) == (0, 0, 2)
    assert await office.heard() == []
    assert (await office.get("almaty-school-1:head", f"/v1/agencies/{SCHOOL}")).json()["name"] == NAME
    assert (await office.get("almaty-school-1:head", f"/v1/agencies/{founded}")).status_code == 200


async def test_a_pack_whose_slug_people_gave_away_is_refused_whole(office, found):
    assert (await put(office, "ministry:operator", SCHOOL, {"slug": "old-school", "name": NAME})).status_code == 200
    assert (await found("ministry:operator", slug="almaty-school-1")).status_code == 201
    pack = read_pack(PACK, today=date(2026, 11, 21), demo=True)
    with pytest.raises(PackMistake, match="almaty-school-1"):
        async with office.directory.runtime.database.work() as work:
            await load_pack(work, pack)
