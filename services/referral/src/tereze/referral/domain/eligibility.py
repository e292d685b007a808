"""Decides what a child may receive now, who decides by when, and that a gap of the rules is told; must never grant without a ground."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tereze.contracts.eligibility import (
    ServiceAsked,
    ServiceEvent,
    ServiceGapFound,
    ServiceGranted,
    ServiceRefusal,
    ServiceRefused,
    ServiceRequestState,
)
from tereze.contracts.facts import Conflict, Invalid
from tereze.contracts.words import Circumstance, ClockKind, Ground, ServiceCode
from tereze.protocol.eligibility import PlannedService
from tereze.referral.domain.casefile import Capacity, CaseFile, Moment
from tereze.referral.domain.duties import start_duty
from tereze.referral.domain.response import plan_for
from tereze.referral.domain.standing import LIVE, CaseNotLive
from tereze.referral.domain.tasks import Actor


class NotCalledFor(Invalid):
    """The protocol does not speak of the service for such a case."""

    code = "service-not-called-for"
    title = "The protocol does not call for this service in such a case"


class AskedAlready(Conflict):
    """The service is asked for, or granted, already."""

    code = "service-asked-already"
    title = "This service is asked for this child already"


class DecidedAlready(Conflict):
    """The request was decided."""

    code = "service-decided"
    title = "This request was decided already"


@dataclass(slots=True)
class ServiceRequest:
    """One request for a service for the child of a case."""

    request_id: str
    case_id: str
    service: ServiceCode
    agency_id: str
    row: str
    protocol_version: str
    asked_at: datetime
    state: ServiceRequestState = ServiceRequestState.ASKED
    version: int = 0
    ground: Ground | None = None
    decider_agency_id: str | None = None
    clock_id: str | None = None
    due_at: datetime | None = None
    refusal: ServiceRefusal | None = None
    decided_at: datetime | None = None


def entitled_services(file: CaseFile, moment: Moment) -> tuple[PlannedService, ...]:
    """Every service the protocol calls for in this case, each with its ground or the lack of one."""
    return plan_for(file, moment).services


def ask_service(
    file: CaseFile,
    earlier: Iterable[ServiceRequest],
    service: ServiceCode,
    by: Actor,
    moment: Moment,
    *,
    learnt: tuple[Circumstance, ...] = (),
) -> ServiceRequest:
    """A service is asked for: with a ground somebody decides by a time; without one it is refused at once and the gap told.

    Raises CaseNotLive, NotCalledFor, AskedAlready.
    """
    if file.state not in LIVE:
        raise CaseNotLive(current_state=file.state, current_version=file.version)
    before = [request for request in earlier if request.service is service]
    if any(request.state is not ServiceRequestState.REFUSED for request in before):
        raise AskedAlready(current_state=file.state, current_version=file.version)
    file.circumstances = tuple(dict.fromkeys((*file.circumstances, *learnt)))
    planned = next((one for one in entitled_services(file, moment) if one.code is service), None)
    if planned is None:
        raise NotCalledFor(pointer="/service")
    request = ServiceRequest(
        request_id=moment.new_id("srq"),
        case_id=file.case_id,
        service=service,
        agency_id=by.agency_id,
        row=planned.row,
        protocol_version=moment.in_force.version,
        asked_at=moment.now,
    )
    if planned.granted:
        _owe_decision(file, request, planned, by, moment)
    else:
        _refuse_for_want_of_ground(file, request, by, moment, told=bool(before))
    return request


def decide_service(
    file: CaseFile, request: ServiceRequest, by: Actor, refusal: ServiceRefusal | None, moment: Moment
) -> None:
    """The decider's word; the clock that waited for it stops. Raises DecidedAlready."""
    if request.state is not ServiceRequestState.ASKED:
        raise DecidedAlready(current_state=request.state, current_version=request.version)
    request.decided_at = moment.now
    if refusal is None:
        request.state = ServiceRequestState.GRANTED
        _tell(file, request, ServiceGranted, by, ground=request.ground)
    else:
        request.state, request.refusal = ServiceRequestState.REFUSED, refusal
        _tell(file, request, ServiceRefused, by, reason=refusal)
    for clock in file.going_clocks(None):
        if clock.kind is ClockKind.SERVICE_DECISION and _waits_for(clock.clock_id, clock.agency_id, request):
            file.stop_clock(clock, moment.now)
            return


def _waits_for(clock_id: str, agency_id: str, request: ServiceRequest) -> bool:
    """Its own clock; after a join, that of whoever decides."""
    return clock_id == request.clock_id or agency_id == request.decider_agency_id


def _owe_decision(file: CaseFile, request: ServiceRequest, planned: PlannedService, by: Actor, moment: Moment) -> None:
    decider = moment.roster.holder(planned.decider, excluded=file.excluded)
    file.admit(decider.agency_id, Capacity.TOLD)
    clock = start_duty(file, ClockKind.SERVICE_DECISION, decider.agency_id, planned.limit, moment)
    request.ground, request.decider_agency_id = planned.ground, decider.agency_id
    request.clock_id, request.due_at = clock.clock_id, clock.due_at
    facts = {"ground": planned.ground, "decider_agency_id": decider.agency_id, "due_at": clock.due_at}
    _tell(file, request, ServiceAsked, by, **facts)


def _refuse_for_want_of_ground(
    file: CaseFile, request: ServiceRequest, by: Actor, moment: Moment, *, told: bool
) -> None:
    request.state, request.refusal = ServiceRequestState.REFUSED, ServiceRefusal.NO_GROUND
    request.decided_at = moment.now
    _tell(file, request, ServiceRefused, by, reason=request.refusal)
    if not told:
        _tell(file, request, ServiceGapFound, None, person_id=file.person_id)


def _tell(file: CaseFile, request: ServiceRequest, event: type[ServiceEvent], by: Actor | None, **facts: Any) -> None:
    request.version += 1
    file.tell(
        event,
        request_id=request.request_id,
        service=request.service,
        agency_id=request.agency_id,
        row=request.row,
        by_agency_id=by.agency_id if by else None,
        by_staff_id=by.staff_id if by else None,
        **facts,
    )
