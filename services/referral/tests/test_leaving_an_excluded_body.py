"""Decides that whoever leaves a body stays kept out of what it was kept out of when they left, and of nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tereze.contracts.directory import StaffPublished, StaffRecord
from tereze.contracts.exclusions import ExclusionRecorded
from tereze.rig.inside import agency_id, demo_staff

MOVER = "almaty-clinic-1:manager"
CONFLICT = {"basis": "conflict_of_interest", "remark": "Her sister works there."}


async def exclude(window: Any, case_id: str, **body: str) -> str:
    [row] = await window.rows("SELECT version FROM case_file WHERE case_id = $1", case_id)
    async with window.caller("almaty-desk:coordinator") as desk:
        headers = {"If-Match": f'"{row["version"]}"'}
        answer = await desk.post(f"/v1/cases/{case_id}/exclusions", json=CONFLICT | body, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["exclusion_id"])


async def move(window: Any, to: str, *, version: int = 2, at: datetime | None = None) -> StaffRecord:
    """As the consumer does: the replica first, then the service's own handlers, in one transaction each."""
    record = demo_staff()[MOVER].model_copy(
        update={
            "agency_id": agency_id(to), "left_agency_id": agency_id("almaty-clinic-1"), "left_at": at or datetime.now(UTC),
        }
    )  # fmt: skip
    event = StaffPublished(key_id=record.staff_id, version=version, staff=record)
    await window.inside.hear(event)
    await window.tell(event)
    return record


async def case_as_the_mover(window: Any, case_id: str, at: str) -> tuple[int, int]:
    """How the case answers them in their new body, and how many cases are listed to them."""
    token = window.inside.mint.mint(demo_staff()[MOVER].subject, agency_id(at))
    async with window.inside.client({"Authorization": f"Bearer {token}"}) as mover:
        one = await mover.get(f"/v1/cases/{case_id}")
        return one.status_code, len((await mover.get("/v1/cases")).json()["items"])


@pytest.mark.parametrize(("excluded", "seen"), [("almaty-clinic-1", (404, 0)), ("almaty-school-2", (200, 1))])
async def test_a_move_opens_no_case_that_the_old_body_is_kept_out_of(window: Any, excluded: str, seen: Any) -> None:
    case_id = await window.open_case()
    await exclude(window, case_id, agency_id=agency_id(excluded))
    await move(window, "almaty-police")
    assert await case_as_the_mover(window, case_id, "almaty-police") == seen


async def test_it_is_told_to_every_service_and_shown_to_the_coordinator(window: Any) -> None:
    case_id = await window.open_case()
    exclusion_id = await exclude(window, case_id, agency_id=agency_id("almaty-clinic-1"))
    record = await move(window, "almaty-police")
    told = [event for event in await window.inside.told() if isinstance(event, ExclusionRecorded)]
    assert [(event.exclusion_id, event.staff_ids) for event in told] == [
        (exclusion_id, ()),
        (exclusion_id, (record.staff_id,)),
    ]
    async with window.caller("almaty-desk:coordinator") as desk:
        [shown] = (await desk.get(f"/v1/cases/{case_id}/exclusions")).json()["items"]
    assert (shown["staff_ids"], shown["agency_ids"]) == ([record.staff_id], [agency_id("almaty-clinic-1")])


async def test_it_is_said_once_whatever_is_heard_of_them_later(window: Any) -> None:
    case_id = await window.open_case()
    await exclude(window, case_id, agency_id=agency_id("almaty-clinic-1"))
    left = datetime.now(UTC)
    for version in (2, 3):
        await move(window, "almaty-police", version=version, at=left)
    told = [event for event in await window.inside.told() if isinstance(event, ExclusionRecorded)]
    assert len(told) == 2


async def test_who_had_left_before_is_not_kept_out(window: Any) -> None:
    case_id = await window.open_case()
    await exclude(window, case_id, agency_id=agency_id("almaty-clinic-1"))
    await move(window, "almaty-police", at=datetime.now(UTC) - timedelta(days=30))
    assert await case_as_the_mover(window, case_id, "almaty-police") == (200, 1)


async def test_who_leaves_a_unit_of_it_is_kept_out_too(window: Any) -> None:
    case_id = await window.open_case()
    await exclude(window, case_id, agency_id=agency_id("almaty-clinic-1"))
    ward = await window.inside.found("new-ward", agency_id("almaty-clinic-1"), "health")
    record = demo_staff()[MOVER].model_copy(
        update={"agency_id": agency_id("almaty-police"), "left_agency_id": ward.agency_id, "left_at": datetime.now(UTC)}
    )
    event = StaffPublished(key_id=record.staff_id, version=2, staff=record)
    await window.inside.hear(event)
    await window.tell(event)
    assert await case_as_the_mover(window, case_id, "almaty-police") == (404, 0)


async def test_lifted_it_is_lifted_for_them_as_well(window: Any) -> None:
    case_id = await window.open_case()
    exclusion_id = await exclude(window, case_id, agency_id=agency_id("almaty-clinic-1"))
    await move(window, "almaty-police")
    for who in ("almaty-desk:coordinator", "ombudsman:ombudsman"):
        [row] = await window.rows("SELECT version FROM case_file WHERE case_id = $1", case_id)
        async with window.caller(who) as caller:
            path, headers = f"/v1/cases/{case_id}/exclusions/{exclusion_id}/lift", {"If-Match": f'"{row["version"]}"'}
            answer = await caller.post(path, json={"remark": "No tie was found."}, headers=headers)
        assert answer.status_code == 200, answer.text
    assert await case_as_the_mover(window, case_id, "almaty-police") == (200, 1)
