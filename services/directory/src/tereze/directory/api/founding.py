"""Decides how bodies are founded, amended and closed through the API; must never tell of people."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from tereze.access import Decision, Resource, decide, redact
from tereze.access.decisions import Action
from tereze.chassis.http import Caller, Idempotency, IfMatch, OpenWork, Principal, Reply, body, etag, once, refuses
from tereze.chassis.work import Work
from tereze.contracts.directory import Agency, AgencyView
from tereze.contracts.facts import Forbidden, NotFound, Stale
from tereze.contracts.founding import AmendAgency, FoundAgency
from tereze.contracts.ids import AgencyId
from tereze.directory.domain.founding import (
    BodyClosed,
    LastOfItsKind,
    ServesDistricts,
    SlugTaken,
    UnitsOpen,
    UnknownBody,
    UnknownRegion,
)
from tereze.directory.founding import FIRST, amend_body, close_body, found_body, reopen_body
from tereze.directory.store.attestations import note_act
from tereze.directory.store.founding import hold_country, read_body
from tereze.directory.store.rotas import chain_of

router = APIRouter()

AgencyKey = Annotated[AgencyId, Path()]


@router.post("/v1/agencies", response_model=AgencyView, status_code=201)
@refuses(SlugTaken, UnknownRegion, UnknownBody, BodyClosed)
async def found_agency(wish: body[FoundAgency], key: Idempotency, caller: Caller, work: OpenWork) -> Response:
    """Found a body, or a unit of one. For operators; heads and managers found units below their own body, in their own region."""

    async def produce() -> Reply:
        await hold_country(work)
        above = frozenset(await chain_of(work, wish.parent_agency_id) if wish.parent_agency_id else ())
        place = Resource("agency", above=above, agency_kind=wish.kind, region_code=wish.region_code or "")
        decision = decide(caller.actor, "found_agency", place)
        if not decision.allowed:
            raise Forbidden("operators found bodies; heads and managers found units below their own, in their region")
        founded = await found_body(work, wish)
        await note_act(work, "agency-founded", founded.agency_id, by=caller.staff_id, policy_id=decision.policy_id)
        where = {"Location": f"/v1/agencies/{founded.agency_id}"}
        return _shown(founded, FIRST, decision, status=201, **where)

    return await once(key, work, caller, wish, produce)


@router.put("/v1/agencies/{agency_id}", response_model=AgencyView)
@refuses(SlugTaken)
async def amend_agency(
    agency_id: AgencyKey, words: body[AmendAgency], version: IfMatch, caller: Caller, work: OpenWork
) -> Response:
    """Say how a body is called. For its heads and managers, those of the bodies above it, and operators."""
    kept, decision = await _entitled(agency_id, version, caller, work, "amend_agency")
    amended = await amend_body(work, kept, version, words)
    return await _done(work, amended, version, caller, decision, what="agency-amended")


@router.post("/v1/agencies/{agency_id}/close", response_model=AgencyView)
@refuses(UnitsOpen, ServesDistricts, LastOfItsKind)
async def close_agency(agency_id: AgencyKey, version: IfMatch, caller: Caller, work: OpenWork) -> Response:
    """Close a body: nobody acts for it any more and nothing new is routed to it. For those of the bodies above it, and operators.

    Refused while units below it are open, districts have it responsible, or nobody else of its kind serves its region. Duties it
    holds in cases pass to others as soon as that is heard of; beds, sittings, family plans and identity reviews do not: see to
    them first.
    """
    kept, decision = await _entitled(agency_id, version, caller, work, "close_agency")
    closed = await close_body(work, kept, version)
    return await _done(work, closed, version, caller, decision, what="agency-closed", unless=kept)


@router.post("/v1/agencies/{agency_id}/reopen", response_model=AgencyView)
@refuses(BodyClosed)
async def reopen_agency(agency_id: AgencyKey, version: IfMatch, caller: Caller, work: OpenWork) -> Response:
    """Open a closed body again, as it was. For those of the bodies above it, and operators."""
    kept, decision = await _entitled(agency_id, version, caller, work, "close_agency")
    opened = await reopen_body(work, kept, version)
    return await _done(work, opened, version, caller, decision, what="agency-reopened", unless=kept)


async def _entitled(
    agency_id: str, version: int, caller: Principal, work: Work, action: Action
) -> tuple[Agency, Decision]:
    """The body at the version the caller read, with the policy that lets them act; which bodies there are is public."""
    await hold_country(work)
    found = await read_body(work, agency_id)
    if found is None:
        raise NotFound
    above = frozenset(await chain_of(work, agency_id)) - {agency_id}
    decision = decide(caller.actor, action, Resource("agency", owner_agency_id=agency_id, above=above))
    if not decision.allowed:
        raise Forbidden(
            "a body is kept by the bodies above it and by operators; its own heads may say how it is called"
        )
    if version != found[1]:
        raise Stale(current_version=found[1])
    return found[0], decision


async def _done(
    work: Work,
    now: Agency,
    version: int,
    caller: Principal,
    decision: Decision,
    *,
    what: str,
    unless: Agency | None = None,
) -> Response:
    if now != unless:
        version += 1
        await note_act(work, what, now.agency_id, by=caller.staff_id, policy_id=decision.policy_id)
    return _shown(now, version, decision).response()


def _shown(now: Agency, version: int, decision: Decision, *, status: int = 200, **headers: str) -> Reply:
    view = AgencyView(**now.model_dump(), version=version)
    return Reply(status, redact(view, decision.labels), {**etag(version), **headers})
