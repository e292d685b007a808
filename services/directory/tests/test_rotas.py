"""Decides that who is on duty is who is on the rota and may act, and that the way upward names only people who may."""

from datetime import UTC, datetime, timedelta

import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.directory import StaffMember
from tereze.contracts.rotas import AddShift, RotaPublished, Shift
from tereze.contracts.words import StaffRole
from tereze.directory.domain.rota import ShiftOutOfBounds, check_shift, ladder, on_duty
from tereze.rig.inside import agency_id, demo_staff

NOW = datetime(2026, 7, 24, 11, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHERE = f"/v1/agencies/{agency_id('almaty-police')}"


def member(number: int, *roles: StaffRole, **facts) -> StaffMember:
    known = {"fit_from": NOW - 99 * HOUR, "display_name": "-", "subject": f"s{number}", **facts}
    return StaffMember(
        staff_id=f"stf_{number:032x}", agency_id=f"agc_{1:032x}", roles=roles or (StaffRole.MEMBER,), **known
    )


def shift(number: int, since: datetime, until: datetime) -> Shift:
    return Shift(shift_id=f"shf_{number:032x}", staff_id=f"stf_{number:032x}", since=since, until=until)


ONE, TWO, MANAGER = member(1), member(2), member(3, StaffRole.MANAGER)


@pytest.mark.parametrize(
    ("staff", "shifts", "found"),
    [
        ([ONE, TWO, MANAGER], [], [ONE, TWO]),
        ([ONE, TWO], [shift(1, NOW - HOUR, NOW + HOUR)], [ONE]),
        ([ONE, TWO], [shift(1, NOW - HOUR, NOW)], [ONE, TWO]),
        ([ONE, TWO], [shift(1, NOW + HOUR, NOW + 2 * HOUR)], []),
        ([ONE, MANAGER], [shift(3, NOW, NOW + HOUR)], [MANAGER]),
        ([member(1, active=False), TWO], [], [TWO]),
        ([member(1, fit_until=NOW), TWO], [shift(1, NOW, NOW + HOUR)], []),
    ],
)
def test_on_duty_is_who_is_on_the_rota_and_may_act(staff, shifts, found):
    assert on_duty(staff, shifts, NOW) == [one.staff_id for one in found]


@pytest.mark.parametrize(
    ("since", "until"), [(NOW, NOW), (NOW + HOUR, NOW), (NOW - 2 * HOUR, NOW - HOUR), (NOW, NOW + timedelta(days=32))]
)
def test_a_shift_that_cannot_be_meant_is_refused(since, until):
    with pytest.raises(ShiftOutOfBounds):
        check_shift(AddShift(staff_id=ONE.staff_id, since=since, until=until), NOW)


def test_the_way_upward_leaves_out_who_may_not_act():
    head, above = member(4, StaffRole.HEAD, active=False), member(5, StaffRole.HEAD)
    rungs = list(
        ladder([("agc_1" + "0" * 31, [ONE, MANAGER, head]), ("agc_2" + "0" * 31, [above])], [ONE.staff_id], NOW)
    )
    assert [(rung.role, rung.staff_ids) for rung in rungs] == [
        ("member", (ONE.staff_id,)), ("manager", (MANAGER.staff_id,)), ("head", (above.staff_id,)),
    ]  # fmt: skip


def body(who="almaty-police:member", hours=8):
    now = datetime.now(UTC)
    return {
        "staff_id": demo_staff()[who].staff_id,
        "since": now.isoformat(),
        "until": (now + hours * HOUR).isoformat(),
    }


async def test_a_manager_keeps_the_rota_and_everybody_hears_of_it(office):
    before = (await office.get("almaty-police:member", f"{WHERE}/rota")).json()
    assert len(before["on_duty"]) == 2
    added = await office.post("almaty-police:manager", f"{WHERE}/rota", body(), key="k")
    assert added.status_code == 201, added.text
    assert added.json()["on_duty"] == [demo_staff()["almaty-police:member"].staff_id]
    [told] = [event for event in await office.directory.told() if isinstance(event, RotaPublished)]
    assert (told.version, len(told.shifts)) == (1, 1)
    path = f"{WHERE}/rota/{told.shifts[0].shift_id}"
    async with office.caller("almaty-police:manager") as manager:
        assert (await manager.delete(path)).status_code == 428
        assert (await manager.delete(path, headers={"If-Match": '"7"'})).status_code == 412
        gone = await manager.delete(path, headers={"If-Match": '"1"'})
        assert (gone.status_code, gone.json()["version"], gone.json()["shifts"]) == (200, 2, [])
        assert (await manager.delete(path, headers={"If-Match": '"2"'})).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("almaty-police:member", 403), ("almaty-clinic-1:head", 404), ("almaty-school-1:manager", 404)],
)
async def test_others_keep_no_rota_of_it(office, who, status):
    assert (await office.post(who, f"{WHERE}/rota", body(), key="k")).status_code == status


async def test_only_its_own_people_are_on_a_rota(office):
    refused = await office.post("almaty-police:head", f"{WHERE}/rota", body("almaty-school-1:member"), key="k")
    assert (refused.status_code, refused.json()["code"]) == (422, "shift-of-another")
    over = body() | {"until": "2020-01-01T00:00:00Z"}
    assert (await office.post("almaty-police:head", f"{WHERE}/rota", over, key="o")).json()[
        "code"
    ] == "shift-out-of-bounds"


async def test_whom_to_call_of_a_school_ends_at_the_ministry(office):
    school = f"/v1/agencies/{agency_id('almaty-school-1')}/contacts"
    rungs = (await office.get("almaty-school-1:member", school)).json()["rungs"]
    assert [rung["role"] for rung in rungs] == ["member", *["manager", "head"] * 3]
    assert rungs[-1]["agency_id"] == agency_id("ministry")
    assert (await office.get("almaty-school-1:member", f"{WHERE}/contacts")).status_code == 404
    assert (await office.get("almaty-school-1:member", f"/v1/agencies/{new_id('agc')}/contacts")).status_code == 404
