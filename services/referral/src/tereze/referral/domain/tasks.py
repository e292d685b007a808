"""Decides what a task is and how far it has come; must never choose who holds it."""

from dataclasses import dataclass, field
from datetime import datetime

from tereze.contracts.words import (
    AgencyKind,
    ClockKind,
    DeliveredService,
    HoldReason,
    Outcome,
    Risk,
    StaffRole,
    TaskState,
    VoidReason,
)
from tereze.protocol import ACCEPTED, OPEN

_ADVANCE = (TaskState.REQUESTED, TaskState.RECEIVED, TaskState.ACCEPTED, TaskState.ON_HOLD, TaskState.IN_PROGRESS)
_GIVEN: dict[TaskState, frozenset[ClockKind]] = {
    TaskState.RECEIVED: frozenset({ClockKind.ACKNOWLEDGE}),
    TaskState.ACCEPTED: frozenset({ClockKind.ACKNOWLEDGE, ClockKind.DECIDE}),
    TaskState.IN_PROGRESS: frozenset({ClockKind.ACKNOWLEDGE, ClockKind.DECIDE}),
    TaskState.ON_HOLD: frozenset({ClockKind.ACKNOWLEDGE, ClockKind.DECIDE}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts on a task: a person or computer of an agency."""

    agency_id: str
    staff_id: str
    roles: frozenset[StaffRole]


@dataclass(slots=True)
class Task:
    """One agency's accountable piece of the response, asked for one region.

    ``hop`` counts how often it changed hands; ``tried`` who had it; ``follows_task_id`` is another agency's task that this
    one takes up. ``hand_over``: the offer is the holder's own, for a manager to accept. ``child_seen``: a contact is on record.
    """

    task_id: str
    service: AgencyKind
    step: str
    agency_id: str
    risk: Risk
    assigned_at: datetime
    region_code: str
    mandatory: bool = True
    state: TaskState = TaskState.REQUESTED
    offered_agency_id: str | None = None
    responsible_staff_id: str | None = None
    outcome: Outcome | None = None
    hop: int = 0
    tried: tuple[str, ...] = field(default=())
    follows_task_id: str | None = None
    hand_over: bool = False
    child_seen: bool = False
    hold_reason: HoldReason | None = None
    review_at: datetime | None = None
    services: tuple[DeliveredService, ...] = ()
    awaits_confirmation: bool = False
    dispute_level: int = 0
    void_proposed_by: str | None = None
    void_reason: VoidReason | None = None
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
        return self.state in ACCEPTED

    @property
    def pending(self) -> bool:
        """Whether anybody still has to say something about it: its holder, whoever decides a dispute, or a coordinator."""
        return self.open or self.state is TaskState.DISPUTED or self.awaits_confirmation

    @property
    def evidence(self) -> frozenset[ClockKind]:
        """The duties for which evidence was already given."""
        seen = frozenset({ClockKind.SEE_THE_CHILD} if self.child_seen else ())
        return _GIVEN.get(self.state, frozenset()) | seen

    def pass_to(self, agency_id: str) -> None:
        """Another agency becomes accountable; nobody is asked twice."""
        self.tried = tuple(dict.fromkeys((*self.tried, self.agency_id)))
        self.agency_id, self.responsible_staff_id = agency_id, None
        self.end_offer()
        self.hop += 1

    def end_offer(self) -> None:
        """Nobody is asked to take it any more."""
        self.offered_agency_id, self.hand_over = None, False

    def go_on(self) -> None:
        """It waits no longer."""
        self.hold_reason, self.review_at = None, None
