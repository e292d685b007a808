"""Decides how a test tells the events of one invented case, in order and whole; must never tell one the contracts would refuse."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from tereze.contracts.cases import (
    CaseEvent,
    CaseJoined,
    CaseOpened,
    CaseTriaged,
    ClockBreached,
    ClockEscalated,
    ClockStarted,
    ClockStopped,
    ClockWarned,
    ReferralAttached,
    TaskAccepted,
    TaskAssigned,
    TaskDeclined,
    TaskFulfilled,
    TaskOffered,
    TaskReceived,
    TaskRerouted,
)
from tereze.contracts.disputes import TaskDisputed
from tereze.contracts.emergencies import EmergencyAccessOpened, EmergencyReason
from tereze.contracts.exclusions import ExclusionBasis, ExclusionLifted, ExclusionRecorded
from tereze.contracts.tasks import TaskHandedOver, TaskHandOverOffered, TaskNotAchieved, TaskReopened, TaskVoided
from tereze.contracts.words import (
    AgencyKind,
    Category,
    ClockKind,
    ClockState,
    DeclineReason,
    DisputeReason,
    HandOverReason,
    LadderLevel,
    NotAchievedReason,
    Outcome,
    ReopenReason,
    Risk,
    TaskState,
    VoidReason,
)

E = TypeVar("E", bound=CaseEvent)
FRIDAY = datetime(2026, 3, 6, 11, 40, tzinfo=UTC)


def invent(prefix: str) -> str:
    return f"{prefix}_{uuid4().hex}"


def _bodies(ids: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return {
        "agency_ids": tuple(body for body in ids if body.startswith("agc")),
        "staff_ids": tuple(body for body in ids if body.startswith("stf")),
    }


@dataclass
class CaseStory:
    """Tells the events of one invented case; each call is the next event."""

    case_id: str = field(default_factory=lambda: invent("cas"))
    person_id: str = field(default_factory=lambda: invent("per"))
    version: int = 0
    events: list[CaseEvent] = field(default_factory=list)

    def opened(self) -> CaseOpened:
        return self._tell(
            CaseOpened,
            person_id=self.person_id,
            provisional=False,
            risk=Risk.HIGH,
            categories=(Category.PHYSICAL,),
            opened_at=FRIDAY,
        )

    def referred(self, by: str) -> ReferralAttached:
        return self._tell(
            ReferralAttached,
            referral_id=invent("ref"),
            agency_id=by,
            risk=Risk.HIGH,
            categories=(Category.PHYSICAL,),
        )

    def assigned(self, to: str, task: str | None = None) -> TaskAssigned:
        return self._task(TaskAssigned, task or invent("tsk"), to, person_id=self.person_id, risk=Risk.HIGH, step="see")

    def joined(self, into: str) -> CaseJoined:
        return self._tell(CaseJoined, into_case_id=into)

    def moved_in(self, to: str, task: str) -> TaskAssigned:
        """A task that came, already accepted, from a case that was joined into this one."""
        return self._task(
            TaskAssigned, task, to, state=TaskState.ACCEPTED, person_id=self.person_id, risk=Risk.HIGH, step="see"
        )

    def offered(self, task: str, holder: str, to: str) -> TaskOffered:
        return self._task(TaskOffered, task, holder, offered_agency_id=to, person_id=self.person_id)

    def rerouted(self, task: str, away_from: str, to: str) -> TaskRerouted:
        return self._task(TaskRerouted, task, to, from_agency_id=away_from, person_id=self.person_id, hop=1)

    def received(self, task: str, by: str) -> TaskReceived:
        return self._task(TaskReceived, task, by, state=TaskState.RECEIVED, by_agency_id=by)

    def accepted(self, task: str, by: str) -> TaskAccepted:
        return self._task(
            TaskAccepted, task, by, state=TaskState.ACCEPTED, by_agency_id=by, responsible_staff_id=invent("stf")
        )

    def declined(self, task: str, by: str, reason: DeclineReason) -> TaskDeclined:
        return self._task(TaskDeclined, task, by, state=TaskState.DECLINED, by_agency_id=by, reason=reason)

    def kept_out(
        self, *bodies: str, exclusion: str | None = None, with_units: tuple[str, ...] = ()
    ) -> ExclusionRecorded:
        """Agencies and staff members, told apart by their ids; ``with_units``: those whose units are kept out with them."""
        return self._tell(
            ExclusionRecorded, basis=ExclusionBasis.ACCUSED, **_bodies(bodies), with_units=with_units,
            exclusion_id=exclusion or invent("exc"),
        )  # fmt: skip

    def opened_in_emergency(self, staff: str, agency: str) -> EmergencyAccessOpened:
        """Somebody opened the case to themselves for an hour."""
        return self._tell(
            EmergencyAccessOpened, access_id=invent("emg"), agency_id=agency, staff_id=staff,
            ends_at=FRIDAY + timedelta(hours=1), reason=EmergencyReason.CHILD_IN_DANGER,
        )  # fmt: skip

    def let_in(self, *bodies: str, exclusion: str) -> ExclusionLifted:
        return self._tell(ExclusionLifted, **_bodies(bodies), exclusion_id=exclusion)

    def fulfilled(self, task: str, by: str) -> TaskFulfilled:
        return self._task(
            TaskFulfilled, task, by, state=TaskState.FULFILLED, by_agency_id=by, outcome=Outcome.CHILD_SAFE
        )

    def not_achieved(self, task: str, by: str) -> TaskNotAchieved:
        reason = NotAchievedReason.CHILD_NOT_FOUND
        return self._task(TaskNotAchieved, task, by, state=TaskState.NOT_ACHIEVED, by_agency_id=by, reason=reason)

    def voided(self, task: str, of: str, by: str) -> TaskVoided:
        facts = {"reason": VoidReason.WRONG_CHILD, "proposed_by_staff_id": invent("stf")}
        return self._task(TaskVoided, task, of, state=TaskState.VOIDED, by_agency_id=by, **facts)

    def hand_over_offered(self, task: str, by: str, to: str) -> TaskHandOverOffered:
        facts = {"offered_agency_id": to, "person_id": self.person_id, "reason": HandOverReason.CHILD_MOVED}
        return self._task(TaskHandOverOffered, task, by, state=TaskState.IN_PROGRESS, by_agency_id=by, **facts)

    def handed_over(self, task: str, away_from: str, to: str) -> TaskHandedOver:
        facts = {"from_agency_id": away_from, "person_id": self.person_id, "responsible_staff_id": invent("stf")}
        return self._task(TaskHandedOver, task, to, state=TaskState.IN_PROGRESS, by_agency_id=to, **facts)

    def reopened(self, task: str, of: str, by: str) -> TaskReopened:
        facts = {"reason": ReopenReason.NEW_INFORMATION, "risk": Risk.HIGH, "step": "see"}
        return self._task(TaskReopened, task, of, by_agency_id=by, person_id=self.person_id, **facts)

    def disputed(self, task: str, of: str, by: str, decider: str) -> TaskDisputed:
        facts = {"reason": DisputeReason.WITHIN_REMIT, "level": 1, "decider_agency_id": decider}
        return self._task(TaskDisputed, task, of, state=TaskState.DISPUTED, by_agency_id=by, **facts)

    def triaged(self, by: str) -> CaseTriaged:
        return self._tell(CaseTriaged, risk=Risk.HIGH, by_agency_id=by)

    def clock_started(self, of: str, task: str | None = None, clock: str | None = None) -> ClockStarted:
        return self._clock(ClockStarted, of, task, clock)

    def warned(self, of: str, task: str | None, clock: str) -> ClockWarned:
        return self._level(ClockWarned, of, task=task, clock=clock, level=LadderLevel.WARNING, told=(of,))

    def breached(self, of: str, task: str | None, told: tuple[str, ...], clock: str | None = None) -> ClockBreached:
        return self._level(ClockBreached, of, task=task, clock=clock, level=LadderLevel.BREACH, told=told)

    def escalated(
        self, of: str, task: str | None, told: tuple[str, ...], clock: str, level: LadderLevel = LadderLevel.AGENCY_HEAD
    ) -> ClockEscalated:
        return self._level(ClockEscalated, of, task=task, clock=clock, level=level, told=told)

    def clock_stopped(self, of: str, task: str | None, clock: str, state: ClockState = ClockState.MET) -> ClockStopped:
        return self._clock(ClockStopped, of, task, clock, stopped_at=FRIDAY + timedelta(hours=1), state=state)

    def _level(
        self, shape: type[E], of: str, *, task: str | None, clock: str | None, level: LadderLevel, told: tuple[str, ...]
    ) -> E:
        due = FRIDAY + timedelta(hours=2)
        facts = {"level": level, "fired_at": due, "level_due_at": due, "late_by_ms": 40, "told_agency_ids": told}
        return self._clock(shape, of, task, clock, **facts)

    def _task(self, shape: type[E], task: str, agency: str, **facts: Any) -> E:
        state = facts.pop("state", TaskState.REQUESTED)
        facts |= {"service": AgencyKind.HEALTH, "state": state, "fhir_status": state.fhir}
        return self._tell(shape, task_id=task, agency_id=agency, **facts)

    def _clock(self, shape: type[E], of: str, task: str | None, clock: str | None, **facts: Any) -> E:
        kind = ClockKind.ACKNOWLEDGE if task else ClockKind.TRIAGE
        facts |= {"clock_id": clock or invent("clk"), "clock_kind": kind, "task_id": task, "risk": Risk.HIGH}
        return self._tell(shape, agency_id=of, started_at=FRIDAY, due_at=FRIDAY + timedelta(hours=2), **facts)

    def _tell(self, shape: type[E], **facts: Any) -> E:
        self.version += 1
        event = shape(
            case_id=self.case_id,
            case_version=self.version,
            region_code="KZ-75",
            protocol_version="kz-default 1",
            **facts,
        )
        self.events.append(event)
        return event
