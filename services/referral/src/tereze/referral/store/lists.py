"""Decides which cases and tasks a reader's lists are drawn from, and in which order; must never be gone round by another query."""

import json
from datetime import datetime

from sqlalchemy import Select, and_, or_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from tereze.access import Actor
from tereze.chassis.exclusions import known_to
from tereze.chassis.work import Work
from tereze.contracts.words import AgencyKind, CaseState, StaffRole, TaskState
from tereze.protocol import OPEN
from tereze.referral.store.tables import case_body, case_event, case_file, task
from tereze.referral.views import Entry

Position = tuple[datetime | None, str]
"""Where a page ended: the due time (none: nothing runs) and the id."""

_OPEN = [state.value for state in TaskState if state in OPEN]


def cases_known_to(actor: Actor) -> ColumnElement[bool]:
    """The cases an actor may know of. Every list of cases is drawn from these; the policies then decide case by case."""
    if _oversees(actor):
        return known_to(case_file.c.case_id, actor)
    as_body = select(case_body.c.case_id).where(case_body.c.agency_id == actor.agency_id)
    as_holder = select(task.c.case_id).where(_tasks_of(actor), task.c.state.in_(_OPEN))
    return and_(case_file.c.case_id.in_(as_body.union(as_holder)), known_to(case_file.c.case_id, actor))


async def page_of_cases(work: Work, actor: Actor, *, after: Position | None, limit: int) -> list[tuple[Position, str]]:
    """Up to ``limit`` cases on which work goes on or went on, the most urgent first."""
    query = (
        select(case_file.c.next_due_at, case_file.c.case_id)
        .where(cases_known_to(actor), case_file.c.state != CaseState.JOINED.value)
        .order_by(case_file.c.next_due_at.asc().nulls_last(), case_file.c.case_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(_beyond(case_file.c.next_due_at, case_file.c.case_id, after))
    return [((row.next_due_at, row.case_id), row.case_id) for row in await work.db.execute(query)]


async def page_of_tasks(
    work: Work, actor: Actor, *, state: TaskState | None, after: Position | None, limit: int
) -> list[tuple[Position, str, str]]:
    """Up to ``limit`` tasks an agency holds or is offered, the soonest due first; without a state, those still open."""
    states = [state.value] if state else _OPEN
    query: Select[tuple[datetime | None, str, str]] = (
        select(task.c.next_due_at, task.c.task_id, task.c.case_id)
        .where(_tasks_of(actor), task.c.state.in_(states), known_to(task.c.case_id, actor))
        .order_by(task.c.next_due_at.asc().nulls_last(), task.c.task_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(_beyond(task.c.next_due_at, task.c.task_id, after))
    return [((row.next_due_at, row.task_id), row.task_id, row.case_id) for row in await work.db.execute(query)]


async def timeline_of(work: Work, case_id: str) -> list[Entry]:
    """Every event of a case, in order. Only for a case the reader may read."""
    query = select(case_event).where(case_event.c.case_id == case_id).order_by(case_event.c.case_version)
    return [
        Entry(row.event_id, row.type, row.at, row.case_version, _mapping(row.body))
        for row in await work.db.execute(query)
    ]


def _mapping(body: object) -> dict[str, object]:
    loaded = json.loads(body) if isinstance(body, str) else body
    assert isinstance(loaded, dict)
    return loaded


def _oversees(actor: Actor) -> bool:
    reviewer = actor.agency_kind == AgencyKind.OMBUDSMAN and StaffRole.OMBUDSMAN in actor.roles
    return reviewer or StaffRole.OPERATOR in actor.roles


def _tasks_of(actor: Actor) -> ColumnElement[bool]:
    return or_(task.c.agency_id == actor.agency_id, task.c.offered_agency_id == actor.agency_id)


def _beyond(due: ColumnElement[datetime | None], key: ColumnElement[str], after: Position) -> ColumnElement[bool]:
    due_at, last = after
    if due_at is None:
        return and_(due.is_(None), key > last)
    return or_(due.is_(None), tuple_(due, key) > tuple_(due_at, last))
