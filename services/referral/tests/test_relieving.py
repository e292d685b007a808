"""Decides that a lapse in the middle of a duty hands it over in the same transaction in which it is heard of."""

from datetime import UTC, datetime, timedelta

from tereze.chassis.ids import new_id
from tereze.contracts.directory import StaffPublished
from tereze.contracts.rotas import RotaPublished, Shift
from tereze.contracts.staffing import TaskResponsiblePassed
from tereze.rig.inside import demo_staff

FIRST, SECOND = demo_staff()["almaty-police:member"], demo_staff()["almaty-police:member-2"]


async def police_task(window, who=FIRST):
    case_id = await window.open_case()
    task = await window.task_of(case_id, "police")
    async with window.caller("almaty-police:member") as caller:
        path, headers = f"/v1/tasks/{task['task_id']}/accept", {"If-Match": f'"{task["version"]}"'}
        answer = await caller.post(path, json={"responsible_staff_id": who.staff_id}, headers=headers)
    assert answer.status_code == 200, answer.text
    return await window.task_of(case_id, "police")


async def hear(window, version, record):
    """As the consumer does: the replica first, then the service's own handler, in one transaction."""
    event = StaffPublished(key_id=record.staff_id, version=version, staff=record)
    await window.inside.hear(event)
    await window.tell(event)


def unfit(record):
    return record.model_copy(update={"fit_from": None, "unmet": ("vetting",)})


async def test_a_lapse_hands_every_open_duty_to_a_fit_colleague(window):
    tasks = [await police_task(window) for _ in range(3)]
    await hear(window, 2, unfit(FIRST))
    now = [await window.task_of(task["case_id"], "police") for task in tasks]
    assert {task["responsible_staff_id"] for task in now} == {SECOND.staff_id}
    assert {task["state"] for task in now} == {"accepted"}
    passed = [event for event in await window.inside.told() if isinstance(event, TaskResponsiblePassed)]
    assert {(event.from_staff_id, event.reason) for event in passed} == {(FIRST.staff_id, "not_attested")}


async def test_the_second_lapse_leaves_it_to_the_manager_and_a_name_is_due(window):
    task = await police_task(window)
    await hear(window, 2, unfit(FIRST))
    await hear(window, 2, unfit(SECOND))
    left = await window.task_of(task["case_id"], "police")
    assert (left["responsible_staff_id"], left["agency_id"], left["state"]) == (None, task["agency_id"], "accepted")
    kinds = await window.rows("SELECT kind FROM clock WHERE task_id = $1 AND state = 'running'", task["task_id"])
    assert "unassigned" in {row["kind"] for row in kinds}


async def test_a_suspension_hands_over_with_its_reason(window):
    task = await police_task(window)
    await hear(window, 2, FIRST.model_copy(update={"active": False}))
    assert (await window.task_of(task["case_id"], "police"))["responsible_staff_id"] == SECOND.staff_id
    assert (await window.last_event())["body"]["reason"] == "suspended"


async def test_news_that_leaves_one_fit_changes_nothing_and_old_news_neither(window):
    task = await police_task(window)
    version = task["version"]
    still = FIRST.model_copy(update={"fit_until": FIRST.fit_from + timedelta(days=36_500)})
    await hear(window, 3, still)
    await hear(window, 2, unfit(FIRST))
    assert (await window.task_of(task["case_id"], "police"))["version"] == version


async def test_duties_go_to_whoever_has_fewer(window):
    await police_task(window, SECOND)
    [mine, _] = [await police_task(window) for _ in range(2)]
    third = demo_staff()["almaty-clinic-1:member"].model_copy(update={"agency_id": FIRST.agency_id})
    await hear(window, 2, third)
    await hear(window, 2, unfit(FIRST))
    rows = await window.rows(
        "SELECT responsible_staff_id AS who, count(*) AS n FROM task WHERE responsible_staff_id IS NOT NULL GROUP BY 1"
    )
    assert {row["who"]: row["n"] for row in rows} in (
        {SECOND.staff_id: 2, third.staff_id: 1},
        {SECOND.staff_id: 1, third.staff_id: 2},
    )
    assert mine["task_id"]


async def test_nobody_unfit_is_named(window):
    await hear(window, 2, unfit(SECOND))
    case_id = await window.open_case()
    task = await window.task_of(case_id, "police")
    async with window.caller("almaty-police:member") as caller:
        answer = await caller.post(
            f"/v1/tasks/{task['task_id']}/accept",
            json={"responsible_staff_id": SECOND.staff_id},
            headers={"If-Match": f'"{task["version"]}"'},
        )
    assert (answer.status_code, answer.json()["code"]) == (422, "not-your-staff")


async def test_whoever_is_on_duty_is_asked_before_whoever_is_not(window):
    now = datetime.now(UTC)
    shift = Shift(
        shift_id=new_id("shf"), staff_id=SECOND.staff_id, since=now - timedelta(hours=1), until=now + timedelta(hours=8)
    )
    await police_task(window, SECOND)
    await window.inside.hear(RotaPublished(agency_id=FIRST.agency_id, version=1, shifts=(shift,)))
    case_id = await window.open_case()
    task = await window.task_of(case_id, "police")
    async with window.caller("almaty-police:manager") as manager:
        headers = {"If-Match": f'"{task["version"]}"'}
        answer = await manager.post(f"/v1/tasks/{task['task_id']}/accept", json={}, headers=headers)
        load = (await manager.get("/v1/caseload")).json()
    assert answer.json()["responsible_staff_id"] == SECOND.staff_id, "busier, and on duty"
    assert [(row["staff_id"], row["open_duties"], row["on_duty"]) for row in load["items"]] == [
        (SECOND.staff_id, 2, True),
        (FIRST.staff_id, 0, False),
    ]
    assert load["unassigned"] == 0
    async with window.caller("almaty-police:member") as member:
        assert (await member.get("/v1/caseload")).status_code == 403


async def test_a_manager_who_names_nobody_gives_it_to_whoever_has_fewer(window):
    await police_task(window)
    case_id = await window.open_case()
    task = await window.task_of(case_id, "police")
    async with window.caller("almaty-police:manager") as manager:
        headers = {"If-Match": f'"{task["version"]}"'}
        answer = await manager.post(f"/v1/tasks/{task['task_id']}/accept", json={}, headers=headers)
    assert answer.json()["responsible_staff_id"] == SECOND.staff_id
