"""Decides that a body that is closed leaves no duty behind: another holds each at once, by the instants it had."""

from typing import Any

from tereze.contracts.cases import TaskRerouted
from tereze.contracts.directory import AgencyPublished
from tereze.rig.inside import agency_id, demo_agencies


async def close(window: Any, slug: str) -> None:
    """As the consumer does: the replica first, then the service's own handler."""
    closed = demo_agencies()[slug].model_copy(update={"active": False})
    event = AgencyPublished(key_id=closed.agency_id, version=2, agency=closed)
    await window.inside.hear(event)
    await window.tell(event)


async def going(window: Any, body: str) -> list[dict[str, Any]]:
    return list(
        await window.rows("SELECT * FROM clock WHERE agency_id = $1 AND state IN ('running', 'breached')", body)
    )


async def test_what_a_closed_body_held_is_held_by_another_at_once(window: Any) -> None:
    cases = [await window.open_case() for _ in range(3)]
    held = [await window.task_of(case_id, "health") for case_id in cases]
    slug = next(s for s in ("almaty-clinic-1", "almaty-clinic-2") if agency_id(s) == held[0]["agency_id"])
    due = {
        clock["case_id"]: clock["due_at"] for clock in await going(window, agency_id(slug)) if clock["kind"] == "decide"
    }
    assert due
    await close(window, slug)
    assert await going(window, agency_id(slug)) == []
    now = [await window.task_of(case_id, "health") for case_id in cases]
    assert agency_id(slug) not in {task["agency_id"] for task in now}
    told = [event for event in await window.inside.told() if isinstance(event, TaskRerouted)]
    assert {event.from_agency_id for event in told} == {agency_id(slug)}
    [owed] = await window.rows(
        "SELECT due_at FROM clock WHERE case_id = $1 AND agency_id = $2 AND kind = 'decide' AND state = 'running'",
        held[0]["case_id"], now[0]["agency_id"],
    )  # fmt: skip
    assert owed["due_at"] == due[held[0]["case_id"]], "nobody wins time by a closing"


async def test_a_closed_desk_leaves_its_cases_to_the_body_that_follows(window: Any) -> None:
    case_id = await window.open_case()
    before = await window.rows(
        "SELECT kind FROM clock WHERE case_id = $1 AND task_id IS NULL AND state = 'running'", case_id
    )
    await close(window, "almaty-desk")
    after = await window.rows(
        "SELECT kind, agency_id FROM clock WHERE case_id = $1 AND task_id IS NULL AND state = 'running'", case_id
    )
    assert sorted(row["kind"] for row in after) == sorted(row["kind"] for row in before)
    assert agency_id("almaty-desk") not in {row["agency_id"] for row in after}


async def test_another_change_of_a_body_moves_nothing(window: Any) -> None:
    case_id = await window.open_case()
    before = await window.task_of(case_id, "police")
    renamed = demo_agencies()["almaty-police"].model_copy(update={"slug": "almaty-police-1"})
    event = AgencyPublished(key_id=renamed.agency_id, version=2, agency=renamed)
    await window.inside.hear(event)
    await window.tell(event)
    assert await window.task_of(case_id, "police") == before
