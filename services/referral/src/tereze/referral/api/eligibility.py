"""Decides what is answered about the services a child may receive and how one is asked for; must never tell of a case that may not be known."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from tereze.access import Decision, Resource, decide, redact
from tereze.chassis.http import Idempotency, IfMatch, Reply, body, etag, once, refuses
from tereze.contracts.eligibility import (
    AskService,
    DecideService,
    Eligibility,
    EntitledService,
    ServiceRequestView,
)
from tereze.contracts.facts import Forbidden, NotFound, Stale
from tereze.contracts.ids import CaseId, ServiceRequestId
from tereze.protocol.eligibility import PlannedService
from tereze.referral.api.reading import Visit, Visitor
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.eligibility import (
    AskedAlready,
    DecidedAlready,
    NotCalledFor,
    ServiceRequest,
    ask_service,
    decide_service,
    entitled_services,
)
from tereze.referral.domain.standing import CaseNotLive
from tereze.referral.domain.tasks import Actor
from tereze.referral.moments import moment_of
from tereze.referral.permissions import case_resource, may_read_case, service_resource
from tereze.referral.store.casefiles import keep_case, lock_cases, read_cases
from tereze.referral.store.placements import survivor_of
from tereze.referral.store.referrals import say
from tereze.referral.store.services import find_request, keep_request, requests_of

router = APIRouter(tags=["eligibility"])
Key = Annotated[ServiceRequestId, Path()]


@router.get("/v1/eligibility", response_model=Eligibility)
@refuses(NotFound)
async def read_eligibility(
    visit: Visit, case_id: Annotated[CaseId, Query(description="The case of the child")]
) -> Response:
    """What the child of a case may receive now: each service with its ground, who decides and within which limit."""
    files = await read_cases(visit.work, [case_id])
    decision = may_read_case(visit.caller.actor, files[0]) if files else None
    if decision is None or not decision.allowed:
        raise NotFound
    moment = await moment_of(visit.work, files[0])
    found = entitled_services(files[0], moment)
    services = tuple(_entitled(one, visit) for one in found)
    view = Eligibility(case_id=case_id, protocol_version=moment.in_force.version, services=services)
    return Reply(200, redact(view, decision.labels)).response()


@router.post("/v1/eligibility", response_model=ServiceRequestView, status_code=201)
@refuses(NotFound, CaseNotLive, NotCalledFor, AskedAlready)
async def ask_for_service(asked: body[AskService], key: Idempotency, visit: Visit) -> Response:
    """Ask for a service. On a ground that holds, somebody decides by a time; where the rules have none it is refused with its
    reason, and the gap is counted.
    """
    caller, work = visit.caller, visit.work

    async def produce() -> Reply:
        files = await lock_cases(work, asked.case_id)
        if not files or not may_read_case(caller.actor, files[0]).allowed:
            raise NotFound
        file = files[0]
        if not decide(caller.actor, "ask_service", case_resource(file)).allowed:
            raise Forbidden("a service is asked for by whoever refers, triages or holds a task of the case")
        moment, by = await moment_of(work, file), _actor(visit)
        earlier = await requests_of(work, file.case_id)
        request = ask_service(file, earlier, asked.service, by, moment, learnt=asked.circumstances)
        await keep_case(work, file, moment.pack)
        await keep_request(work, request)
        decision = decide(caller.actor, "read_service", service_resource(file, request))
        reply = _shown(visit, file, request, moment, decision)
        where = {"Location": f"/v1/eligibility/{request.request_id}"}
        return Reply(201, reply.model, {**reply.headers, **where})

    return await once(key, work, caller, asked, produce)


@router.get("/v1/eligibility/{request_id}", response_model=ServiceRequestView)
async def read_service_request(request_id: Key, visit: Visit) -> Response:
    """One request for a service: its ground, who decides by when, or why it was refused."""
    request = await find_request(visit.work, request_id)
    if request is None:
        raise NotFound
    [file] = await read_cases(visit.work, [await survivor_of(visit.work, request.case_id)])
    decision = decide(visit.caller.actor, "read_service", service_resource(file, request))
    if not decision.allowed:
        raise NotFound
    return _shown(visit, file, request, await moment_of(visit.work, file), decision).response()


@router.post("/v1/eligibility/{request_id}/decide", response_model=ServiceRequestView)
@refuses(DecidedAlready)
async def decide_on_service(request_id: Key, decided: body[DecideService], version: IfMatch, visit: Visit) -> Response:
    """Grant the service, or refuse it with a reason, as the body that decides."""
    caller, work = visit.caller, visit.work
    seen = await find_request(work, request_id)
    files = await lock_cases(work, await survivor_of(work, seen.case_id)) if seen else []
    request = await find_request(work, request_id)
    resource = service_resource(files[0], request) if files and request else Resource("service")
    if request is None or not decide(caller.actor, "read_service", resource).allowed:
        raise NotFound
    decision = decide(caller.actor, "decide_service", resource)
    if not decision.allowed:
        raise Forbidden("only a manager or head of the body that decides may say this")
    if version != request.version:
        raise Stale(current_version=request.version, current_state=request.state)
    [file], moment = files, await moment_of(work, files[0])
    decide_service(file, request, _actor(visit), decided.refusal, moment)
    request.case_id = file.case_id
    await keep_case(work, file, moment.pack)
    await keep_request(work, request)
    await say(work, file.case_id, "service_decision", decided.remark, task_id=None, by_staff_id=caller.staff_id)
    return _shown(visit, file, request, moment, decision).response()


def _actor(visit: Visitor) -> Actor:
    return Actor(visit.caller.agency_id, visit.caller.staff_id, visit.caller.roles)


def _entitled(planned: PlannedService, visit: Visitor) -> EntitledService:
    reason = planned.basis if planned.granted else planned.refusal
    return EntitledService(
        service=planned.code,
        title=getattr(planned.title, visit.language),
        entitled=planned.granted,
        ground=planned.ground,
        reason=getattr(reason, visit.language) if reason else None,
        row=planned.row,
        decider=planned.decider,
        limit=str(planned.limit),
    )


def _shown(visit: Visitor, file: CaseFile, request: ServiceRequest, moment: Moment, decision: Decision) -> Reply:
    planned = next((one for one in entitled_services(file, moment) if one.code is request.service), None)
    said = None if planned is None else planned.refusal if request.ground is None else planned.basis
    named = (
        "request_id", "case_id", "version", "state", "service", "agency_id", "decider_agency_id", "ground", "refusal",
        "asked_at", "due_at", "decided_at",
    )  # fmt: skip
    facts = {name: getattr(request, name) for name in named}
    view = ServiceRequestView(**facts, reason=getattr(said, visit.language) if said else None)
    return Reply(200, redact(view, decision.labels), etag(request.version))
