"""Decides how somebody's word on a task or case comes in; must never act on another version than was read, nor answer who may not know."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Path, Response

from tereze.access import Decision, decide, redact
from tereze.access.decisions import Action
from tereze.chassis import replica
from tereze.chassis.http import IfMatch, Reply, etag
from tereze.contracts.cases import Contact
from tereze.contracts.directory import Agency
from tereze.contracts.facts import Forbidden, Invalid, NotFound, Stale
from tereze.contracts.ids import CaseId, TaskId
from tereze.protocol.transitions import NotFromHere, NotYourRole
from tereze.referral.api.reading import Visit, Visitor
from tereze.referral.api.showing import show_case
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.casework import wind_down
from tereze.referral.domain.handover import CannotHold
from tereze.referral.domain.standing import CaseNotLive, NotTheHolder
from tereze.referral.domain.tasks import Actor, Task
from tereze.referral.moments import moment_of
from tereze.referral.permissions import case_resource, may_read_case, may_read_task, task_resource
from tereze.referral.store.casefiles import case_of_task, keep_case, lock_cases
from tereze.referral.store.disclosures import TASK, Shown, note_shown
from tereze.referral.store.referrals import keep_contact, say
from tereze.referral.views import task_view

TaskKey = Annotated[TaskId, Path()]
CaseKey = Annotated[CaseId, Path()]
TaskWord = Callable[[CaseFile, Task, Actor, Moment], object]
CaseWord = Callable[[CaseFile, Actor, Moment], object]
Remark = tuple[str, str | None]
"""What kind of text came with the word, and the text if there is one."""
_CLOCKS_APART = timedelta(minutes=5)


class SeenInTheFuture(Invalid):
    """A contact with the child is recorded before it happened."""

    code = "contact-in-the-future"
    title = "A contact is recorded after it took place"


NOT_NOW = (CaseNotLive, NotTheHolder, NotFromHere, NotYourRole)
"""What every word on a task may be refused with."""


class TaskCommand:
    """One word of one caller on one task: 404, 403, 412 and 409 in this order, then the effect."""

    def __init__(self, task_id: TaskKey, version: IfMatch, visit: Visit) -> None:
        self.task_id, self.version, self.visit = task_id, version, visit

    async def run(
        self, action: Action, word: TaskWord, *, contact: Contact | None = None, remark: Remark = ("", None)
    ) -> Response:
        """Let the word take effect and show what became of the task."""
        work, caller = self.visit.work, self.visit.caller
        file, task, decision = await self._locked(action)
        if contact is not None:
            check_past(contact.at, work.now, "/contact/at")
        moment = await moment_of(work, file)
        word(file, task, actor_of(self.visit), moment)
        wind_down(file, moment)
        await keep_case(work, file, moment.pack)
        if contact is not None:
            await keep_contact(work, task.task_id, contact, caller.staff_id)
        kind, text = remark
        await say(work, file.case_id, kind, text, task_id=task.task_id, by_staff_id=caller.staff_id)
        await note_shown(work, caller.actor, TASK, [Shown(file.case_id, decision, task.task_id)])
        view = task_view(task, file, self.visit.words)
        return Reply(200, redact(view, decision.labels), etag(task.version)).response()

    async def _locked(self, action: Action) -> tuple[CaseFile, Task, Decision]:
        work, actor = self.visit.work, self.visit.caller.actor
        case_id = await case_of_task(work, self.task_id)
        files = await lock_cases(work, case_id) if case_id else []
        task = files[0].tasks.get(self.task_id) if files else None
        if task is None or not may_read_task(actor, files[0], task).allowed:
            raise NotFound
        decision = decide(actor, action, task_resource(files[0], task))
        if not decision.allowed:
            raise Forbidden("neither your agency's part in this task nor your role allows this")
        if self.version != task.version:
            raise Stale(current_version=task.version, current_state=task.state)
        files[0].policy_id = decision.policy_id
        return files[0], task, decision


class CaseCommand:
    """One word of one caller on one case: 404, 403, 412 and 409 in this order, then the effect."""

    def __init__(self, case_id: CaseKey, version: IfMatch, visit: Visit) -> None:
        self.case_id, self.version, self.visit = case_id, version, visit

    async def run(
        self, action: Action, word: CaseWord, *, remark: Remark = ("", None), at: datetime | None = None
    ) -> Response:
        """Let the word take effect and show what became of the case. ``at``: when what is put on record happened."""
        work, caller = self.visit.work, self.visit.caller
        file, readable, _ = await self.locked(action)
        if at is not None:
            check_past(at, work.now, "/at")
        moment = await moment_of(work, file)
        word(file, actor_of(self.visit), moment)
        wind_down(file, moment)
        await keep_case(work, file, moment.pack)
        kind, text = remark
        await say(work, file.case_id, kind, text, task_id=None, by_staff_id=caller.staff_id)
        return await show_case(self.visit, file, readable)

    async def locked(self, action: Action) -> tuple[CaseFile, Decision, Decision]:
        """The case, held until the transaction ends, with what may be seen of it and by which decision this may be done."""
        actor = self.visit.caller.actor
        files = await lock_cases(self.visit.work, self.case_id)
        readable = may_read_case(actor, files[0]) if files else None
        if readable is None or not readable.allowed:
            raise NotFound
        decision = decide(actor, action, case_resource(files[0]))
        if not decision.allowed:
            raise Forbidden("neither your agency's part in this case nor your role allows this")
        if self.version != files[0].version:
            raise Stale(current_version=files[0].version, current_state=files[0].state)
        files[0].policy_id = decision.policy_id
        return files[0], readable, decision


SpokenOfTask = Annotated[TaskCommand, Depends()]
SpokenOfCase = Annotated[CaseCommand, Depends()]


def actor_of(visit: Visitor) -> Actor:
    """Who speaks."""
    return Actor(visit.caller.agency_id, visit.caller.staff_id, visit.caller.roles)


def check_past(at: datetime, now: datetime, pointer: str) -> None:
    """Raises SeenInTheFuture; a few minutes are clocks that differ."""
    if at > now + _CLOCKS_APART:
        raise SeenInTheFuture(pointer=pointer)


async def known_agency(visit: Visitor, agency_id: str) -> Agency:
    """An agency that is named to hold a task. Raises CannotHold."""
    agency = await replica.agency(visit.work, agency_id)
    if agency is None:
        raise CannotHold(pointer="/agency_id")
    return agency
