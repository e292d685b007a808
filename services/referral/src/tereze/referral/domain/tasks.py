"""Decides what a task is and how far it has come; must never choose who holds it."""

from dataclasses import dataclass, field
from datetime import datetime

from tereze.contracts.words import AgencyKind, ClockKind, Outcome, Risk, StaffRole, TaskState
from tereze.protocol import OPEN

_ADVANCE = (TaskState.REQUESTED, TaskState.RECEIVED, TaskState.ACCEPTED, TaskState.IN_PROGRESS)
_GIVEN: dict[TaskState, frozenset[ClockKind]] = {
    TaskState.RECEIVED: frozenset({ClockKind.ACKNOWLEDGE}),
    TaskState.ACCEPTED: frozenset({ClockKind.ACKNOWLEDGE, ClockKind.DECIDE}),
    TaskState.IN_PROGRESS: frozenset({ClockKind.ACKNOWLEDGE, ClockKind.DECIDE, ClockKind.SEE_THE_CHILD}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts on a task: a person or computer of an agency."""

    agency_id: str
    staff_id: str
    roles: frozenset[StaffRole]


@dataclass(slots=True)
class Task:
    """One agency's accountable piece of the response. ``hop`` counts how often it changed hands; ``tried`` who had it."""

    task_id: str
    service: AgencyKind
    step: str
    agency_id: str
    risk: Risk
    assigned_at: datetime
    mandatory: bool = True
    state: TaskState = TaskState.REQUESTED
    offered_agency_id: str | None = None
    responsible_staff_id: str | None = None
    outcome: Outcome | None = None
    hop: int = 0
    tried: tuple[str, ...] = field(default=())
    version: int = 1
    protocol_version: str | None = None

    @property
    def open(self) -> bool:
        """Whether somebody still owes something."""
        return self.state in OPEN

    @property
    def advance(self) -> int:
        """How far an open task has come, 0 for not even seen."""
        return _ADVANCE.index(self.state)

    @property
    def accepted(self) -> bool:
        """Whether somebody took it and still works on it."""
        return self.state in {TaskState.ACCEPTED, TaskState.IN_PROGRESS}

    @property
    def evidence(self) -> frozenset[ClockKind]:
        """The duties for which evidence was already given."""
        return _GIVEN.get(self.state, frozenset())

    def pass_to(self, agency_id: str) -> None:
        """Another agency becomes accountable; nobody is asked twice."""
        self.tried = tuple(dict.fromkeys((*self.tried, self.agency_id)))
        self.agency_id, self.offered_agency_id, self.responsible_staff_id = agency_id, None, None
        self.state = TaskState.REQUESTED
        self.hop += 1
