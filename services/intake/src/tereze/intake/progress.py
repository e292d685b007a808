"""Decides what a referrer can follow of the response: which agency holds which part, and by when; must never keep who the child is."""

from datetime import datetime

from tereze.chassis.work import Work

_ATTACH = "UPDATE referral SET case_id = $2, version = version + 1 WHERE referral_id = $1"
_TOUCH = "UPDATE referral SET version = version + 1 WHERE case_id = $1"
_INTO = "SELECT into_case_id FROM joined_case WHERE case_id = $1"
_JOIN = """
INSERT INTO joined_case (case_id, into_case_id) VALUES ($1, $2)
ON CONFLICT (case_id) DO UPDATE SET into_case_id = excluded.into_case_id
"""
_PART = "DELETE FROM joined_case WHERE case_id = $1"
_MOVE_REFERRALS = "UPDATE referral SET case_id = $2, version = version + 1 WHERE case_id = $1"
_MOVE_TASKS = "UPDATE progress_task SET case_id = $2 WHERE case_id = $1"
_PUT_TASK = """
INSERT INTO progress_task (task_id, case_id, agency_id, service, state, changed_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (task_id) DO UPDATE
SET case_id = excluded.case_id, agency_id = excluded.agency_id, service = excluded.service, state = excluded.state,
    changed_at = excluded.changed_at
WHERE progress_task.changed_at <= excluded.changed_at
"""
_PUT_CLOCK = """
INSERT INTO progress_clock (clock_id, task_id, due_at, state) VALUES ($1, $2, $3, $4)
ON CONFLICT (clock_id) DO UPDATE
SET task_id = excluded.task_id, due_at = excluded.due_at, state = excluded.state
"""


async def attach(work: Work, referral_id: str, case_id: str) -> None:
    """Put a referral on a case, or on the one that case was joined into meanwhile."""
    await work.raw.execute(_ATTACH, referral_id, await _final_case(work, case_id))


async def join(work: Work, case_id: str, into_case_id: str) -> None:
    """Everything on one case goes on in another."""
    await work.raw.execute(_JOIN, case_id, into_case_id)
    final = await _final_case(work, into_case_id)
    await work.raw.execute(_MOVE_TASKS, case_id, final)
    await work.raw.execute(_MOVE_REFERRALS, case_id, final)
    await work.raw.execute(_TOUCH, final)


async def part(work: Work, case_id: str) -> None:
    """A case that went on in another goes on by itself."""
    await work.raw.execute(_PART, case_id)


async def put_task(
    work: Work, *, task_id: str, case_id: str, agency_id: str, service: str, state: str, at: datetime
) -> None:
    """Where one part of the response stands since ``at``.

    A task that moved to another case is told of on two keys, which may be heard in either order: the later news counts.
    """
    final = await _final_case(work, case_id)
    await work.raw.execute(_PUT_TASK, task_id, final, agency_id, service, state, at)
    await work.raw.execute(_TOUCH, final)


async def put_clock(
    work: Work, *, clock_id: str, task_id: str | None, case_id: str, due_at: datetime, state: str
) -> None:
    """Where one deadline of a task stands now; the case's own deadlines are nothing a referrer follows."""
    if task_id is None:
        return
    await work.raw.execute(_PUT_CLOCK, clock_id, task_id, due_at, state)
    await work.raw.execute(_TOUCH, await _final_case(work, case_id))


async def _final_case(work: Work, case_id: str) -> str:
    """Where work on a case goes on after every join so far."""
    seen = {case_id}
    while True:
        into = await work.raw.fetchval(_INTO, case_id)
        if into is None or into in seen:
            return case_id
        seen.add(into)
        case_id = into
