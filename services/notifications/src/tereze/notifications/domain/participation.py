"""Decides who takes part in a case, in which capacity and for how long, from the case's own events; must never decide what they may see."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tereze.contracts.cases import (
    CaseEvent,
    CaseTriaged,
    ClockEvent,
    ClockLevelEvent,
    ReferralAttached,
    TaskAccepted,
    TaskAssigned,
    TaskDeclined,
    TaskEvent,
    TaskFulfilled,
    TaskOffered,
    TaskRerouted,
    TaskWithdrawn,
)
from tereze.contracts.commission import CommissionConvened
from tereze.contracts.disputes import TaskDisputed, TaskDisputeRaised, TaskOverturned
from tereze.contracts.parting import ReferralDetached
from tereze.contracts.placements import (
    PlacementDecided,
    PlacementDischarged,
    PlacementEvent,
    PlacementHeld,
    PlacementReleased,
    PlacementRequested,
    PlacementWithdrawn,
)
from tereze.contracts.plans import PlanDrafted
from tereze.contracts.tasks import (
    TaskHandedOver,
    TaskHandOverEnded,
    TaskHandOverOffered,
    TaskNotAchieved,
    TaskReopened,
    TaskVoided,
)
from tereze.contracts.words import ClockKind, TaskState

WHOLE_CASE = ""  # the place of a capacity that hangs on the case, not on one task


class Capacity(StrEnum):
    """As what a reader takes part in a case. ``EXCLUDED`` comes from exclusions, of the agency or the person, and beats the rest."""

    REFERRER = "referrer"
    HOLDER = "holder"
    ACCEPTED_HOLDER = "accepted_holder"
    OFFERED = "offered"
    DESK = "desk"
    TOLD = "told"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Joins:
    """From this event on the agency takes part. ``place`` is a task id or WHOLE_CASE."""

    agency_id: str
    capacity: Capacity
    place: str = WHOLE_CASE


@dataclass(frozen=True, slots=True)
class Leaves:
    """From this event on the agency no longer takes part that way; without an agency: whoever did, but for ``unless``."""

    capacity: Capacity
    place: str
    agency_id: str | None = None
    unless: str | None = None


Change = Joins | Leaves


def changes(event: CaseEvent) -> tuple[Change, ...]:
    """What the event changes about who takes part, in order."""
    return tuple(_changes(event))


def _changes(event: CaseEvent) -> Iterator[Change]:
    match event:
        case ReferralAttached():
            yield Joins(event.agency_id, Capacity.REFERRER)
        case ReferralDetached(still_refers=False):
            yield Leaves(Capacity.REFERRER, WHOLE_CASE, event.agency_id)
        case CaseTriaged():
            yield Joins(event.by_agency_id, Capacity.DESK)
        case ClockEvent():
            yield from _of_clock(event)
        case TaskEvent():
            yield from _of_task(event)
        case CommissionConvened():
            yield from (Joins(agency, Capacity.TOLD) for agency in event.invited_agency_ids)
        case PlanDrafted():
            yield from (Joins(agency, Capacity.TOLD) for agency in event.service_agency_ids)
        case PlacementEvent():
            yield from _of_placement(event)
        case _:
            pass


def _of_clock(event: ClockEvent) -> Iterator[Change]:
    if event.task_id is None:
        yield Joins(event.agency_id, Capacity.DESK if event.clock_kind in _LEADING else Capacity.TOLD)
    if isinstance(event, ClockLevelEvent):
        yield from (Joins(agency, Capacity.TOLD) for agency in event.told_agency_ids if agency != event.agency_id)


def _of_task(event: TaskEvent) -> Iterator[Change]:
    match event:
        case TaskAssigned():  # it may have come with its state from a case that was joined into this one
            if event.state not in _OVER:
                yield Joins(event.agency_id, Capacity.HOLDER, event.task_id)
            if event.state in _ACCEPTED:
                yield Joins(event.agency_id, Capacity.ACCEPTED_HOLDER, event.task_id)
        case TaskReopened() | TaskOverturned():
            yield Joins(event.agency_id, Capacity.HOLDER, event.task_id)
        case TaskRerouted():
            yield from _duty_ends(event, unless=event.agency_id)
            yield Joins(event.agency_id, Capacity.HOLDER, event.task_id)
        case TaskAccepted():
            yield from _works(event)
            yield Leaves(Capacity.OFFERED, event.task_id)
        case TaskFulfilled() | TaskNotAchieved() | TaskDeclined() | TaskWithdrawn() | TaskVoided():
            yield from _duty_ends(event)
        case _:
            yield from _of_offer(event)


def _of_offer(event: TaskEvent) -> Iterator[Change]:
    match event:
        case TaskOffered() | TaskHandOverOffered():
            yield Joins(event.offered_agency_id, Capacity.OFFERED, event.task_id)
        case TaskHandOverEnded():
            yield Leaves(Capacity.OFFERED, event.task_id)
        case TaskHandedOver():
            yield from _duty_ends(event, unless=event.agency_id)
            yield from _works(event)
        case TaskDisputed() | TaskDisputeRaised():
            yield Joins(event.decider_agency_id, Capacity.TOLD)
        case _:
            pass


def _of_placement(event: PlacementEvent) -> Iterator[Change]:
    """Whoever asked takes part as a referrer does; the centre as one that is offered a duty, then as one that took it."""
    place, centre = event.placement_id, event.centre_agency_id
    match event:
        case PlacementRequested():
            yield Joins(event.agency_id, Capacity.REFERRER, place)
        case PlacementHeld() if centre:
            yield Leaves(Capacity.OFFERED, place, unless=centre)
            yield Joins(centre, Capacity.OFFERED, place)
        case PlacementDecided() if centre:
            yield Joins(centre, Capacity.HOLDER, place)
            yield Joins(centre, Capacity.ACCEPTED_HOLDER, place)
        case PlacementReleased() | PlacementDischarged() | PlacementWithdrawn():
            yield Leaves(Capacity.OFFERED, place)
            yield Leaves(Capacity.HOLDER, place)
            yield Leaves(Capacity.ACCEPTED_HOLDER, place)
        case _:
            pass


def _works(event: TaskEvent) -> Iterator[Change]:
    yield Joins(event.agency_id, Capacity.HOLDER, event.task_id)
    yield Joins(event.agency_id, Capacity.ACCEPTED_HOLDER, event.task_id)


def _duty_ends(event: TaskEvent, unless: str | None = None) -> Iterator[Change]:
    yield Leaves(Capacity.HOLDER, event.task_id, unless=unless)
    yield Leaves(Capacity.ACCEPTED_HOLDER, event.task_id)
    yield Leaves(Capacity.OFFERED, event.task_id)


def named(event: CaseEvent) -> frozenset[str]:
    """Agencies the event itself is about; each may hear of this one event even where it takes no further part."""
    single = (getattr(event, field, None) for field in _NAMING)
    told = event.told_agency_ids if isinstance(event, ClockLevelEvent) else ()
    return frozenset(agency for agency in (*single, *told) if agency)


_ACCEPTED = frozenset({TaskState.ACCEPTED, TaskState.IN_PROGRESS, TaskState.ON_HOLD})
_OVER = frozenset(
    {
        TaskState.FULFILLED,
        TaskState.NOT_ACHIEVED,
        TaskState.DECLINED,
        TaskState.DISPUTED,
        TaskState.WITHDRAWN,
        TaskState.VOIDED,
    }
)
_LEADING = frozenset({ClockKind.TRIAGE})
"""Whoever owes one of these leads the case; other duties of the case are other bodies' too."""
_NAMING = (
    "agency_id",
    "by_agency_id",
    "from_agency_id",
    "offered_agency_id",
    "decider_agency_id",
    "centre_agency_id",
)
