"""Decides how a word on a task or case goes out on the version it was decided on; must never repeat one somebody overtook."""

from tereze.client.call import Call, Flow, if_match, segment, shape
from tereze.contracts.cases import CaseSummary, CaseView, TaskView
from tereze.contracts.labels import Contract


def given(model: type[Contract], **fields: object) -> Contract:
    """The body with the fields that were given; the others stay unset and are not sent."""
    return model(**{name: value for name, value in fields.items() if value is not None})


def of_task(task: TaskView | str, verb: str, body: Contract | None, version: int | None) -> Flow[TaskView]:
    """Say something about a task as it was read, or by its id; with an id alone it is read first."""
    task_id, version = (task, version) if isinstance(task, str) else (task.task_id, version or task.version)
    path = f"/v1/tasks/{segment(task_id)}"
    if version is None:
        read: TaskView = yield Call("GET", path, shape(TaskView), repeatable=True)
        version = read.version
    answer: TaskView = yield Call("POST", f"{path}/{verb}", shape(TaskView), body=body, headers=if_match(version))
    return answer


def of_case(case: CaseSummary | str, verb: str, body: Contract | None, version: int | None) -> Flow[CaseView]:
    """Say something about a case as it was read, or by its id; with an id alone it is read first."""
    case_id, version = (case, version) if isinstance(case, str) else (case.case_id, version or case.version)
    path = f"/v1/cases/{segment(case_id)}"
    if version is None:
        read: CaseView = yield Call("GET", path, shape(CaseView), repeatable=True)
        version = read.version
    answer: CaseView = yield Call("POST", f"{path}/{verb}", shape(CaseView), body=body, headers=if_match(version))
    return answer
