import json

import pytest

from tereze.contracts.directory import StaffPublished
from tereze.contracts.events import read_envelope
from tereze.rig.inside import demo_agencies, demo_staff


@pytest.fixture
async def loaded(office):
    """The directory with the demo pack, which it has heard of itself."""
    return office.directory


async def told_last(inside) -> StaffPublished:
    async with inside.runtime.database.work() as work:
        row = await work.raw.fetchrow("SELECT headers::text, payload FROM outbox ORDER BY position DESC LIMIT 1")
    event = read_envelope(json.loads(row["headers"]), row["payload"]).data
    assert isinstance(event, StaffPublished)
    return event


async def test_regions_in_three_languages(loaded):
    async with loaded.caller("almaty-school-1:member") as caller:
        answer = await caller.get("/v1/regions")
    assert answer.status_code == 200
    items = {item["code"]: item for item in answer.json()["items"]}
    assert len(items) == 20
    assert items["KZ-75"]["name"] == {"kk": "Алматы", "ru": "Алматы", "en": "Almaty"}


async def test_an_official_series_comes_with_its_caveats(loaded):
    async with loaded.caller("almaty-school-1:member") as caller:
        series = (await caller.get("/v1/regions/series/violence-by-region")).json()
        assert (await caller.get("/v1/regions/series/none")).status_code == 404
    assert series["caveats"]
    assert {"Turkestan", "Almaty"} <= {row["published_name"] for row in series["rows"]}


async def test_agencies_are_paged_and_filtered(loaded):
    async with loaded.caller("almaty-school-1:member") as caller:
        seen, cursor = [], None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = (await caller.get("/v1/agencies", params={"limit": 100, **more})).json()
            seen += [item["slug"] for item in page["items"]]
            cursor = page["cursor"]
            if not page["has_more"]:
                break
        clinics = (await caller.get("/v1/agencies", params={"kind": "health", "region": "KZ-75"})).json()["items"]
        assert (await caller.get("/v1/agencies", params={"kind": "bank"})).status_code == 422
        assert (await caller.get("/v1/agencies", params={"cursor": "bm9wZQ"})).json()["code"] == "bad-cursor"
    assert len(seen) == len(set(seen)) == len(demo_agencies())
    assert {clinic["slug"] for clinic in clinics} == {"almaty-clinic-1", "almaty-clinic-2"}


async def test_one_agency(loaded):
    police = demo_agencies()["almaty-police"]
    async with loaded.caller("almaty-school-1:member") as caller:
        assert (await caller.get(f"/v1/agencies/{police.agency_id}")).json()["slug"] == "almaty-police"
        assert (await caller.get(f"/v1/agencies/agc_{0:032x}")).status_code == 404


async def test_staff_of_the_own_agency_only(loaded):
    async with loaded.caller("almaty-school-1:member") as caller:
        page = (await caller.get("/v1/staff", params={"limit": 2})).json()
        rest = (await caller.get("/v1/staff", params={"cursor": page["cursor"]})).json()
    everyone = page["items"] + rest["items"]
    assert {member["subject"] for member in everyone} == {
        f"demo:almaty-school-1:{role}" for role in ("member", "member-2", "manager", "head", "system")
    }
    assert all(member["display_name"] for member in everyone)


async def test_without_a_token_nothing(loaded):
    async with loaded.client() as anonymous:
        for path in ("/v1/regions", "/v1/agencies", "/v1/staff", "/v1/regions/series/violence-by-region"):
            assert (await anonymous.get(path)).status_code == 401


@pytest.mark.parametrize("who", ["almaty-police:head", "almaty-police:manager", "ombudsman:operator"])
async def test_heads_managers_and_operators_suspend(loaded, who):
    target = demo_staff()["almaty-police:member"]
    async with loaded.caller(who) as caller:
        first = await caller.post(f"/v1/staff/{target.staff_id}/suspend")
        again = await caller.post(f"/v1/staff/{target.staff_id}/suspend")
    assert first.status_code == again.status_code == 200
    assert first.json()["active"] is again.json()["active"] is False
    event = await told_last(loaded)
    assert (event.key_id, event.version, event.staff.active) == (target.staff_id, 3, False)


@pytest.mark.parametrize(
    ("who", "status"), [("almaty-police:member", 403), ("almaty-police:system", 403), ("almaty-school-1:head", 404)]
)
async def test_others_suspend_nobody(loaded, who, status):
    async with loaded.caller(who) as caller:
        target = demo_staff()["almaty-police:manager"]
        assert (await caller.post(f"/v1/staff/{target.staff_id}/suspend")).status_code == status
        assert (await caller.post(f"/v1/staff/stf_{0:032x}/suspend")).status_code == 404


async def test_a_suspension_bites_on_the_next_call_once_heard_and_can_be_lifted(loaded):
    target = demo_staff()["almaty-police:member"]
    async with loaded.caller("almaty-police:head") as head, loaded.caller("almaty-police:member") as member:
        assert (await member.get("/v1/staff")).status_code == 200
        await head.post(f"/v1/staff/{target.staff_id}/suspend")
        await loaded.hear(await told_last(loaded))
        refused = await member.get("/v1/staff")
        assert (refused.status_code, refused.json()["code"]) == (403, "staff-suspended")
        lifted = await head.post(f"/v1/staff/{target.staff_id}/reinstate")
        assert lifted.json()["active"] is True
        await loaded.hear(await told_last(loaded))
        assert (await member.get("/v1/staff")).status_code == 200
