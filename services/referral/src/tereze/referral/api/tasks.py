"""Decides what is answered about tasks; must never say that one exists to whom it may not be known."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from tereze.access import redact
from tereze.chassis.http import Cursor, Limit, Reply, etag
from tereze.contracts.cases import TaskPage, TaskView
from tereze.contracts.facts import NotFound
from tereze.contracts.words import TaskState
from tereze.referral.api.commanding import TaskKey
from tereze.referral.api.reading import Visit, following, position_of
from tereze.referral.permissions import may_read_task
from tereze.referral.store.casefiles import case_of_task, read_cases
from tereze.referral.store.disclosures import TASK, TASK_LIST, Shown, note_shown
from tereze.referral.store.lists import page_of_tasks
from tereze.referral.views import task_view

router = APIRouter(tags=["tasks"])


@router.get("/v1/tasks", response_model=TaskPage)
async def list_tasks(
    visit: Visit,
    state: Annotated[TaskState | None, Query(description="Only in this state; left out, every open task")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """The tasks your agency holds or is offered, due soonest first."""
    work, actor = visit.work, visit.caller.actor
    found = await page_of_tasks(work, actor, state=state, after=position_of(cursor), limit=limit + 1)
    shown, has_more = found[:limit], len(found) > limit
    files = {file.case_id: file for file in await read_cases(work, [case_id for _, _, case_id in shown])}
    items, noted = [], []
    for _, task_id, case_id in shown:
        file = files[case_id]
        task = file.tasks.get(task_id)  # it may have moved to another case since the page was cut
        if task and (decision := may_read_task(actor, file, task)).allowed:
            noted.append(Shown(case_id, decision, task_id))
            items.append(redact(task_view(task, file, visit.words), decision.labels))
    await note_shown(work, actor, TASK_LIST, noted)
    cursor = following(shown[-1][0] if has_more else None)
    return Reply(200, {"items": items, "has_more": has_more, "cursor": cursor}).response()


@router.get("/v1/tasks/{task_id}", response_model=TaskView)
async def read_task(task_id: TaskKey, visit: Visit) -> Response:
    """One task with its clocks, and who is told next if nothing happens."""
    case_id = await case_of_task(visit.work, task_id)
    files = await read_cases(visit.work, [case_id]) if case_id else []
    task = files[0].tasks.get(task_id) if files else None
    decision = may_read_task(visit.caller.actor, files[0], task) if task else None
    if task is None or decision is None or not decision.allowed:
        raise NotFound
    await note_shown(visit.work, visit.caller.actor, TASK, [Shown(files[0].case_id, decision, task_id)])
    view = task_view(task, files[0], visit.words)
    return Reply(200, redact(view, decision.labels), etag(view.version)).response()
