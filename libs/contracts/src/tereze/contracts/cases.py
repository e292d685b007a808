"""Decides what is told and answered about cases, tasks and clocks; must never carry a name, an identifier or a narrative on the bus."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field, StringConstraints

from tereze.contracts.events import Event
from tereze.contracts.ids import AgencyId, CaseId, ClockId, PersonId, ReferralId, RegionCode, StaffId, TaskId
from tereze.contracts.labels import ALLEGATION, LOCATION, OPERATIONAL, STAFF, Contract
from tereze.contracts.words import (
    AgencyKind,
    CaseState,
    Category,
    Circumstance,
    ClockKind,
    ClockState,
    DeclineReason,
    DeliveredService,
    HoldReason,
    LadderLevel,
    Outcome,
    Place,
    RerouteReason,
    Risk,
    TaskState,
)

Remark = Annotated[str, StringConstraints(min_length=1, max_length=2_000, strip_whitespace=True, pattern=r"\S")]


class CaseEvent(Event):
    """What every event of a case carries."""

    topic: ClassVar[str] = "tereze.referral.cases"
    key_field: ClassVar[str] = "case_id"

    case_id: Annotated[CaseId, OPERATIONAL]
    case_version: Annotated[
        int, OPERATIONAL, Field(ge=1, description="Grows by one with each event of the case; a gap shows a loss")
    ]
    region_code: Annotated[RegionCode, LOCATION]
    protocol_version: Annotated[str, OPERATIONAL]


class CaseOpened(CaseEvent):
    """A shared case was opened around one child."""

    type: ClassVar[str] = "tereze.case.opened.v1"
    person_id: Annotated[PersonId, OPERATIONAL]
    provisional: Annotated[
        bool, OPERATIONAL, Field(description="True while the registry has not settled who the child is")
    ]
    risk: Annotated[Risk, ALLEGATION]
    categories: Annotated[tuple[Category, ...], ALLEGATION]
    opened_at: Annotated[AwareDatetime, OPERATIONAL]


class ReferralAttached(CaseEvent):
    """A referral was put on the case."""

    type: ClassVar[str] = "tereze.case.referral-attached.v1"
    referral_id: Annotated[ReferralId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="The agency that submitted it")]
    risk: Annotated[Risk, ALLEGATION]
    categories: Annotated[tuple[Category, ...], ALLEGATION]
    circumstances: Annotated[tuple[Circumstance, ...], ALLEGATION] = ()
    received_at: Annotated[AwareDatetime | None, OPERATIONAL, Field(description="Its duties are counted from here")] = (
        None
    )
    occurred_at: Annotated[AwareDatetime | None, ALLEGATION] = None


class CasePersonSettled(CaseEvent):
    """The registry settled who the child of a provisional case is."""

    type: ClassVar[str] = "tereze.case.person-settled.v1"
    person_id: Annotated[PersonId, OPERATIONAL]
    provisional_person_id: Annotated[PersonId, OPERATIONAL]


class CaseTriaged(CaseEvent):
    """The window desk confirmed the risk."""

    type: ClassVar[str] = "tereze.case.triaged.v1"
    state: Annotated[CaseState | None, OPERATIONAL, Field(description="Where the case stands after it")] = None
    risk: Annotated[Risk, ALLEGATION]
    by_agency_id: Annotated[AgencyId, OPERATIONAL]
    by_staff_id: Annotated[StaffId | None, STAFF] = None


class CaseJoined(CaseEvent):
    """This case turned out to be the same child's as another; work goes on there."""

    type: ClassVar[str] = "tereze.case.joined.v1"
    into_case_id: Annotated[CaseId, OPERATIONAL]


class TaskEvent(CaseEvent):
    """What every event of a task carries."""

    task_id: Annotated[TaskId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="The agency accountable after this event")]
    service: Annotated[
        AgencyKind, OPERATIONAL, Field(description="The part of the response: which kind of body's duty it is")
    ]
    state: Annotated[TaskState, OPERATIONAL]
    fhir_status: Annotated[str, OPERATIONAL]
    by_agency_id: Annotated[AgencyId | None, OPERATIONAL, Field(description="Absent: the system itself")] = None
    by_staff_id: Annotated[StaffId | None, STAFF] = None


class TaskAssigned(TaskEvent):
    """An agency became accountable for a piece of the response."""

    type: ClassVar[str] = "tereze.task.assigned.v1"
    person_id: Annotated[PersonId, OPERATIONAL]
    risk: Annotated[Risk, ALLEGATION]
    step: Annotated[str, OPERATIONAL, Field(description="Code of the protocol row that decided")]
    follows_task_id: Annotated[
        TaskId | None, OPERATIONAL, Field(description="The task of another agency that this one takes up")
    ] = None


class TaskOffered(TaskEvent):
    """A second agency was offered the duty; ``agency_id`` stays accountable until the offer is accepted."""

    type: ClassVar[str] = "tereze.task.offered.v1"
    offered_agency_id: Annotated[AgencyId, OPERATIONAL]
    person_id: Annotated[PersonId, OPERATIONAL]


class TaskRerouted(TaskEvent):
    """Another agency became accountable; the clocks of the case run on."""

    type: ClassVar[str] = "tereze.task.rerouted.v1"
    from_agency_id: Annotated[AgencyId, OPERATIONAL]
    person_id: Annotated[PersonId, OPERATIONAL]
    hop: Annotated[int, OPERATIONAL]
    reason: Annotated[RerouteReason | None, OPERATIONAL] = None


class TaskReceived(TaskEvent):
    """A named member of the agency saw the task."""

    type: ClassVar[str] = "tereze.task.received.v1"


class TaskAccepted(TaskEvent):
    """The agency took the task and named who is responsible."""

    type: ClassVar[str] = "tereze.task.accepted.v1"
    responsible_staff_id: Annotated[StaffId, STAFF]


class TaskDeclined(TaskEvent):
    """The agency's manager refused the task, with a coded reason."""

    type: ClassVar[str] = "tereze.task.declined.v1"
    reason: Annotated[DeclineReason, OPERATIONAL]


class TaskStarted(TaskEvent):
    """Contact with the child was recorded."""

    type: ClassVar[str] = "tereze.task.started.v1"


class TaskFulfilled(TaskEvent):
    """The piece of the response is done."""

    type: ClassVar[str] = "tereze.task.fulfilled.v1"
    outcome: Annotated[Outcome, OPERATIONAL]
    services: Annotated[tuple[DeliveredService, ...], OPERATIONAL] = ()
    awaits_confirmation: Annotated[bool, OPERATIONAL, Field(description="A coordinator has to confirm it")] = False


class TaskWithdrawn(TaskEvent):
    """The task is no longer needed, with a coded reason."""

    type: ClassVar[str] = "tereze.task.withdrawn.v1"
    reason: Annotated[str, OPERATIONAL]


class ClockEvent(CaseEvent):
    """What every event of a clock carries. Times are UTC instants of the domain clock."""

    clock_id: Annotated[ClockId, OPERATIONAL]
    clock_kind: Annotated[ClockKind, OPERATIONAL]
    task_id: Annotated[TaskId | None, OPERATIONAL, Field(description="Absent where the clock is the case's own")] = None
    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="Who must act")]
    risk: Annotated[Risk, ALLEGATION]
    started_at: Annotated[AwareDatetime, OPERATIONAL]
    due_at: Annotated[AwareDatetime, OPERATIONAL]
    row: Annotated[
        str | None, ALLEGATION, Field(description="The row of the protocol version above that decided the due time")
    ] = None


class ClockStarted(ClockEvent):
    """A deadline began to run."""

    type: ClassVar[str] = "tereze.clock.started.v1"
    follows_clock_id: Annotated[
        ClockId | None, OPERATIONAL, Field(description="The deadline this one goes back to: reopened, or acknowledged")
    ] = None


class ClockStopped(ClockEvent):
    """Evidence, or the end of the duty, stopped the clock."""

    type: ClassVar[str] = "tereze.clock.stopped.v1"
    stopped_at: Annotated[AwareDatetime, OPERATIONAL]
    state: Annotated[ClockState, OPERATIONAL, Field(description="met, met_late or cancelled")]


class ClockLevelEvent(ClockEvent):
    """The clock reached a level of its ladder."""

    level: Annotated[LadderLevel, OPERATIONAL]
    fired_at: Annotated[AwareDatetime, OPERATIONAL]
    level_due_at: Annotated[AwareDatetime, OPERATIONAL, Field(description="When this level was due to fire")]
    late_by_ms: Annotated[int, OPERATIONAL, Field(ge=0, description="Milliseconds between due and fired")]
    told_agency_ids: Annotated[tuple[AgencyId, ...], OPERATIONAL]


class ClockWarned(ClockLevelEvent):
    """A quarter of the time is left."""

    type: ClassVar[str] = "tereze.clock.warned.v1"


class ClockBreached(ClockLevelEvent):
    """The limit passed without evidence."""

    type: ClassVar[str] = "tereze.clock.breached.v1"


class ClockEscalated(ClockLevelEvent):
    """Still no evidence: the next level of the ladder was told."""

    type: ClassVar[str] = "tereze.clock.escalated.v1"


class ClockView(Contract):
    """A clock as shown on a case."""

    clock_id: Annotated[ClockId, OPERATIONAL]
    kind: Annotated[ClockKind, OPERATIONAL]
    task_id: Annotated[TaskId | None, OPERATIONAL] = None
    agency_id: Annotated[AgencyId, OPERATIONAL]
    state: Annotated[ClockState, OPERATIONAL]
    started_at: Annotated[AwareDatetime, OPERATIONAL]
    due_at: Annotated[AwareDatetime, OPERATIONAL]
    protocol_version: Annotated[
        str | None, OPERATIONAL, Field(description="The protocol version the obligation was started under")
    ] = None
    row: Annotated[str | None, ALLEGATION, Field(description="The row of it that decided the due time")] = None
    stopped_at: Annotated[AwareDatetime | None, OPERATIONAL] = None
    follows_clock_id: Annotated[ClockId | None, OPERATIONAL] = None
    reached: Annotated[LadderLevel | None, OPERATIONAL, Field(description="Highest ladder level reached")] = None
    next_level: Annotated[LadderLevel | None, OPERATIONAL, Field(description="Who is told next")] = None
    next_level_at: Annotated[AwareDatetime | None, OPERATIONAL] = None


class TaskView(Contract):
    """A task as shown to whoever may see it. What the reader need not know is left out."""

    task_id: Annotated[TaskId, OPERATIONAL]
    case_id: Annotated[CaseId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL, Field(description="Send it back as If-Match")]
    service: Annotated[AgencyKind, OPERATIONAL]
    step: Annotated[str, OPERATIONAL]
    title: Annotated[str, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    offered_agency_id: Annotated[AgencyId | None, OPERATIONAL] = None
    state: Annotated[TaskState, OPERATIONAL]
    fhir_status: Annotated[str, OPERATIONAL]
    risk: Annotated[Risk | None, ALLEGATION] = None
    responsible_staff_id: Annotated[StaffId | None, STAFF] = None
    mandatory: Annotated[bool, OPERATIONAL, Field(description="The case cannot close before it is done")] = True
    follows_task_id: Annotated[TaskId | None, OPERATIONAL] = None
    hold_reason: Annotated[HoldReason | None, OPERATIONAL] = None
    review_at: Annotated[AwareDatetime | None, OPERATIONAL, Field(description="When work goes on by itself")] = None
    hand_over: Annotated[bool, OPERATIONAL, Field(description="The offer is a hand-over, for a manager to accept")] = (
        False
    )
    awaits_confirmation: Annotated[bool, OPERATIONAL] = False
    void_proposed: Annotated[bool, OPERATIONAL, Field(description="A second person may void it now")] = False
    protocol_version: Annotated[
        str | None, OPERATIONAL, Field(description="The protocol version the task was assigned under")
    ] = None
    breached: Annotated[bool, OPERATIONAL]
    assigned_at: Annotated[AwareDatetime, OPERATIONAL]
    clocks: Annotated[tuple[ClockView, ...], OPERATIONAL] = ()


class TimelineEntry(Contract):
    """One event of the case, in words a machine can translate."""

    event_id: Annotated[str, OPERATIONAL]
    type: Annotated[str, OPERATIONAL]
    at: Annotated[AwareDatetime, OPERATIONAL]
    case_version: Annotated[int, OPERATIONAL]
    agency_id: Annotated[AgencyId | None, OPERATIONAL] = None
    by_agency_id: Annotated[AgencyId | None, OPERATIONAL] = None
    task_id: Annotated[TaskId | None, OPERATIONAL] = None
    clock_kind: Annotated[ClockKind | None, OPERATIONAL] = None
    level: Annotated[LadderLevel | None, OPERATIONAL] = None
    late_by_ms: Annotated[int | None, OPERATIONAL] = None


class AttachedReferral(Contract):
    """A referral on the case. The narrative is there only for those who hold an accepted task on it."""

    referral_id: Annotated[ReferralId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    received_at: Annotated[AwareDatetime, OPERATIONAL]
    risk: Annotated[Risk | None, ALLEGATION] = None
    categories: Annotated[tuple[Category, ...], ALLEGATION] = ()
    narrative: Annotated[str | None, ALLEGATION] = None
    concerns: Annotated[
        tuple[str, ...],
        ALLEGATION,
        Field(description="The accused in the reporter's words, for the desk to settle; shown with the narrative"),
    ] = ()
    must_not_see: Annotated[tuple[str, ...], ALLEGATION, Field(description="Who must not see it, in words")] = ()


class CaseSummary(Contract):
    """A row of ``GET /v1/cases``. What the reader need not know is left out."""

    case_id: Annotated[CaseId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL]
    state: Annotated[CaseState, OPERATIONAL]
    region_code: Annotated[RegionCode | None, LOCATION] = None
    risk: Annotated[Risk | None, ALLEGATION] = None
    categories: Annotated[tuple[Category, ...], ALLEGATION] = ()
    opened_at: Annotated[AwareDatetime, OPERATIONAL]
    next_due_at: Annotated[AwareDatetime | None, OPERATIONAL] = None
    breached: Annotated[bool, OPERATIONAL] = False


class CaseView(CaseSummary):
    """Answer of ``GET /v1/cases/{id}``, redacted for whoever asks."""

    person_id: Annotated[PersonId | None, OPERATIONAL] = None
    provisional: Annotated[bool, OPERATIONAL] = False
    protocol_version: Annotated[str, OPERATIONAL]
    joined_into: Annotated[CaseId | None, OPERATIONAL] = None
    under_review: Annotated[bool, OPERATIONAL] = False
    referrals: Annotated[tuple[AttachedReferral, ...], OPERATIONAL] = ()
    tasks: Annotated[tuple[TaskView, ...], OPERATIONAL] = ()
    clocks: Annotated[tuple[ClockView, ...], OPERATIONAL, Field(description="Clocks of the case itself")] = ()
    timeline: Annotated[tuple[TimelineEntry, ...], OPERATIONAL] = ()
    hidden_entries: Annotated[int, OPERATIONAL, Field(description="Entries withheld by need to know")] = 0


class CasePage(Contract):
    """One page of cases, most urgent first."""

    items: Annotated[tuple[CaseSummary, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL, Field(description="Opaque; send it back as ?cursor=")] = None


class TaskPage(Contract):
    """One page of tasks, due soonest first."""

    items: Annotated[tuple[TaskView, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None


class TriageCase(Contract):
    """Body of ``POST /v1/cases/{id}/triage``."""

    risk: Annotated[Risk, ALLEGATION]
    remark: Annotated[Remark | None, ALLEGATION] = None


class AcceptTask(Contract):
    """Body of ``POST /v1/tasks/{id}/accept``."""

    responsible_staff_id: Annotated[
        StaffId | None,
        STAFF,
        Field(description="Who is responsible; left out, you or the colleague with the fewest duties"),
    ] = None


class DeclineTask(Contract):
    """Body of ``POST /v1/tasks/{id}/decline``; barred for critical and high risk."""

    reason: Annotated[DeclineReason, OPERATIONAL]
    remark: Annotated[Remark | None, ALLEGATION] = None


class Contact(Contract):
    """Evidence that the child was seen; an attempt is not a contact."""

    at: Annotated[AwareDatetime, OPERATIONAL]
    place: Annotated[Place, LOCATION]
    child_seen_alone: Annotated[bool, OPERATIONAL]


class StartTask(Contract):
    """Body of ``POST /v1/tasks/{id}/start``; the contact belongs to it where the step asks to see the child."""

    contact: Annotated[Contact | None, OPERATIONAL] = None


class FulfilTask(Contract):
    """Body of ``POST /v1/tasks/{id}/fulfil``; the contact belongs to it where none is on record and the step asks for one."""

    outcome: Annotated[Outcome, OPERATIONAL]
    services: Annotated[tuple[DeliveredService, ...], OPERATIONAL, Field(max_length=20)] = ()
    contact: Annotated[Contact | None, OPERATIONAL] = None
    child_view: Annotated[Remark | None, ALLEGATION, Field(description="What the child wants to happen")] = None
