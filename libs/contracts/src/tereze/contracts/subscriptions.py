"""Decides what a partner sends and reads about subscriptions, deliveries and the feed; must never carry more than ids, codes and times."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, StringConstraints

from tereze.contracts.ids import AgencyId, DeliveryId, EventId, SubscriptionId
from tereze.contracts.labels import OPERATIONAL, SEALED, Contract

EventTypeName = Annotated[str, StringConstraints(pattern=r"^tereze(\.[a-z0-9-]+)+$", max_length=100)]


class CreateSubscription(Contract):
    """Body of ``POST /v1/subscriptions``."""

    url: Annotated[
        Annotated[str, StringConstraints(min_length=8, max_length=2_000)],
        OPERATIONAL,
        Field(examples=["https://partner.example/tereze"]),
    ]
    types: Annotated[
        tuple[EventTypeName, ...], OPERATIONAL, Field(max_length=100, description="Empty: every type")
    ] = ()
    description: Annotated[Annotated[str, StringConstraints(max_length=200)] | None, OPERATIONAL] = None


class SubscriptionState(StrEnum):
    """Whether deliveries flow."""

    ACTIVE = "active"
    ENDED = "ended"


class SubscriptionView(Contract):
    """A subscription without its secret."""

    subscription_id: Annotated[SubscriptionId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    url: Annotated[str, OPERATIONAL]
    types: Annotated[tuple[str, ...], OPERATIONAL]
    description: Annotated[str | None, OPERATIONAL] = None
    state: Annotated[SubscriptionState, OPERATIONAL]
    ended_because: Annotated[str | None, OPERATIONAL] = None
    created_at: Annotated[AwareDatetime, OPERATIONAL]
    pending: Annotated[int, OPERATIONAL, Field(description="Deliveries not yet acknowledged by the receiver")] = 0
    oldest_pending_at: Annotated[AwareDatetime | None, OPERATIONAL] = None


class SubscriptionCreated(SubscriptionView):
    """Answer of ``POST /v1/subscriptions``: the only time the secret is shown."""

    secret: Annotated[str, SEALED, Field(description="Standard Webhooks secret, whsec_…; shown once")]


class SubscriptionPage(Contract):
    """One page of the agency's subscriptions."""

    items: Annotated[tuple[SubscriptionView, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None


TEST_EVENT_TYPE = "tereze.subscription.tested.v1"


class SubscriptionTested(Contract):
    """Data of the event that ``POST /v1/subscriptions/{id}/test`` sends; it is for that subscription only and on no topic."""

    subscription_id: Annotated[SubscriptionId, OPERATIONAL]
    asked_at: Annotated[AwareDatetime, OPERATIONAL]


class DeliveryState(StrEnum):
    """Where one delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    WITHHELD = "withheld"
    FAILED = "failed"


class DeliveryView(Contract):
    """One event's way to one subscription."""

    delivery_id: Annotated[DeliveryId, OPERATIONAL]
    event_id: Annotated[EventId, OPERATIONAL]
    type: Annotated[str, OPERATIONAL]
    state: Annotated[DeliveryState, OPERATIONAL]
    sequence: Annotated[int | None, OPERATIONAL] = None
    attempts: Annotated[int, OPERATIONAL]
    next_attempt_at: Annotated[AwareDatetime | None, OPERATIONAL] = None
    last_status: Annotated[int | None, OPERATIONAL] = None
    last_error: Annotated[str | None, OPERATIONAL] = None
    delivered_at: Annotated[AwareDatetime | None, OPERATIONAL] = None


class DeliveryPage(Contract):
    """One page of a subscription's deliveries, newest first."""

    items: Annotated[tuple[DeliveryView, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None


class CloudEvent(Contract):
    """A CloudEvents 1.0 event in JSON, as delivered to webhooks and in the feed."""

    specversion: Annotated[str, OPERATIONAL] = "1.0"
    id: Annotated[EventId, OPERATIONAL]
    type: Annotated[str, OPERATIONAL]
    source: Annotated[str, OPERATIONAL]
    subject: Annotated[str, OPERATIONAL]
    time: Annotated[AwareDatetime, OPERATIONAL]
    dataschema: Annotated[str, OPERATIONAL]
    datacontenttype: Annotated[str, OPERATIONAL] = "application/json"
    traceparent: Annotated[str | None, OPERATIONAL] = None
    data: Annotated[dict[str, Any], OPERATIONAL, Field(description="The event's own contract, redacted for the reader")]
