"""Decides that an alleged breach takes access away at once, and that nobody is judged unheard or by themselves."""

from datetime import UTC, datetime

import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.exclusions import StaffAccused
from tereze.rig.inside import demo_staff

MEMBER = demo_staff()["almaty-police:member"].staff_id
MENTOR = demo_staff()["almaty-police:member-2"].staff_id
WHERE = f"/v1/staff/{MEMBER}/investigations"
OPENED = {"kind": "confidentiality", "concern": "A name was said aloud in the corridor."}
FOUND = {"finding": "It was so; the corridor was empty."}


async def opened(office, who="almaty-police:head"):
    answer = await office.post(who, WHERE, OPENED, key=new_id("key"))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def step(office, view, word, body, who="almaty-police:head"):
    path = f"/v1/staff/{view['staff_id']}/investigations/{view['investigation_id']}/{word}"
    return await office.post(who, path, body, version=view["version"])


async def heard_out(office, view, who="almaty-police:head"):
    view = (await step(office, view, "interview", {"at": datetime.now(UTC).isoformat()}, who)).json()
    return (await step(office, view, "account", {"account": "I spoke of the weather."}, who)).json()


async def concluded(office, outcome, **more):
    view = await heard_out(office, await opened(office))
    answer = await step(office, view, "conclude", {"outcome": outcome, **FOUND, **more})
    assert answer.status_code == 200, answer.text
    await office.heard()
    return answer.json()


async def standing(office):
    """How the member's next call is answered."""
    answer = await office.get("almaty-police:member", "/v1/staff")
    return answer.json().get("code", answer.status_code)


async def test_the_role_is_paused_the_moment_it_is_opened(office):
    view = await opened(office)
    assert (view["state"], view["concern"]) == ("open", OPENED["concern"])
    [news] = await office.heard()
    assert (news.key_id, news.staff.active) == (MEMBER, False)
    assert await standing(office) == "staff-suspended"


async def test_nobody_is_judged_unheard(office):
    view = await opened(office)
    refused = await step(office, view, "conclude", {"outcome": "no_breach", **FOUND})
    assert (refused.status_code, refused.json()["code"]) == (409, "not-heard")
    ahead = await step(office, view, "interview", {"at": "2099-01-01T00:00:00Z"})
    assert (ahead.status_code, ahead.json()["code"]) == (422, "interview-not-held")
    view = (await step(office, view, "account", {})).json()
    assert view["account_at"], "asked, and gave none"
    assert (await step(office, view, "conclude", {"outcome": "no_breach", **FOUND})).json()["code"] == "not-heard"


@pytest.mark.parametrize(
    ("outcome", "more", "then"),
    [
        ("no_breach", {}, 200),
        ("mentoring", {"mentor_staff_id": MENTOR}, 200),
        ("training", {}, "not-attested"),
        ("removal", {}, "staff-suspended"),
    ],
)
async def test_what_follows(office, outcome, more, then):
    view = await concluded(office, outcome, **more)
    assert (view["state"], view["outcome"], view["account"]) == ("concluded", outcome, "I spoke of the weather.")
    assert await standing(office) == then
    again = await step(office, view, "conclude", {"outcome": "no_breach", **FOUND})
    assert (again.status_code, again.json()["code"]) == (409, "investigation-ended")


async def test_whoever_was_removed_comes_back_only_by_appointment_and_attests_anew(office):
    await concluded(office, "removal")
    assert (await office.post("almaty-police:head", f"/v1/staff/{MEMBER}/reinstate")).status_code == 200
    await office.heard()
    assert await standing(office) == "not-attested"
    me = (await office.get("almaty-police:member", "/v1/staff/me")).json()
    assert len(me["unmet"]) == len(me["requirements"])


@pytest.mark.parametrize("more", [{}, {"mentor_staff_id": MEMBER}, {"mentor_staff_id": f"stf_{0:032x}"}])
async def test_mentoring_names_a_colleague(office, more):
    view = await heard_out(office, await opened(office))
    refused = await step(office, view, "conclude", {"outcome": "mentoring", **FOUND, **more})
    assert (refused.status_code, refused.json()["code"]) == (422, "mentor-missing")


async def test_while_it_is_open_nobody_reinstates(office):
    await opened(office)
    refused = await office.post("ministry:operator", f"/v1/staff/{MEMBER}/reinstate")
    assert (refused.status_code, refused.json()["code"]) == (409, "reinstatement-barred")


async def test_of_two_the_second_still_suspends(office):
    first, second = await opened(office), await opened(office)
    first = await heard_out(office, first)
    await step(office, first, "conclude", {"outcome": "no_breach", **FOUND})
    await office.heard()
    assert await standing(office) == "staff-suspended"
    second = await heard_out(office, second)
    await step(office, second, "conclude", {"outcome": "no_breach", **FOUND})
    await office.heard()
    assert await standing(office) == 200


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("almaty-police:manager", 201), ("ombudsman:ombudsman", 201), ("ministry:operator", 201),
        ("almaty-police:member-2", 403), ("almaty-police:member", 403), ("almaty-school-1:head", 404),
    ],
)  # fmt: skip
async def test_who_may_open_one(office, who, status):
    assert (await office.post(who, WHERE, OPENED, key="k")).status_code == status


async def test_an_accusation_suspends_and_the_agency_of_the_accused_learns_nothing_of_it(office):
    accused = StaffAccused(staff_id=MEMBER, exclusion_id=new_id("exc"), accused_at=datetime.now(UTC))
    await office.directory.tell(accused, accused)
    [news] = await office.heard()
    assert news.staff.active is False
    assert await standing(office) == "staff-suspended"
    [view] = (await office.get("ombudsman:ombudsman", WHERE)).json()["items"]
    assert (view["kind"], view["exclusion_id"]) == ("accused_in_a_case", accused.exclusion_id)
    assert (await office.get("almaty-police:head", WHERE)).json()["items"] == []
    at = {"at": datetime.now(UTC).isoformat()}
    assert (await step(office, view, "interview", at)).status_code == 404
    assert (await step(office, view, "interview", at, "ombudsman:ombudsman")).status_code == 200
    assert (await office.post("almaty-police:head", f"/v1/staff/{MEMBER}/reinstate")).status_code == 409
    listed = (await office.get("almaty-police:head", "/v1/staff")).text
    assert "accused" not in listed


async def test_its_words_rest_sealed(office):
    await concluded(office, "no_breach")
    resting = await office.directory.everything()
    assert all(text not in resting for text in (OPENED["concern"], "I spoke of the weather.", FOUND["finding"]))


async def test_a_stale_word_changes_nothing(office):
    view = await opened(office)
    await step(office, view, "account", {})
    stale = await step(office, view, "account", {})
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
