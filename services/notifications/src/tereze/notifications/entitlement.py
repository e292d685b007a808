"""Decides what one reader may see of one event at this instant, by the shared policies; must never remember a right longer than a decision."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from tereze.access import Actor, Decision, Resource, decide, redact
from tereze.chassis.work import Work
from tereze.contracts.cases import CaseEvent
from tereze.contracts.events import UnknownEventType, event_type
from tereze.contracts.labels import Sensitivity
from tereze.contracts.subscriptions import CloudEvent
from tereze.notifications.domain.participation import Capacity, named
from tereze.notifications.store.log import Entry
from tereze.notifications.store.participants import capacities

_OWN = Decision(allowed=True, policy_id="own-test-event", labels=frozenset({Sensitivity.OPERATIONAL}))
_UNREADABLE = Decision(allowed=False, policy_id="unreadable-in-this-release")
_READER = "agc_reader"  # policies compare agencies with one another; the reader's own id adds nothing


@lru_cache(maxsize=4_096)
def _decide(agency_kind: str, roles: frozenset[str], region_code: str | None, known: frozenset[Capacity]) -> Decision:
    """What the policies say to a reader with this standing who takes part in these capacities. Policies are fixed per release."""

    def among(capacity: Capacity) -> frozenset[str]:
        return frozenset({_READER}) if capacity in known else frozenset()

    actor = Actor(
        subject="", agency_id=_READER, agency_kind=agency_kind, roles=roles, staff_id="", region_code=region_code
    )
    resource = Resource(
        kind="events",
        holders=among(Capacity.HOLDER),
        accepted_holders=among(Capacity.ACCEPTED_HOLDER),
        offered=among(Capacity.OFFERED),
        participants=among(Capacity.REFERRER),
        desks=among(Capacity.DESK),
        told=among(Capacity.TOLD),
        excluded=among(Capacity.EXCLUDED),
    )
    return decide(actor, "read_events", resource)


def read_event(entry: Entry) -> CaseEvent:
    """The event of a log entry as the contracts know it."""
    event = event_type(entry.type).model_validate_json(entry.payload)
    assert isinstance(event, CaseEvent)
    return event


def decide_reading(
    actor: Actor, entry: Entry, known: frozenset[Capacity], own_subscriptions: Iterable[str] = ()
) -> Decision:
    """Whether this actor may see this event, and which labels of it. ``known``: as what its agency takes part right now."""
    if entry.for_subscription is not None:
        return _OWN if entry.for_subscription in own_subscriptions else Decision(allowed=False, policy_id="not-yours")
    try:
        names = named(read_event(entry))
    except (UnknownEventType, ValidationError):
        return _UNREADABLE
    if not known & _READING and actor.agency_id in names:
        known |= {Capacity.TOLD}  # an event that names an agency may be told to it, whatever part it has by now
    return _decide(actor.agency_kind, actor.roles, actor.region_code, known)


_READING = frozenset(Capacity) - {Capacity.EXCLUDED}


def sees_every_case(actor: Actor) -> bool:
    """Whether the actor's role shows it cases in which its agency takes no part."""
    return _decide(actor.agency_kind, actor.roles, actor.region_code, frozenset()).allowed


def tell(entry: Entry, decision: Decision) -> CloudEvent:
    """The event as this reader gets to see it."""
    if entry.for_subscription is not None:
        data: dict[str, Any] = json.loads(entry.payload)
    else:
        data = redact(read_event(entry), decision.labels)
    return CloudEvent(
        id=entry.event_id,
        type=entry.type,
        source=entry.source,
        subject=entry.key,
        time=entry.time,
        dataschema=f"/schemas/{entry.type}.json",
        traceparent=entry.traceparent,
        data=data,
    )


async def decide_each_reading(work: Work, actor: Actor, entries: Sequence[Entry]) -> list[Decision]:
    """Whether and as what the actor may see each entry now."""
    reader = (actor.agency_id, actor.staff_id)
    parts = await capacities(work, ((entry.key, *reader) for entry in entries))
    return [decide_reading(actor, entry, parts.get((entry.key, *reader), frozenset())) for entry in entries]
