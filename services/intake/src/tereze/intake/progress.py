"""Decides what a referrer can follow of the response: which agency holds which part, and by when; must never keep who the child is.

What comes in one batch is written together; a join or a parting of cases settles what came before it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tereze.chassis.turns import turns
from tereze.chassis.work import Work

_ATTACH = """
UPDATE referral SET case_id = put.case_id, version = version + 1
FROM unnest($1::text[], $2::text[]) AS put (referral_id, case_id) WHERE referral.referral_id = put.referral_id
"""
_TOUCH = "UPDATE referral SET version = version + 1 WHERE case_id = ANY($1::text[])"
_FINAL = """
WITH RECURSIVE way AS (
    SELECT case_id AS began, case_id, ARRAY[case_id] AS seen FROM unnest($1::text[]) AS case_id
    UNION ALL
    SELECT way.began, joined_case.into_case_id, way.seen || joined_case.into_case_id
    FROM way JOIN joined_case USING (case_id) WHERE joined_case.into_case_id <> ALL (way.seen)
)
SELECT DISTINCT ON (began) began, case_id FROM way WHERE began <> case_id ORDER BY began, cardinality(seen) DESC
"""
_JOIN = """
INSERT INTO joined_case (case_id, into_case_id) VALUES ($1, $2)
ON CONFLICT (case_id) DO UPDATE SET into_case_id = excluded.into_case_id
"""
_PART = "DELETE FROM joined_case WHERE case_id = $1"
_MOVE_REFERRALS = "UPDATE referral SET case_id = $2, version = version + 1 WHERE case_id = $1"
_MOVE_TASKS = "UPDATE progress_task SET case_id = $2 WHERE case_id = $1"
_PUT_TASKS = """
INSERT INTO progress_task (task_id, case_id, agency_id, service, state, changed_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
ON CONFLICT (task_id) DO UPDATE
SET case_id = excluded.case_id, agency_id = excluded.agency_id, service = excluded.service, state = excluded.state,
    changed_at = excluded.changed_at
WHERE progress_task.changed_at <= excluded.changed_at
"""
_PUT_CLOCKS = """
INSERT INTO progress_clock (clock_id, task_id, due_at, state)
SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[])
ON CONFLICT (clock_id) DO UPDATE
SET task_id = excluded.task_id, due_at = excluded.due_at, state = excluded.state
"""


@dataclass(frozen=True, slots=True)
class Attached:
    """A referral is on a case, or on the one that case was joined into meanwhile."""

    referral_id: str
    case_id: str


@dataclass(frozen=True, slots=True)
class TaskStands:
    """Where one part of the response stands since ``at``.

    A task that moved to another case is told of on two keys, which may be heard in either order: the later news counts.
    """

    task_id: str
    case_id: str
    agency_id: str
    service: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ClockStands:
    """Where one deadline of a task stands now."""

    clock_id: str
    task_id: str
    case_id: str
    due_at: datetime
    state: str


News = Attached | TaskStands | ClockStands


def put(work: Work, news: News) -> None:
    """Write it together with what else comes in this transaction; whatever case it is on goes by every join so far."""
    work.put_off(_write, news)


async def join(work: Work, case_id: str, into_case_id: str) -> None:
    """Everything on one case goes on in another."""
    await work.settle()
    await work.raw.execute(_JOIN, case_id, into_case_id)
    final = (await _final_cases(work, [into_case_id])).get(into_case_id, into_case_id)
    await work.raw.execute(_MOVE_TASKS, case_id, final)
    await work.raw.execute(_MOVE_REFERRALS, case_id, final)
    await work.raw.execute(_TOUCH, [final])


async def part(work: Work, case_id: str) -> None:
    """A case that went on in another goes on by itself."""
    await work.settle()
    await work.raw.execute(_PART, case_id)


async def _write(work: Work, came: Sequence[News]) -> None:
    """The referrals first: they have news too when something of their case has."""
    joined = await _final_cases(work, {news.case_id for news in came})
    final = {news.case_id: joined.get(news.case_id, news.case_id) for news in came}
    await _attach(work, [news for news in came if isinstance(news, Attached)], final)
    await _put_tasks(work, [news for news in came if isinstance(news, TaskStands)], final)
    await _put_clocks(work, [news for news in came if isinstance(news, ClockStands)])
    if touched := sorted({final[news.case_id] for news in came if not isinstance(news, Attached)}):
        await work.raw.execute(_TOUCH, touched)


async def _attach(work: Work, came: Sequence[Attached], final: Mapping[str, str]) -> None:
    for turn in turns(came, lambda news: news.referral_id):
        await work.raw.execute(_ATTACH, [news.referral_id for news in turn], [final[news.case_id] for news in turn])


async def _put_tasks(work: Work, came: Sequence[TaskStands], final: Mapping[str, str]) -> None:
    for turn in turns(came, lambda news: news.task_id):
        rows = [
            (news.task_id, final[news.case_id], news.agency_id, news.service, news.state, news.at)
            for news in sorted(turn, key=lambda news: news.task_id)
        ]
        await work.raw.execute(_PUT_TASKS, *(list(column) for column in zip(*rows, strict=True)))


async def _put_clocks(work: Work, came: Sequence[ClockStands]) -> None:
    for turn in turns(came, lambda news: news.clock_id):
        rows = sorted((news.clock_id, news.task_id, news.due_at, news.state) for news in turn)
        await work.raw.execute(_PUT_CLOCKS, *(list(column) for column in zip(*rows, strict=True)))


async def _final_cases(work: Work, case_ids: Collection[str]) -> Mapping[str, str]:
    """Where work on cases goes on after every join so far; a case that was not joined is absent."""
    return {row["began"]: row["case_id"] for row in await work.raw.fetch(_FINAL, list(case_ids))}
