"""Decides what is answered about tasks and how an agency's word on one comes in; must never act on another version than was read."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from tereze.access import decide, redact
from tereze.access.decisions import Action
from tereze.chassis.http import Cursor, IfMatch, Limit, Reply, body, etag, refuses
from tereze.contracts.cases import AcceptTask, Contact, DeclineTask, FulfilTask, StartTask, TaskPage, TaskView
from tereze.contracts.facts import Forbidden, Invalid, NotFound, Stale
from tereze.contracts.ids import TaskId
from tereze.contracts.labels import Sensitivity
from tereze.contracts.words import TaskState
from tereze.protocol.transitions import ContactMissing, DeclineBarred, NotFromHere, NotYourRole
from tereze.referral.api.reading import Visit, following, position_of
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.commands import (
    NotTheHolder,
    accept_task,
    decline_task,
    fulfil_task,
    receive_task,
    start_task,
)
from tereze.referral.domain.handover import NobodyElse
from tereze.referral.domain.response import CaseNotLive
from tereze.referral.domain.tasks import Actor, Task
from tereze.referral.moments import moment_of, read_protocols
from tereze.referral.naming import NobodyFit, NotYourStaff, person_for
from tereze.referral.permissions import may_read_task, task_resource
from tereze.referral.store.casefiles import case_of_task, keep_case, lock_cases, read_cases
from tereze.referral.store.lists import page_of_tasks
from tereze.referral.store.referrals import keep_contact, say
from tereze.referral.views import task_view

router = APIRouter(tags=["tasks"])

_CLOCKS_APART = timedelta(minutes=5)
TaskKey = Annotated[TaskId, Path()]
Word = Callable[[CaseFile, Task, Actor, Moment], None]
Remark = tuple[str, str | None]
"""What kind of text came with the word, and the text if there is one."""


class SeenInTheFuture(Invalid):
    """A contact with the child is recorded before it happened."""

    code = "contact-in-the-future"
    title = "A contact is recorded after it took place"


_NOT_NOW = (CaseNotLive, NotTheHolder, NotFromHere, NotYourRole)


class Command:
    """One word of one caller on one task: 404, 403, 412 and 409 in this order, then the effect."""

    def __init__(self, task_id: TaskKey, version: IfMatch, visit: Visit) -> None:
        self.task_id, self.version, self.visit = task_id, version, visit
        self._labels: frozenset[Sensitivity] = frozenset()

    async def run(
        self, action: Action, word: Word, *, contact: Contact | None = None, remark: Remark = ("", None)
    ) -> Response:
        """Let the word take effect and show what became of the task."""
        work, caller = self.visit.work, self.visit.caller
        file, task = await self._locked(action)
        if contact is not None and contact.at > work.now + _CLOCKS_APART:
            raise SeenInTheFuture(pointer="/contact/at")
        moment = await moment_of(work, file)
        word(file, task, Actor(caller.agency_id, caller.staff_id, caller.roles), moment)
        await keep_case(work, file, moment.pack)
        if contact is not None:
            await keep_contact(work, task.task_id, contact, caller.staff_id)
        kind, text = remark
        await say(work, file.case_id, kind, text, task_id=task.task_id, by_staff_id=caller.staff_id)
        view = task_view(task, file, read_protocols(work.runtime.settings.pack), self.visit.language)
        return Reply(200, redact(view, self._labels), etag(task.version)).response()

    async def _locked(self, action: Action) -> tuple[CaseFile, Task]:
        work, actor = self.visit.work, self.visit.caller.actor
        case_id = await case_of_task(work, self.task_id)
        files = await lock_cases(work, case_id) if case_id else []
        task = files[0].tasks.get(self.task_id) if files else None
        if task is None or not may_read_task(actor, files[0], task).allowed:
            raise NotFound
        decision = decide(actor, action, task_resource(files[0], task))
        if not decision.allowed:
            raise Forbidden("your agency does not hold this task, or your role does not allow this")
        if self.version != task.version:
            raise Stale(current_version=task.version, current_state=task.state)
        self._labels = decision.labels
        return files[0], task


Spoken = Annotated[Command, Depends()]


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
    items = []
    for _, task_id, case_id in shown:
        file = files[case_id]
        task = file.tasks.get(task_id)  # it may have moved to another case since the page was cut
        if task and (decision := may_read_task(actor, file, task)).allowed:
            items.append(
                redact(
                    task_view(task, file, read_protocols(work.runtime.settings.pack), visit.language), decision.labels
                )
            )
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
    view = task_view(task, files[0], read_protocols(visit.work.runtime.settings.pack), visit.language)
    return Reply(200, redact(view, decision.labels), etag(view.version)).response()


@router.post("/v1/tasks/{task_id}/receive", response_model=TaskView)
@refuses(*_NOT_NOW)
async def receive(command: Spoken) -> Response:
    """Say that a named person saw the task. Stops *acknowledge*."""
    return await command.run("receive_task", receive_task)


@router.post("/v1/tasks/{task_id}/accept", response_model=TaskView)
@refuses(*_NOT_NOW, NotYourStaff, NobodyFit)
async def accept(command: Spoken, accepted: body[AcceptTask]) -> Response:
    """Take the task, or take over the duty your agency was offered. Stops *acknowledge* and *decide*.

    Without a name a specialist takes it in person; for a manager or a computer the fit colleague with the fewest duties does.
    """
    visit, named = command.visit, accepted.responsible_staff_id
    responsible = await person_for(visit.work, visit.caller, named, command.task_id)

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        accept_task(file, task, by, responsible, moment)

    return await command.run("accept_task", word)


@router.post("/v1/tasks/{task_id}/decline", response_model=TaskView)
@refuses(*_NOT_NOW, DeclineBarred, NobodyElse)
async def decline(command: Spoken, declined: body[DeclineTask]) -> Response:
    """Refuse as a manager, with a coded reason; the next agency is accountable at once. Barred for critical and high risk."""

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        decline_task(file, task, by, declined.reason, moment)

    return await command.run("decline_task", word, remark=("decline_remark", declined.remark))


@router.post("/v1/tasks/{task_id}/start", response_model=TaskView)
@refuses(*_NOT_NOW, SeenInTheFuture)
async def start(command: Spoken, started: body[StartTask]) -> Response:
    """Record that the child was seen; an attempt is not a contact. Stops *see the child*."""
    return await command.run("start_task", start_task, contact=started.contact)


@router.post("/v1/tasks/{task_id}/fulfil", response_model=TaskView)
@refuses(*_NOT_NOW, SeenInTheFuture, ContactMissing)
async def fulfil(command: Spoken, done: body[FulfilTask]) -> Response:
    """Finish the task. Straight from *accepted* the contact comes with it where the step asks to see the child."""

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        fulfil_task(file, task, by, done.outcome, moment, contact=done.contact is not None)

    return await command.run("fulfil_task", word, contact=done.contact, remark=("child_view", done.child_view))
