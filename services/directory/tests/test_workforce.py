"""Decides that missing, vacant and overloaded posts are seen, and only by those who answer for them."""

import pytest

from tereze.contracts.words import AgencyKind
from tereze.contracts.workforce import Specialism, WorkforceGap
from tereze.directory.domain.workforce import Counted, rows_of
from tereze.rig.inside import agency_id, demo_staff

SCHOOL = agency_id("almaty-school-1")
PEDAGOGUE = demo_staff()["almaty-school-1:member"].staff_id


def school(name="agc_1" + "0" * 31, specialism=Specialism.SOCIAL_PEDAGOGUE, **counts) -> Counted:
    return Counted(name, AgencyKind.SCHOOL, "KZ-75", specialism, **counts)


@pytest.mark.parametrize(
    ("counts", "gap"),
    [
        ({"posts": 2, "filled": 2, "fit": 2, "pupils": 800}, None),
        ({"posts": 2, "filled": 2, "fit": 1, "pupils": 800}, WorkforceGap.OVERLOADED),
        ({"posts": 2, "filled": 1, "fit": 1, "pupils": 300}, WorkforceGap.VACANT),
        ({"posts": 1, "filled": 1, "fit": 0, "pupils": 300}, WorkforceGap.NOBODY),
        ({"posts": 1}, WorkforceGap.NOBODY),
    ],
)
def test_what_is_wrong_with_posts_is_said_in_a_word(counts, gap):
    [row] = rows_of([school(**counts)])
    assert row.gap is gap


def test_a_school_without_a_pedagogue_s_post_is_the_gravest_gap_and_comes_first():
    with_post = school("agc_1" + "0" * 31, posts=1, filled=1, fit=1, pupils=400)
    bare = school("agc_2" + "0" * 31, None)
    psychologist = school("agc_3" + "0" * 31, Specialism.PSYCHOLOGIST, posts=1)
    rows = rows_of([with_post, bare, psychologist])
    assert [(row.agency_id[:5], row.specialism, row.gap) for row in rows] == [
        ("agc_2", "social_pedagogue", "no_post"), ("agc_3", "social_pedagogue", "no_post"),
        ("agc_3", "psychologist", "nobody"), ("agc_1", "social_pedagogue", None),
    ]  # fmt: skip


async def post_of(office, who="almaty-school-1:head", pupils=410):
    words = {"agency_id": SCHOOL, "specialism": "social_pedagogue", "pupils": pupils}
    return await office.post(who, "/v1/workforce/posts", words, key=f"{who}{pupils}")


async def put(office, one, words, version=None, who="almaty-school-1:head"):
    async with office.caller(who) as caller:
        headers = {"If-Match": f'"{version or one["version"]}"'}
        return await caller.put(f"/v1/workforce/posts/{one['post_id']}", json=words, headers=headers)


async def test_a_post_is_made_filled_and_vacated(office):
    made = (await post_of(office)).json()
    assert made["vacant_since"]
    filled = (await put(office, made, {"staff_id": PEDAGOGUE, "pupils": 420})).json()
    assert (filled["staff_id"], filled["pupils"], filled["vacant_since"]) == (PEDAGOGUE, 420, None)
    assert (await put(office, made, {"pupils": 1})).status_code == 412
    stranger = demo_staff()["almaty-police:member"].staff_id
    assert (await put(office, filled, {"staff_id": stranger})).json()["code"] == "holder-of-another-agency"
    [row] = (await office.get("almaty-school-1:head", "/v1/workforce")).json()["items"]
    assert (row["filled"], row["vacant"], row["pupils_per_specialist"], row["gap"]) == (1, 0, 420.0, None)
    vacated = (await put(office, filled, {"pupils": 420})).json()
    assert "staff_id" not in vacated or vacated["staff_id"] is None
    assert vacated["vacant_since"]


async def test_a_pedagogue_who_may_not_act_counts_as_nobody(office):
    made = (await post_of(office)).json()
    await put(office, made, {"staff_id": PEDAGOGUE, "pupils": 410})
    await office.post("almaty-school-1:head", f"/v1/staff/{PEDAGOGUE}/suspend")
    [row] = (await office.get("almaty-school-1:head", "/v1/workforce")).json()["items"]
    assert (row["unfit"], row["gap"]) == (1, "nobody")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("almaty-school-1:manager", 201), ("almaty-department:head", 201), ("ministry:operator", 201),
        ("almaty-school-1:member", 403), ("almaty-school-2:head", 404),
    ],
)  # fmt: skip
async def test_who_keeps_posts(office, who, status):
    assert (await post_of(office, who)).status_code == status


async def test_the_department_sees_its_schools_and_the_ombudsman_every_gap_without_names(office):
    made = (await post_of(office)).json()
    await put(office, made, {"staff_id": PEDAGOGUE, "pupils": 410})
    below = (await office.get("almaty-department:head", "/v1/workforce?limit=100")).json()["items"]
    assert {row["agency_id"] for row in below} == {SCHOOL, agency_id("almaty-school-2")}
    first = (await office.get("ombudsman:ombudsman", "/v1/workforce?gaps=true&limit=25")).json()
    rest = (
        await office.get("ombudsman:ombudsman", f"/v1/workforce?gaps=true&limit=100&cursor={first['cursor']}")
    ).json()
    assert len(first["items"]) + len(rest["items"]) == 39
    assert not rest["has_more"]
    listed = await office.get("almaty-department:head", f"/v1/workforce/posts?agency_id={SCHOOL}")
    assert listed.json()["items"][0]["staff_id"] == PEDAGOGUE
    assert (await office.get("almaty-police:member", "/v1/workforce")).status_code == 403
    assert (await office.get("ombudsman:ombudsman", "/v1/workforce?cursor=bm9wZQ")).json()["code"] == "bad-cursor"
