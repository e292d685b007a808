"""Decides who is calling, afresh on every request; must never take a permission from the token or from a cache."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from tereze.access import Actor
from tereze.chassis import replica
from tereze.chassis.auth import Claims
from tereze.chassis.http.bodies import read_capped
from tereze.chassis.http.faults import mend
from tereze.chassis.http.refusals import (
    AgencyMismatch,
    AgencySuspended,
    NotAttested,
    StaffSuspended,
    StaffUnknown,
    TokenMissing,
    ValidationFailed,
)
from tereze.chassis.work import Work
from tereze.contracts.directory import Agency, Standing
from tereze.contracts.problems import FieldProblem
from tereze.contracts.words import StaffRole


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, as our own records have it at this instant."""

    subject: str
    agency_id: str
    agency: Agency | None
    staff_id: str
    roles: frozenset[StaffRole]
    standing: Standing

    def require_attested(self, now: datetime) -> None:
        """Raise NotAttested unless the caller holds at this instant all that their role requires."""
        if not self.standing.fit_at(now):
            mend = f"GET /v1/staff/{self.staff_id}/attestation says who mends it and how"
            missing = tuple(FieldProblem(pointer="", code=code, detail=mend) for code in self.standing.unmet)
            raise NotAttested(errors=missing)

    @property
    def actor(self) -> Actor:
        """The caller as the access policies see them."""
        return Actor(
            subject=self.subject,
            agency_id=self.agency_id,
            agency_kind=str(self.agency.kind) if self.agency else "",
            roles=frozenset(str(role) for role in self.roles),
            staff_id=self.staff_id,
            region_code=self.agency.region_code if self.agency else None,
        )


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenMissing
    return token.strip()


def _refuse_parameters(request: Request, known: frozenset[str]) -> None:
    """A misspelt filter must not silently mean 'everything'."""
    given = [name for name, _ in request.query_params.multi_items()]
    faults = [("unknown-parameter", name) for name in given if name not in known]
    faults += [("repeated-parameter", name) for name in sorted(known) if given.count(name) > 1]
    if faults:
        raise ValidationFailed(
            errors=tuple(
                FieldProblem(pointer="", parameter=name if name in known else None, code=code, detail=mend(code))
                for code, name in faults[:50]
            )
        )


async def gate(request: Request) -> None:
    """Stands before every route of a service: the token first, then whether the query is one we know."""
    address = request.app.state.addresses.of(request.scope)
    if not address.public:
        request.state.claims = await request.app.state.tokens.verify(_bearer(request))
    _refuse_parameters(request, address.query_names)


async def _open_work(request: Request) -> AsyncIterator[Work]:
    await read_capped(request)  # a slow sender must not hold a transaction open
    claims: Claims | None = getattr(request.state, "claims", None)
    opening = replica.to_open_with(claims.subject) if claims else ()
    async with request.app.state.runtime.database.work(*opening) as work:
        request.state.domain_time = work.now
        yield work


OpenWork = Annotated[Work, Depends(_open_work, scope="function")]
"""The open transaction; committed before the first byte of the answer leaves, rolled back when the route raises."""


async def _principal(request: Request, work: Work, *, attested: bool) -> Principal:
    claims: Claims | None = getattr(request.state, "claims", None)
    if claims is None:
        raise TokenMissing
    found = await replica.standing(work, claims.subject)
    if found is None:
        raise StaffUnknown
    record, agency = found
    if record.agency_id != claims.agency_id:
        raise AgencyMismatch
    if not record.active:
        raise StaffSuspended
    if agency is None:
        raise StaffUnknown("Your agency is not known here yet. Ask again in a moment.")
    if not agency.active:
        raise AgencySuspended
    caller = Principal(
        subject=record.subject,
        agency_id=record.agency_id,
        agency=agency,
        staff_id=record.staff_id,
        roles=frozenset(record.roles),
        standing=record,
    )
    if attested:
        caller.require_attested(work.now)
    return caller


async def identify(request: Request, work: OpenWork) -> Principal:
    """The caller, read in the same transaction in which the request is decided."""
    return await _principal(request, work, attested=True)


async def identify_unattested(request: Request, work: OpenWork) -> Principal:
    """The caller, fit to act or not: for the routes by which one becomes fit."""
    return await _principal(request, work, attested=False)


async def identify_briefly(request: Request) -> Principal:
    """The caller, read in a transaction of its own; call it again during an answer that lasts, so that a suspension cuts it."""
    async with request.app.state.runtime.database.work() as work:
        return await _principal(request, work, attested=True)


Caller = Annotated[Principal, Depends(identify)]
UnattestedCaller = Annotated[Principal, Depends(identify_unattested)]
"""For reading one's own attestation and signing, and nothing else."""
BriefCaller = Annotated[Principal, Depends(identify_briefly)]
"""For long polls and streams, which must not hold a transaction open while they wait."""
