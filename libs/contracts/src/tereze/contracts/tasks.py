"""Decides what is told and asked when a task changes hands, waits, fails or is taken back; must never carry a narrative on the bus."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from tereze.contracts.cases import Contact, Remark, TaskEvent
from tereze.contracts.ids import AgencyId, PersonId, StaffId
from tereze.contracts.labels import ALLEGATION, LOCATION, OPERATIONAL, STAFF, Contract
from tereze.contracts.words import (
    HandOverReason,
    HoldReason,
    NotAchievedReason,
    Place,
    ReopenReason,
    RerouteReason,
    Risk,
    VoidReason,
    WithdrawReason,
)


class TaskResponsibleNamed(TaskEvent):
    """The holder named who is responsible from now on."""

    type: ClassVar[str] = "tereze.task.responsible-named.v1"
    responsible_staff_id: Annotated[StaffId, STAFF]


class TaskContactRecorded(TaskEvent):
    """The child was seen."""

    type: ClassVar[str] = "tereze.task.contact-recorded.v1"


class TaskContactAttempted(TaskEvent):
    """Somebody tried to see the child and did not; no deadline ends by it."""

    type: ClassVar[str] = "tereze.task.contact-attempted.v1"


class TaskHeld(TaskEvent):
    """Work waits until the review date at the latest; no deadline pauses."""

    type: ClassVar[str] = "tereze.task.held.v1"
    reason: Annotated[HoldReason, OPERATIONAL]
    review_at: Annotated[AwareDatetime, OPERATIONAL]


class TaskResumed(TaskEvent):
    """Work goes on: somebody said so, or the review date came."""

    type: ClassVar[str] = "tereze.task.resumed.v1"


class TaskHandOverOffered(TaskEvent):
    """The holder asks another agency to take the duty; ``agency_id`` stays accountable until it is accepted."""

    type: ClassVar[str] = "tereze.task.hand-over-offered.v1"
    offered_agency_id: Annotated[AgencyId, OPERATIONAL]
    person_id: Annotated[PersonId, OPERATIONAL]
    reason: Annotated[HandOverReason, OPERATIONAL]


class TaskHandOverEnded(TaskEvent):
    """The offered agency refused, or the holder took the offer back; nothing changed hands."""

    type: ClassVar[str] = "tereze.task.hand-over-ended.v1"
    offered_agency_id: Annotated[AgencyId, OPERATIONAL]


class TaskHandedOver(TaskEvent):
    """Another agency took the duty as it stands and is accountable from now on; every deadline runs on."""

    type: ClassVar[str] = "tereze.task.handed-over.v1"
    from_agency_id: Annotated[AgencyId, OPERATIONAL]
    person_id: Annotated[PersonId, OPERATIONAL]
    responsible_staff_id: Annotated[StaffId, STAFF]


class TaskConfirmed(TaskEvent):
    """A coordinator confirmed that the piece of the response is done."""

    type: ClassVar[str] = "tereze.task.confirmed.v1"


class TaskNotAchieved(TaskEvent):
    """The piece of the response could not be done, with a coded reason."""

    type: ClassVar[str] = "tereze.task.not-achieved.v1"
    reason: Annotated[NotAchievedReason, OPERATIONAL]


class TaskReopened(TaskEvent):
    """An ended task is owed again by its agency."""

    type: ClassVar[str] = "tereze.task.reopened.v1"
    reason: Annotated[ReopenReason, OPERATIONAL]
    person_id: Annotated[PersonId, OPERATIONAL]
    risk: Annotated[Risk, ALLEGATION]
    step: Annotated[str, OPERATIONAL]


class TaskVoidProposed(TaskEvent):
    """A coordinator says that the task was entered in error; a second person has to say so too."""

    type: ClassVar[str] = "tereze.task.void-proposed.v1"
    reason: Annotated[VoidReason, OPERATIONAL]


class TaskVoided(TaskEvent):
    """Two persons said that the task was entered in error. What was told of it stays."""

    type: ClassVar[str] = "tereze.task.voided.v1"
    reason: Annotated[VoidReason, OPERATIONAL]
    proposed_by_staff_id: Annotated[StaffId, STAFF]


class AssignTask(Contract):
    """Body of ``POST /v1/cases/{id}/tasks``: a piece of the response that the protocol did not ask for by itself."""

    step: Annotated[str, OPERATIONAL, Field(pattern=r"^[a-z_]+\.[a-z0-9_]+$", description="A step of the protocol")]
    agency_id: Annotated[
        AgencyId | None, OPERATIONAL, Field(description="Who gets it; left out, the routing chooses")
    ] = None
    remark: Annotated[Remark | None, ALLEGATION] = None


class RerouteTask(Contract):
    """Body of ``POST /v1/tasks/{id}/reroute``."""

    reason: Annotated[RerouteReason, OPERATIONAL]
    agency_id: Annotated[
        AgencyId | None, OPERATIONAL, Field(description="Who gets it; left out, the routing chooses")
    ] = None
    remark: Annotated[Remark | None, ALLEGATION] = None


class RedirectTask(Contract):
    """Body of ``POST /v1/tasks/{id}/redirect``: the holder's manager names the right agency."""

    reason: Annotated[RerouteReason, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    remark: Annotated[Remark | None, ALLEGATION] = None


class NameResponsible(Contract):
    """Body of ``POST /v1/tasks/{id}/responsible``."""

    responsible_staff_id: Annotated[StaffId, STAFF]


class RecordContact(Contract):
    """Body of ``POST /v1/tasks/{id}/contacts``."""

    contact: Annotated[Contact, OPERATIONAL]


class RecordAttempt(Contract):
    """Body of ``POST /v1/tasks/{id}/contact-attempts``: an attempt is not a contact."""

    at: Annotated[AwareDatetime, OPERATIONAL]
    place: Annotated[Place, LOCATION]
    remark: Annotated[Remark | None, ALLEGATION] = None


class HoldTask(Contract):
    """Body of ``POST /v1/tasks/{id}/hold``; how far off the review may be depends on the risk."""

    reason: Annotated[HoldReason, OPERATIONAL]
    review_at: Annotated[AwareDatetime, OPERATIONAL]
    remark: Annotated[Remark | None, ALLEGATION] = None


class ResumeTask(Contract):
    """Body of ``POST /v1/tasks/{id}/resume``."""

    remark: Annotated[Remark | None, ALLEGATION] = None


class OfferHandOver(Contract):
    """Body of ``POST /v1/tasks/{id}/hand-over``."""

    agency_id: Annotated[AgencyId, OPERATIONAL]
    reason: Annotated[HandOverReason, OPERATIONAL]
    remark: Annotated[Remark | None, ALLEGATION] = None


class AcceptHandOver(Contract):
    """Body of ``POST /v1/tasks/{id}/hand-over/accept``."""

    responsible_staff_id: Annotated[
        StaffId | None, STAFF, Field(description="Who is responsible; left out, whoever accepts")
    ] = None


class EndHandOver(Contract):
    """Body of ``POST /v1/tasks/{id}/hand-over/end``: refused by the one, or taken back by the other."""

    remark: Annotated[Remark | None, ALLEGATION] = None


class NotAchieveTask(Contract):
    """Body of ``POST /v1/tasks/{id}/not-achieved``; at high risk another agency is accountable at once."""

    reason: Annotated[NotAchievedReason, OPERATIONAL]
    remark: Annotated[Remark | None, ALLEGATION] = None


class WithdrawTask(Contract):
    """Body of ``POST /v1/tasks/{id}/withdraw``."""

    reason: Annotated[WithdrawReason, OPERATIONAL]
    remark: Annotated[Remark, ALLEGATION]


class ConfirmTask(Contract):
    """Body of ``POST /v1/tasks/{id}/confirm``."""

    remark: Annotated[Remark | None, ALLEGATION] = None


class ReopenTask(Contract):
    """Body of ``POST /v1/tasks/{id}/reopen``."""

    reason: Annotated[ReopenReason, OPERATIONAL]
    remark: Annotated[Remark, ALLEGATION]


class VoidTask(Contract):
    """Body of ``POST /v1/tasks/{id}/void``: said once it is a proposal; said by a second person it takes effect."""

    reason: Annotated[VoidReason, OPERATIONAL]
    remark: Annotated[Remark, ALLEGATION]
