"""Decides how tasks are read and commanded; must never do I/O or repeat a decision somebody else overtook.

A command takes the task as it was read, or its id with the ``version`` it was decided on; with an id alone the task is
read first. It raises Stale when somebody changed the task in between, and Conflict when its state does not allow it.
"""

from collections.abc import Sequence

from tereze.client.call import Call, Flow, Stream, pages, query, segment, shape
from tereze.client.plans.speaking import given, of_task
from tereze.contracts.cases import AcceptTask, Contact, DeclineTask, FulfilTask, StartTask, TaskPage, TaskView
from tereze.contracts.words import DeclineReason, DeliveredService, Outcome, TaskState


def get(task_id: str) -> Call[TaskView]:
    """One task as your agency may see it."""
    return Call("GET", f"/v1/tasks/{segment(task_id)}", shape(TaskView), repeatable=True)


def listing(*, state: TaskState | None = None, limit: int | None = None) -> Stream[TaskView]:
    """Every task of your agency, due soonest first; pages are fetched as they are needed."""
    return pages(Call("GET", "/v1/tasks", shape(TaskPage), query(state=state, limit=limit), repeatable=True))


def receive(task: TaskView | str, *, version: int | None = None) -> Flow[TaskView]:
    """Say that a named person has seen the task; stops the clock *acknowledge*."""
    return (yield from of_task(task, "receive", None, version))


def accept(
    task: TaskView | str, *, responsible_staff_id: str | None = None, version: int | None = None
) -> Flow[TaskView]:
    """Take the task, or a duty that was offered; stops *decide*. Whoever accepts is responsible unless you say."""
    return (yield from of_task(task, "accept", given(AcceptTask, responsible_staff_id=responsible_staff_id), version))


def decline(
    task: TaskView | str, *, reason: DeclineReason, remark: str | None = None, version: int | None = None
) -> Flow[TaskView]:
    """Refuse the task, as a manager, with a coded reason; barred for critical and high risk."""
    return (yield from of_task(task, "decline", given(DeclineTask, reason=reason, remark=remark), version))


def start(task: TaskView | str, *, contact: Contact | None = None, version: int | None = None) -> Flow[TaskView]:
    """Begin to work; where the step asks to see the child, with the contact. Stops *see the child*."""
    return (yield from of_task(task, "start", given(StartTask, contact=contact), version))


def fulfil(
    task: TaskView | str,
    *,
    outcome: Outcome,
    services: Sequence[DeliveredService] = (),
    contact: Contact | None = None,
    child_view: str | None = None,
    version: int | None = None,
) -> Flow[TaskView]:
    """Finish the task, with what was given. The contact comes with it where the step asks for one and none is on record."""
    delivered = tuple(services) or None
    body = given(FulfilTask, outcome=outcome, services=delivered, contact=contact, child_view=child_view)
    return (yield from of_task(task, "fulfil", body, version))
