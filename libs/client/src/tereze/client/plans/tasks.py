"""Decides how tasks are read and commanded; must never do I/O or repeat a decision somebody else overtook.

A command takes the task as it was read, or its id with the ``version`` it was decided on; with an id alone the task is
read first. It raises Stale when somebody changed the task in between, and Conflict when its state does not allow it.
"""

from tereze.client.call import Call, Flow, Stream, if_match, pages, query, segment, shape
from tereze.contracts.cases import AcceptTask, Contact, DeclineTask, FulfilTask, StartTask, TaskPage, TaskView
from tereze.contracts.labels import Contract
from tereze.contracts.words import DeclineReason, Outcome, TaskState


def get(task_id: str) -> Call[TaskView]:
    """One task as your agency may see it."""
    return Call("GET", f"/v1/tasks/{segment(task_id)}", shape(TaskView), repeatable=True)


def listing(*, state: TaskState | None = None, limit: int | None = None) -> Stream[TaskView]:
    """Every task of your agency, due soonest first; pages are fetched as they are needed."""
    return pages(Call("GET", "/v1/tasks", shape(TaskPage), query(state=state, limit=limit), repeatable=True))


def receive(task: TaskView | str, *, version: int | None = None) -> Flow[TaskView]:
    """Say that a named person has seen the task; stops the clock *acknowledge*."""
    return (yield from _command(task, "receive", None, version))


def accept(
    task: TaskView | str, *, responsible_staff_id: str | None = None, version: int | None = None
) -> Flow[TaskView]:
    """Take the task, or a duty that was offered; stops *decide*. Whoever accepts is responsible unless you say."""
    return (yield from _command(task, "accept", _given(AcceptTask, responsible_staff_id=responsible_staff_id), version))


def decline(
    task: TaskView | str, *, reason: DeclineReason, remark: str | None = None, version: int | None = None
) -> Flow[TaskView]:
    """Refuse the task, as a manager, with a coded reason; barred for critical and high risk."""
    return (yield from _command(task, "decline", _given(DeclineTask, reason=reason, remark=remark), version))


def start(task: TaskView | str, *, contact: Contact, version: int | None = None) -> Flow[TaskView]:
    """Record that the child was seen; stops *see the child*."""
    return (yield from _command(task, "start", StartTask(contact=contact), version))


def fulfil(
    task: TaskView | str,
    *,
    outcome: Outcome,
    contact: Contact | None = None,
    child_view: str | None = None,
    version: int | None = None,
) -> Flow[TaskView]:
    """Finish the task. From *accepted* the contact must come with it."""
    body = _given(FulfilTask, outcome=outcome, contact=contact, child_view=child_view)
    return (yield from _command(task, "fulfil", body, version))


def _given(model: type[Contract], **fields: object) -> Contract:
    """The body with the fields that were given; the others stay unset and are not sent."""
    return model(**{name: value for name, value in fields.items() if value is not None})


def _command(task: TaskView | str, verb: str, body: Contract | None, version: int | None) -> Flow[TaskView]:
    task_id, version = (task, version) if isinstance(task, str) else (task.task_id, version or task.version)
    if version is None:
        version = (yield get(task_id)).version
    answer: TaskView = yield Call(
        "POST", f"/v1/tasks/{segment(task_id)}/{verb}", shape(TaskView), body=body, headers=if_match(version)
    )
    return answer
