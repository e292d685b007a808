"""Decides what somebody knows who only reads the log of cases, and that the log never says what must not be; must never look at a case."""

from typing import Any

from tereze.contracts import cases as told
from tereze.contracts.casework import CaseStateEvent
from tereze.contracts.disputes import TaskDisputed, TaskDisputeRaised, TaskOverturned, TaskUpheld
from tereze.contracts.exclusions import ExclusionLifted, ExclusionRecorded
from tereze.contracts.tasks import (
    TaskConfirmed,
    TaskHandedOver,
    TaskHandOverOffered,
    TaskNotAchieved,
    TaskReopened,
    TaskResponsibleNamed,
    TaskVoided,
    TaskVoidProposed,
)
from tereze.contracts.words import CaseState, ClockState, LadderLevel, TaskState
from tereze.protocol import OPEN

ENDS: dict[type[Any], TaskState] = {
    told.TaskDeclined: TaskState.DECLINED,
    told.TaskFulfilled: TaskState.FULFILLED,
    told.TaskWithdrawn: TaskState.WITHDRAWN,
    TaskNotAchieved: TaskState.NOT_ACHIEVED,
    TaskVoided: TaskState.VOIDED,
    TaskUpheld: TaskState.DECLINED,
    TaskDisputed: TaskState.DISPUTED,
}
"""The only events by which a task ends, or goes from one end to another."""
AFTER_THE_END = (
    TaskConfirmed, TaskDisputed, TaskDisputeRaised, TaskUpheld, TaskOverturned, TaskReopened, TaskVoidProposed, TaskVoided,
)  # fmt: skip
MOVES = (told.TaskRerouted, told.TaskAssigned, TaskHandedOver)
"""The only events by which another agency becomes accountable."""
REACHING: dict[type[Any], tuple[str, ...]] = {
    told.TaskAssigned: ("agency_id",), told.TaskRerouted: ("agency_id",), told.TaskOffered: ("offered_agency_id",),
    told.TaskAccepted: ("agency_id", "by_staff_id", "responsible_staff_id"), told.ClockStarted: ("agency_id",),
    told.TaskReceived: ("agency_id",), told.TaskStarted: ("agency_id",), told.TaskFulfilled: ("agency_id",),
    TaskHandOverOffered: ("offered_agency_id",), TaskHandedOver: ("agency_id", "responsible_staff_id"),
    TaskReopened: ("agency_id",), TaskOverturned: ("agency_id",), TaskDisputed: ("decider_agency_id",),
    TaskDisputeRaised: ("decider_agency_id",), TaskResponsibleNamed: ("responsible_staff_id",),
}  # fmt: skip
"""Whom each event gives something to, or lets speak."""


class Replayed:
    """Every case, task and clock as the log alone tells of them; reading on asserts what must hold from event to event."""

    def __init__(self) -> None:
        self.cases: dict[str, CaseState] = {}
        self.tasks: dict[str, tuple[str, str, str]] = {}
        self.clocks: dict[str, told.ClockStarted] = {}
        self.stopped: dict[str, ClockState] = {}
        self.levels: dict[str, list[LadderLevel]] = {}
        self.version: dict[str, int] = {}
        self.kept_out: dict[str, dict[str, frozenset[str]]] = {}
        self.begun_anew: set[str] = set()

    def read(self, event: Any) -> None:
        """One more event, in order."""
        self._nothing_goes_to_the_excluded(event)
        assert event.case_version == self.version.get(event.case_id, 0) + 1, "a gap in the log"
        self.version[event.case_id] = event.case_version
        if isinstance(event, told.TaskEvent):
            self._read_task(event)
        elif isinstance(event, told.ClockEvent):
            self._read_clock(event)
        else:
            self._read_case(event)

    def _read_case(self, event: Any) -> None:
        if isinstance(event, told.CaseOpened):
            self.cases[event.case_id] = CaseState.REPORTED
        elif isinstance(event, told.CaseJoined):
            self.cases[event.case_id] = CaseState.JOINED
        elif isinstance(event, CaseStateEvent | told.CaseTriaged) and event.state:
            self.cases[event.case_id] = event.state

    def _read_clock(self, event: Any) -> None:
        if isinstance(event, told.ClockStarted):
            assert event.clock_id not in self.clocks, "a clock starts once"
            self.clocks[event.clock_id] = event
        elif isinstance(event, told.ClockStopped):
            assert event.clock_id not in self.stopped, "a clock stops once"
            self.stopped[event.clock_id] = event.state
        else:
            assert event.clock_id not in self.stopped, "a stopped clock is silent"
            assert event.fired_at >= event.level_due_at
            self.levels.setdefault(event.clock_id, []).append(event.level)

    def _nothing_goes_to_the_excluded(self, event: Any) -> None:
        """No duty, offer, clock or word after the moment somebody was kept out."""
        of_case = self.kept_out.setdefault(event.case_id, {})
        if isinstance(event, ExclusionRecorded):
            of_case[event.exclusion_id] = frozenset((*event.agency_ids, *event.staff_ids))
        elif isinstance(event, ExclusionLifted):
            del of_case[event.exclusion_id]
        reached = {getattr(event, name) for name in REACHING.get(type(event), ())}
        reached |= set(getattr(event, "told_agency_ids", ()))
        assert not reached & frozenset().union(*of_case.values()), "an excluded body was reached"

    def _read_task(self, event: Any) -> None:
        earlier = self.tasks.get(event.task_id)
        if earlier:
            moved_in = isinstance(event, told.TaskAssigned) and event.state == earlier[2]
            goes_on = isinstance(event, AFTER_THE_END) or moved_in
            assert TaskState(earlier[2]) in OPEN or goes_on, "nothing else happens to an ended task"
            assert isinstance(event, MOVES) or event.agency_id == earlier[1], (
                "accountability changes by these events only"
            )
        if event.state not in OPEN and not (earlier and event.state == earlier[2]):
            assert ENDS[type(event)] is event.state, "a task ends by a listed event only"
        if isinstance(event, TaskReopened | TaskOverturned):
            self.begun_anew.add(event.task_id)
        self.tasks[event.task_id] = (event.case_id, event.agency_id, event.state)
