"""Decides that a unit founded after its body was kept out of a case is kept out of it too, at every door and in routing."""

from typing import Any

import pytest

from tereze.contracts.referrals import NamedBody
from tereze.contracts.words import Category
from tereze.rig.inside import agency_id, demo_staff

CLINICS = ("almaty-clinic-1", "almaty-clinic-2")
CONFLICT = {"basis": "conflict_of_interest", "remark": "Her sister works there."}


async def keep_out(window: Any, case_id: str, slug: str) -> dict[str, Any]:
    [row] = await window.rows("SELECT version FROM case_file WHERE case_id = $1", case_id)
    async with window.caller("almaty-desk:coordinator") as desk:
        headers, wish = {"If-Match": f'"{row["version"]}"'}, {**CONFLICT, "agency_id": agency_id(slug)}
        answer = await desk.post(f"/v1/cases/{case_id}/exclusions", json=wish, headers=headers)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def tell_of_the_case(window: Any, case_id: str, body: str) -> None:
    """What would let a body read the case, were it not kept out."""
    async with window.inside.runtime.database.work() as work:
        await work.raw.execute("INSERT INTO case_body VALUES ($1, $2, 'told'), ($1, $2, 'referrer')", case_id, body)


async def seen_by(unit: Any, case_id: str) -> tuple[int, int, int]:
    """How the case itself answers, and how many cases and tasks are listed."""
    async with unit.caller("head") as head:
        one = await head.get(f"/v1/cases/{case_id}")
        cases, tasks = (await head.get("/v1/cases")).json()["items"], (await head.get("/v1/tasks")).json()["items"]
    return one.status_code, len(cases), len(tasks)


@pytest.mark.parametrize(("below", "seen"), [("almaty-clinic-1", (404, 0, 0)), ("almaty-clinic-2", (200, 1, 0))])
async def test_a_unit_founded_after_the_exclusion_sees_nothing(window: Any, below: str, seen: Any) -> None:
    case_id = await window.open_case()
    await keep_out(window, case_id, "almaty-clinic-1")
    unit = await window.inside.found("new-ward", agency_id(below), "health", "head")
    await tell_of_the_case(window, case_id, unit.agency_id)
    assert await seen_by(unit, case_id) == seen


async def test_a_unit_of_that_unit_sees_nothing_either_and_is_shown_among_the_excluded(window: Any) -> None:
    case_id = await window.open_case()
    await keep_out(window, case_id, "almaty-clinic-1")
    ward = await window.inside.found("new-ward", agency_id("almaty-clinic-1"), "health")
    room = await window.inside.found("new-room", ward.agency_id, "health", "head")
    await tell_of_the_case(window, case_id, room.agency_id)
    assert await seen_by(room, case_id) == (404, 0, 0)
    async with window.caller("almaty-desk:coordinator") as desk:
        [shown] = (await desk.get(f"/v1/cases/{case_id}/exclusions")).json()["items"]
    assert set(shown["agency_ids"]) == {agency_id("almaty-clinic-1"), ward.agency_id, room.agency_id}


async def test_an_idle_unit_founded_later_gets_no_duty_of_the_case(window: Any) -> None:
    case_id = await window.open_case()
    before = (await window.task_of(case_id, "health"))["agency_id"]
    held = next(slug for slug in CLINICS if agency_id(slug) == before)
    other = next(slug for slug in CLINICS if slug != held)
    await keep_out(window, case_id, other)
    wards = [await window.inside.found(f"ward-of-{slug}", agency_id(slug), "health") for slug in CLINICS]
    await keep_out(window, case_id, held)
    task = await window.task_of(case_id, "health")
    assert task["agency_id"] not in {ward.agency_id for ward in wards} | {agency_id(slug) for slug in CLINICS}


async def test_above_an_accused_institution_only_those_who_are_there_are_kept_out(window: Any) -> None:
    director = demo_staff()["almaty-school-1:head"]
    named = NamedBody(agency_id=director.agency_id, staff_id=director.staff_id, accused=True)
    case_id = await window.open_case(by="almaty-clinic-1", categories=(Category.INSTITUTIONAL,), concerns=(named,))
    below = await window.inside.found("school-hostel", director.agency_id, "school", "head")
    beside = await window.inside.found("new-school", agency_id("almaty-department"), "school", "head")
    for unit in (below, beside):
        await tell_of_the_case(window, case_id, unit.agency_id)
    assert (await seen_by(below, case_id))[0] == 404
    assert (await seen_by(beside, case_id))[0] == 200


async def test_whose_body_is_not_known_yet_is_not_let_in(window: Any) -> None:
    unit = await window.inside.found("new-ward", agency_id("almaty-clinic-1"), "health", "head")
    async with window.inside.runtime.database.work() as work:
        await work.raw.execute("DELETE FROM replica WHERE kind = 'agency' AND id = $1", unit.agency_id)
    async with unit.caller("head") as head:
        refused = await head.get("/v1/cases")
    assert (refused.status_code, refused.json()["code"]) == (403, "staff-unknown")
