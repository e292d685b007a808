"""Decides how services tell what waits for an operator, and what is answered of it; must never carry more than ids, codes and times."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field, StringConstraints

from tereze.contracts.events import Event
from tereze.contracts.ids import AgencyId, DutyId, StaffId, SubscriptionId
from tereze.contracts.labels import OPERATIONAL, STAFF, Contract

ServiceName = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,40}$")]
Fingerprint = Annotated[str, StringConstraints(max_length=300)]


class GiveUpReason(StrEnum):
    """Why nothing more is sent to an endpoint."""

    RETRIES_EXHAUSTED = "retries_exhausted"
    ENDPOINT_SILENT = "endpoint_silent"
    ENDPOINT_GONE = "endpoint_gone"


class OperationEvent(Event):
    """What every event about the machinery carries: the duty it begins or ends."""

    topic: ClassVar[str] = "tereze.operations.duties"
    key_field: ClassVar[str] = "duty_id"

    duty_id: Annotated[DutyId, OPERATIONAL, Field(description="The same for every event about one thing that waits")]


class EventParked(OperationEvent):
    """A service cannot handle an event: it and every later one of its key wait until a person acts. A child may be waiting."""

    type: ClassVar[str] = "tereze.event.parked.v1"

    service: Annotated[ServiceName, OPERATIONAL]
    parked_topic: Annotated[str, OPERATIONAL]
    parked_key: Annotated[str, OPERATIONAL, Field(description="The id whose events wait, as on the topic")]
    fingerprint: Annotated[
        Fingerprint, OPERATIONAL, Field(description="Kind and place of the failure; never its message")
    ]
    parked_at: Annotated[AwareDatetime, OPERATIONAL]


class EventUnparked(OperationEvent):
    """Nothing of the key waits any more: it was replayed, or given up by two persons."""

    type: ClassVar[str] = "tereze.event.unparked.v1"

    service: Annotated[ServiceName, OPERATIONAL]
    unparked_at: Annotated[AwareDatetime, OPERATIONAL]


class DeliveryGivenUp(OperationEvent):
    """Events will not reach a subscriber by themselves any more: somebody has to tell the agency."""

    type: ClassVar[str] = "tereze.delivery.given-up.v1"

    subscription_id: Annotated[SubscriptionId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="Who was not told")]
    reason: Annotated[GiveUpReason, OPERATIONAL]
    deliveries: Annotated[int, OPERATIONAL, Field(ge=1, description="How many were given up at this moment")]
    given_up_at: Annotated[AwareDatetime, OPERATIONAL]


class DutyKind(StrEnum):
    """What waits for an operator."""

    PARKED_EVENT = "parked_event"
    UNDELIVERED = "undelivered"


class DutyState(StrEnum):
    """How far an operator's duty has come."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SETTLED = "settled"


class DutyAnswer(StrEnum):
    """What an operator says of a duty."""

    BEING_MENDED = "being_mended"
    AGENCY_TOLD = "agency_told"
    REPLAYED = "replayed"


class DutyView(Contract):
    """One thing that waits for an operator, with its clock."""

    duty_id: Annotated[DutyId, OPERATIONAL]
    kind: Annotated[DutyKind, OPERATIONAL]
    state: Annotated[DutyState, OPERATIONAL]
    service: Annotated[ServiceName, OPERATIONAL]
    waiting: Annotated[str, OPERATIONAL, Field(description="The parked key, or the subscription")]
    topic: Annotated[str | None, OPERATIONAL, Field(description="Of a parked key")] = None
    agency_id: Annotated[AgencyId | None, OPERATIONAL, Field(description="Of a subscription")] = None
    reason: Annotated[Fingerprint, OPERATIONAL]
    count: Annotated[int, OPERATIONAL, Field(ge=1, description="Times parked, or deliveries given up")]
    since: Annotated[AwareDatetime, OPERATIONAL]
    due_at: Annotated[AwareDatetime | None, OPERATIONAL, Field(description="By when the next step is owed")] = None
    breached: Annotated[bool, OPERATIONAL, Field(description="Nobody acted in time; the Ombudsman sees it too")] = False
    escalations: Annotated[int, OPERATIONAL, Field(ge=0)] = 0
    answer: Annotated[DutyAnswer | None, OPERATIONAL] = None
    answered_by_staff_id: Annotated[StaffId | None, STAFF] = None
    answered_at: Annotated[AwareDatetime | None, OPERATIONAL] = None
    version: Annotated[int, OPERATIONAL, Field(ge=1)]


class DutyPage(Contract):
    """One page of duties that are not settled, the one that waits longest first."""

    items: Annotated[tuple[DutyView, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None


class AnswerDuty(Contract):
    """Body of ``POST /v1/duties/{duty_id}/answer``."""

    answer: Annotated[DutyAnswer, OPERATIONAL]
