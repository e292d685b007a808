"""Decides how a case with its tasks and clocks is read and written, each in one statement; must never write what did not change."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from tereze.chassis.timers import TimerSpec
from tereze.chassis.work import Work
from tereze.contracts.words import (
    AgencyKind,
    CaseState,
    Category,
    Circumstance,
    ClockKind,
    ClockState,
    DeliveredService,
    HoldReason,
    LadderLevel,
    Outcome,
    Risk,
    TaskState,
    VoidReason,
)
from tereze.protocol import Pack, severity
from tereze.referral.domain.casefile import Capacity, CaseFile
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.escalation import next_level
from tereze.referral.domain.exclusion import Exclusion
from tereze.referral.domain.tasks import Task
from tereze.referral.store.emergencies import keep_accesses, read_access
from tereze.referral.store.exclusions import as_of_now, keep_exclusions, read_exclusion
from tereze.referral.store.looks import look_again

LADDER = "ladder"
"""The kind of timer that climbs a clock's ladder; its subject is the clock."""
PAUSE = "pause"
"""The kind of timer that ends the hold of a task at its review date; its subject is the task."""

_LOCK = "SELECT case_id FROM case_file WHERE case_id = ANY($1::text[]) ORDER BY case_id FOR UPDATE"
_READ = """
SELECT to_json(case_file)::text AS file,
       (SELECT json_agg(task ORDER BY task_id) FROM task WHERE task.case_id = case_file.case_id)::text AS tasks,
       (SELECT json_agg(clock ORDER BY clock_id) FROM clock WHERE clock.case_id = case_file.case_id)::text AS clocks,
       (SELECT json_agg(case_body) FROM case_body WHERE case_body.case_id = case_file.case_id)::text AS bodies,
       (SELECT json_agg(case_exclusion) FROM case_exclusion
        WHERE case_exclusion.case_id = case_file.case_id AND lifted_at IS NULL)::text AS exclusions,
       (SELECT json_agg(emergency_access ORDER BY access_id) FROM emergency_access
        WHERE emergency_access.case_id = case_file.case_id)::text AS accesses
FROM case_file WHERE case_id = ANY($1::text[])
"""
_WRITE = """
WITH kept_file AS (
    INSERT INTO case_file SELECT * FROM json_populate_record(NULL::case_file, $1::text::json)
    ON CONFLICT (case_id) DO UPDATE SET
        version = excluded.version, state = excluded.state, person_id = excluded.person_id,
        provisional = excluded.provisional, risk = excluded.risk, categories = excluded.categories,
        joined_into = excluded.joined_into, under_review = excluded.under_review, also_in = excluded.also_in,
        occurred_at = excluded.occurred_at, circumstances = excluded.circumstances,
        next_due_at = excluded.next_due_at, breached = excluded.breached
), kept_tasks AS (
    INSERT INTO task SELECT * FROM json_populate_recordset(NULL::task, $2::text::json)
    ON CONFLICT (task_id) DO UPDATE SET
        case_id = excluded.case_id, version = excluded.version, step = excluded.step, agency_id = excluded.agency_id,
        offered_agency_id = excluded.offered_agency_id, state = excluded.state, risk = excluded.risk,
        mandatory = excluded.mandatory, responsible_staff_id = excluded.responsible_staff_id,
        outcome = excluded.outcome, hop = excluded.hop, tried = excluded.tried, hand_over = excluded.hand_over,
        child_seen = excluded.child_seen, hold_reason = excluded.hold_reason, review_at = excluded.review_at,
        services = excluded.services, awaits_confirmation = excluded.awaits_confirmation,
        dispute_level = excluded.dispute_level, void_proposed_by = excluded.void_proposed_by,
        void_reason = excluded.void_reason,
        next_due_at = excluded.next_due_at, breached = excluded.breached
), kept_clocks AS (
    INSERT INTO clock SELECT * FROM json_populate_recordset(NULL::clock, $3::text::json)
    ON CONFLICT (clock_id) DO UPDATE SET
        case_id = excluded.case_id, state = excluded.state, stopped_at = excluded.stopped_at,
        position = excluded.position, reached = excluded.reached, generation = excluded.generation,
        follows_clock_id = excluded.follows_clock_id
), kept_bodies AS (
    INSERT INTO case_body SELECT * FROM json_populate_recordset(NULL::case_body, $4::text::json)
    ON CONFLICT DO NOTHING
)
INSERT INTO case_event SELECT * FROM json_populate_recordset(NULL::case_event, $5::text::json)
"""
_DISMISS = """
DELETE FROM case_body USING unnest($2::text[], $3::text[]) AS gone (agency_id, capacity)
WHERE case_id = $1 AND case_body.agency_id = gone.agency_id AND case_body.capacity = gone.capacity
"""
_LOCK_BY_CLOCK = """
SELECT case_id FROM case_file
WHERE case_id = (SELECT case_id FROM clock WHERE clock_id = $1 AND state IN ('running', 'breached')) FOR UPDATE
"""
_CASE_OF_TASK = "SELECT case_id FROM task WHERE task_id = $1"
_LIVE_CASE_OF_PERSON = """
SELECT case_id FROM case_file
WHERE person_id = $1 AND state IN ('reported', 'triaged', 'active', 'plan_in_force', 'reopened', 'closing')
"""


async def lock_cases(work: Work, *case_ids: str) -> list[CaseFile]:
    """Cases as they are now, held until the transaction ends, in the order asked for. Unknown ones are left out."""
    await work.raw.execute(_LOCK, list(case_ids))
    return await read_cases(work, case_ids)


async def read_cases(work: Work, case_ids: Sequence[str]) -> list[CaseFile]:
    """Cases as they are now, in the order asked for. Unknown ones are left out."""
    rows = await work.raw.fetch(_READ, list(case_ids))
    files = {file.case_id: file for file in (_file(row, work.now) for row in rows)}
    found = [one for file in files.values() for one in file.exclusions.values()]
    now = {one.exclusion_id: one for one in await as_of_now(work, found)}
    for file in files.values():
        file.exclusions = {exclusion_id: now[exclusion_id] for exclusion_id in file.exclusions}
    return [files[case_id] for case_id in case_ids if case_id in files]


async def lock_case_of_clock(work: Work, clock_id: str) -> CaseFile | None:
    """The case of a clock for which evidence was still owed a moment ago, held until the transaction ends."""
    case_id = await work.raw.fetchval(_LOCK_BY_CLOCK, clock_id)
    return (await read_cases(work, [case_id]))[0] if case_id else None


async def case_of_task(work: Work, task_id: str) -> str | None:
    """The case a task is on now."""
    found: str | None = await work.raw.fetchval(_CASE_OF_TASK, task_id)
    return found


async def live_case_of(work: Work, person_id: str) -> str | None:
    """The one case of a person on which work goes on."""
    found: str | None = await work.raw.fetchval(_LIVE_CASE_OF_PERSON, person_id)
    return found


async def keep_case(work: Work, file: CaseFile, pack: Pack) -> None:
    """Write what changed, publish the news, and set a timer for every clock and hold that changed and still runs."""
    due, news = _due_of_tasks(file), file.news
    touched = file.touched | {clock.task_id for clock in file.clocks.values() if clock.clock_id in file.touched}
    tasks = sorted((t for t in file.tasks.values() if t.task_id in touched), key=lambda task: task.open)
    clocks = [clock for clock in file.clocks.values() if clock.clock_id in file.touched]
    await work.raw.execute(
        _WRITE,
        _json(_file_row(file, due)),
        _json([_task_row(task, file.case_id, due.get(task.task_id, ())) for task in tasks]),
        _json([{**_values(clock, Clock), "case_id": file.case_id} for clock in clocks]),
        _json([{"case_id": file.case_id, "agency_id": a, "capacity": c} for a, c in sorted(file.new_bodies)]),
        _json(_publish(work, file)),
    )
    if file.gone_bodies:
        agencies, capacities = zip(*sorted(file.gone_bodies), strict=True)
        await work.raw.execute(_DISMISS, file.case_id, agencies, capacities)
    await keep_exclusions(work, file)
    await keep_accesses(work, file)
    await look_again(work, file, news, pack)
    await work.timers.set_many([*_ladder_timers(clocks, pack), *_pause_timers(tasks)])
    file.touched.clear()
    file.new_bodies.clear()
    file.gone_bodies.clear()


def _publish(work: Work, file: CaseFile) -> list[dict[str, Any]]:
    news, file.news = file.news, []
    return [
        {
            "case_id": file.case_id,
            "case_version": event.case_version,
            "event_id": work.publish(event),
            "type": event.type,
            "at": work.now,
            "body": event.model_dump(mode="json"),
            "policy_id": file.policy_id,
        }
        for event in news
    ]


def _ladder_timers(clocks: Iterable[Clock], pack: Pack) -> Iterable[TimerSpec]:
    for clock in clocks:
        level = next_level(clock, pack)
        if level is not None:
            yield TimerSpec(LADDER, clock.clock_id, level.at, severity(clock.risk), clock.generation)


def _pause_timers(tasks: Iterable[Task]) -> Iterable[TimerSpec]:
    for task in tasks:
        if task.review_at is not None:
            yield TimerSpec(PAUSE, task.task_id, task.review_at, severity(task.risk), task.version)


def _due_of_tasks(file: CaseFile) -> dict[str | None, list[Clock]]:
    going: dict[str | None, list[Clock]] = {}
    for clock in file.clocks.values():
        if clock.going:
            going.setdefault(clock.task_id, []).append(clock)
    return going


def _urgency(clocks: Iterable[Clock]) -> dict[str, Any]:
    going = list(clocks)
    return {
        "next_due_at": min((clock.due_at for clock in going), default=None),
        "breached": any(clock.state is ClockState.BREACHED for clock in going),
    }


def _values(thing: Any, shape: type[Any]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in shape.__slots__}


def _file_row(file: CaseFile, due: dict[str | None, list[Clock]]) -> dict[str, Any]:
    named = (
        "case_id", "version", "state", "region_code", "protocol_version", "person_id", "provisional", "risk",
        "categories", "opened_at", "joined_into", "under_review", "also_in", "occurred_at", "circumstances",
    )  # fmt: skip
    return {name: getattr(file, name) for name in named} | _urgency(c for clocks in due.values() for c in clocks)


def _task_row(task: Task, case_id: str, going: Iterable[Clock]) -> dict[str, Any]:
    return {**_values(task, Task), "case_id": case_id, **_urgency(going)}


def _json(value: Any) -> str:
    return to_json(value).decode()


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _file(row: Any, now: datetime) -> CaseFile:
    kept = json.loads(row["file"])
    file = CaseFile(
        case_id=kept["case_id"],
        region_code=kept["region_code"],
        protocol_version=kept["protocol_version"],
        person_id=kept["person_id"],
        provisional=kept["provisional"],
        risk=Risk(kept["risk"]),
        categories=tuple(Category(code) for code in kept["categories"]),
        opened_at=datetime.fromisoformat(kept["opened_at"]),
        occurred_at=_instant(kept["occurred_at"]),
        circumstances=tuple(Circumstance(code) for code in kept["circumstances"]),
        state=CaseState(kept["state"]),
        version=kept["version"],
        joined_into=kept["joined_into"],
        under_review=kept["under_review"],
        also_in=tuple(kept["also_in"]),
    )
    file.tasks = {task.task_id: task for task in map(_task, json.loads(row["tasks"] or "[]"))}
    file.clocks = {clock.clock_id: clock for clock in map(_clock, json.loads(row["clocks"] or "[]"))}
    file.bodies = {(body["agency_id"], Capacity(body["capacity"])) for body in json.loads(row["bodies"] or "[]")}
    for exclusion in map(_exclusion, json.loads(row["exclusions"] or "[]")):
        file.exclusions[exclusion.exclusion_id] = exclusion
    file.accesses = {one.access_id: one for one in map(read_access, json.loads(row["accesses"] or "[]"))}
    file.opened_to = frozenset(one.staff_id for one in file.accesses.values() if one.ends_at > now)
    return file


def _exclusion(kept: dict[str, Any]) -> Exclusion:
    return read_exclusion({**kept, "recorded_at": datetime.fromisoformat(kept["recorded_at"])})


def _task(kept: dict[str, Any]) -> Task:
    return Task(
        task_id=kept["task_id"],
        service=AgencyKind(kept["service"]),
        step=kept["step"],
        agency_id=kept["agency_id"],
        risk=Risk(kept["risk"]),
        assigned_at=datetime.fromisoformat(kept["assigned_at"]),
        mandatory=kept["mandatory"],
        state=TaskState(kept["state"]),
        offered_agency_id=kept["offered_agency_id"],
        responsible_staff_id=kept["responsible_staff_id"],
        outcome=Outcome(kept["outcome"]) if kept["outcome"] else None,
        hop=kept["hop"],
        tried=tuple(kept["tried"]),
        region_code=kept["region_code"],
        follows_task_id=kept["follows_task_id"],
        hand_over=kept["hand_over"],
        child_seen=kept["child_seen"],
        hold_reason=HoldReason(kept["hold_reason"]) if kept["hold_reason"] else None,
        review_at=_instant(kept["review_at"]),
        services=tuple(DeliveredService(code) for code in kept["services"]),
        awaits_confirmation=kept["awaits_confirmation"],
        dispute_level=kept["dispute_level"],
        void_proposed_by=kept["void_proposed_by"],
        void_reason=VoidReason(kept["void_reason"]) if kept["void_reason"] else None,
        version=kept["version"],
        protocol_version=kept["protocol_version"],
    )


def _clock(kept: dict[str, Any]) -> Clock:
    return Clock(
        clock_id=kept["clock_id"],
        kind=ClockKind(kept["kind"]),
        task_id=kept["task_id"],
        agency_id=kept["agency_id"],
        risk=Risk(kept["risk"]),
        started_at=datetime.fromisoformat(kept["started_at"]),
        due_at=datetime.fromisoformat(kept["due_at"]),
        state=ClockState(kept["state"]),
        stopped_at=_instant(kept["stopped_at"]),
        position=kept["position"],
        reached=LadderLevel(kept["reached"]) if kept["reached"] else None,
        generation=kept["generation"],
        protocol_version=kept["protocol_version"],
        row=kept["row"],
        follows_clock_id=kept["follows_clock_id"],
    )
