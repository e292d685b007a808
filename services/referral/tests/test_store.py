"""Decides that what is kept is what was decided: the log replays to the rows, a case reads back as it was written."""

import json
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from tereze.contracts import cases as told
from tereze.contracts.events import event_type
from tereze.contracts.words import Category, ClockKind, DeclineReason, Outcome, Risk, StaffRole
from tereze.referral.domain.casefile import Capacity
from tereze.referral.domain.commands import accept_task, decline_task, fulfil_task, start_task
from tereze.referral.domain.evidence import record_done
from tereze.referral.domain.response import triage_case
from tereze.referral.domain.tasks import Actor
from tereze.referral.moments import moment_of
from tereze.referral.store.casefiles import keep_case, lock_cases
from tereze.referral.store.service_tables import metadata

ROLES = frozenset({StaffRole.MANAGER})


def compare(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": False})
    return list(compare_metadata(context, metadata))


async def test_migrated_tables_match_the_declared_ones(empty_window: Any) -> None:
    async with empty_window.inside.runtime.database.engine.connect() as connection:
        assert await connection.run_sync(compare) == []


async def live_through_everything(window: Any) -> str:
    """A case whose tasks were declined, accepted, done, breached, offered and raised in risk."""
    case_id: str = await window.open_case(risk=Risk.MEDIUM, categories=(Category.PHYSICAL, Category.BULLYING))
    async with window.inside.runtime.database.work() as work:
        [file] = await lock_cases(work, case_id)
        moment = await moment_of(work, file)
        police, school, health = (
            next(t for t in file.open_tasks() if t.service == service) for service in ("police", "school", "health")
        )
        decline_task(file, health, Actor(health.agency_id, "stf_" + "1" * 32, ROLES), DeclineReason.NO_CAPACITY, moment)
        for task in (police, school):
            by = Actor(task.agency_id, "stf_" + "2" * 32, ROLES)
            accept_task(file, task, by, by.staff_id, moment)
        start_task(file, school, by, moment, contact=True)
        for duty in (ClockKind.PSYCHOLOGIST, ClockKind.MEET_PARENTS):
            record_done(file, school, by, moment, duty=duty, reference=None)
        fulfil_task(file, school, by, Outcome.CHILD_SAFE, moment, contact=False)
        desk = Actor(min(file.having(Capacity.DESK)), "stf_" + "3" * 32, ROLES)
        triage_case(file, Risk.HIGH, desk, moment)
        await keep_case(work, file, moment.pack)
    await window.move_clock(timedelta(hours=9))
    await window.fire_everything()
    return case_id


async def test_the_log_replays_to_the_rows(window: Any) -> None:
    case_id = await live_through_everything(window)
    rows = await window.rows(
        "SELECT type, body::text FROM case_event WHERE case_id = $1 ORDER BY case_version", case_id
    )
    tasks: dict[str, tuple[str, str]] = {}
    clocks: dict[str, tuple[str, str | None]] = {}
    for row in rows:
        event = event_type(row["type"]).model_validate_json(row["body"])
        if isinstance(event, told.TaskEvent):
            tasks[event.task_id] = (event.agency_id, event.state)
        elif isinstance(event, told.ClockStarted):
            clocks[event.clock_id] = ("going", None)
        elif isinstance(event, told.ClockStopped):
            clocks[event.clock_id] = (event.state, clocks[event.clock_id][1])
        elif isinstance(event, told.ClockLevelEvent):
            clocks[event.clock_id] = (clocks[event.clock_id][0], event.level)
    kept = await window.rows("SELECT task_id, agency_id, state FROM task")
    assert {row["task_id"]: (row["agency_id"], row["state"]) for row in kept} == tasks
    kept = await window.rows("SELECT clock_id, state, reached FROM clock")
    going = {"running", "breached"}
    assert {r["clock_id"]: "going" if r["state"] in going else r["state"] for r in kept} == {
        clock: state for clock, (state, _) in clocks.items()
    }
    reached = {r["clock_id"]: r["reached"] for r in kept if r["reached"]}
    assert reached == {clock: level for clock, (_, level) in clocks.items() if level}


async def test_a_case_reads_back_as_it_was_written(window: Any) -> None:
    case_id = await live_through_everything(window)
    async with window.inside.runtime.database.work() as work:
        [file] = await lock_cases(work, case_id)
        file.touched = {*file.tasks, *file.clocks}
        before = repr((file.tasks, file.clocks, sorted(file.bodies), file.risk, file.state, file.version))
        await keep_case(work, file, (await moment_of(work, file)).pack)
        [again] = await lock_cases(work, case_id)
        assert repr((again.tasks, again.clocks, sorted(again.bodies), again.risk, again.state, again.version)) == before


async def test_the_log_and_the_outbox_tell_the_same(window: Any) -> None:
    await live_through_everything(window)
    kept = await window.rows("SELECT event_id, type, body::text FROM case_event ORDER BY case_version")
    sent = await window.rows("SELECT headers::text, payload FROM outbox ORDER BY position")
    headers = [json.loads(row["headers"]) for row in sent]
    assert [(h["ce_id"], h["ce_type"]) for h in headers] == [(row["event_id"], row["type"]) for row in kept]
    assert [json.loads(row["payload"]) for row in sent] == [json.loads(row["body"]) for row in kept]


async def test_urgency_is_kept_beside_the_case_and_its_tasks(window: Any) -> None:
    case_id = await live_through_everything(window)
    [case] = await window.rows("SELECT next_due_at, breached FROM case_file WHERE case_id = $1", case_id)
    [due] = await window.rows("SELECT min(due_at) AS at FROM clock WHERE state IN ('running', 'breached')")
    assert (case["next_due_at"], case["breached"]) == (due["at"], True)
    rows = await window.rows(
        "SELECT task.next_due_at AS kept, min(clock.due_at) AS true, task.breached AS kept_breach, "
        "coalesce(bool_or(clock.state = 'breached'), false) AS true_breach "
        "FROM task LEFT JOIN clock ON clock.task_id = task.task_id AND clock.state IN ('running', 'breached') "
        "GROUP BY task.task_id"
    )
    assert all((r["kept"], r["kept_breach"]) == (r["true"], r["true_breach"]) for r in rows)


async def test_the_database_itself_refuses_a_second_live_case_of_one_person(window: Any) -> None:
    await window.open_case()
    with pytest.raises(asyncpg.UniqueViolationError, match="one_live_case_a_person"):
        await window.rows(
            'INSERT INTO case_file SELECT (jsonb_populate_record(case_file, \'{"case_id": "cas_x"}\')).* '
            "FROM case_file RETURNING 1"
        )


async def test_the_database_itself_refuses_a_second_open_task_of_one_agency(window: Any) -> None:
    await window.open_case()
    with pytest.raises(asyncpg.UniqueViolationError, match="one_open_task_a_service_and_agency"):
        await window.rows(
            'INSERT INTO task SELECT (jsonb_populate_record(task, \'{"task_id": "tsk_x"}\')).* '
            "FROM task LIMIT 1 RETURNING 1"
        )
