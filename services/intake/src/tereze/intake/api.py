"""Decides how a referral comes in over HTTP and what its submitter reads of it; must never answer 202 before the commit."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Response

from tereze.access import Actor, Decision, Resource, decide, redact
from tereze.chassis import replica
from tereze.chassis.http import (
    BadCursor,
    Caller,
    Cursor,
    Idempotency,
    Limit,
    OpenWork,
    Principal,
    Reply,
    body,
    decode_cursor,
    encode_cursor,
    etag,
    once,
    refuses,
)
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.facts import NotFound
from tereze.contracts.ids import ReferralId
from tereze.contracts.referrals import (
    NamedBody,
    ReferralAccepted,
    ReferralPage,
    ReferralSubmission,
    ReferralSubmitted,
    ReferralView,
)
from tereze.intake import domain, store
from tereze.intake.naming import kept_out_of_their_own, named_bodies
from tereze.protocol import Facts, Protocols, answers_due

_NEWEST = "ref_" + "g" * 32  # sorts after every id
_REFERRAL_ID = re.compile(r"ref_[0-9a-f]{32}\Z")


def routes(protocols: Protocols) -> APIRouter:
    """The way in for agencies, under the protocols of one country."""
    router = APIRouter(tags=["referrals"])
    door = Door(protocols)

    @router.post("/v1/referrals", status_code=202, response_model=ReferralAccepted)
    @refuses(
        domain.ForeignAgency, domain.UnknownAgency, domain.UnknownRegion, domain.InTheFuture, domain.NamesNobody,
        domain.UnknownBody,
    )  # fmt: skip
    async def submit_referral(
        submission: body[ReferralSubmission], key: Idempotency, caller: Caller, work: OpenWork
    ) -> Response:
        """Report a concern about a child. 202: it is kept, its clocks run, and `answers_due` says who answers by when."""

        async def accept() -> Reply:
            await door.check(submission, caller, work)
            return await door.accept(submission, caller, work)

        return await once(key, work, caller, submission, accept)

    @router.get("/v1/referrals", response_model=ReferralPage)
    async def list_referrals(caller: Caller, work: OpenWork, cursor: Cursor = None, limit: Limit = 20) -> Response:
        """What your agency submitted, newest first."""
        found = await store.page_of_referrals(work, caller.actor, before=_position(cursor), limit=limit + 1)
        page, has_more = found[:limit], len(found) > limit
        decisions = [_may_read(caller.actor, kept) for kept in page]
        items = [redact(k.view, d.labels) for k, d in zip(page, decisions, strict=True) if d.allowed]
        following = encode_cursor({"before": page[-1].view.referral_id}) if has_more else None
        return Reply(200, {"items": items, "has_more": has_more, "cursor": following}).response()

    @router.get("/v1/referrals/{referral_id}", response_model=ReferralView)
    async def read_referral(referral_id: Annotated[ReferralId, Path()], caller: Caller, work: OpenWork) -> Response:
        """What became of a referral of your agency: its case, who holds which part, and by when."""
        kept = await store.find_referral(work, caller.actor, referral_id)
        decision = _may_read(caller.actor, kept) if kept else None
        if kept is None or decision is None or not decision.allowed:
            raise NotFound
        return Reply(200, redact(kept.view, decision.labels), etag(kept.version)).response()

    return router


def _may_read(actor: Actor, kept: store.Kept) -> Decision:
    """As the agency that submitted it; where that is kept out, as the person who did."""
    if kept.receipt_only:
        return decide(actor, "read_receipt", Resource("referral", staff=kept.submitted_by or ""))
    return decide(actor, "read_referral", Resource("referral", owner_agency_id=kept.view.agency_id))


class Door:
    """What does not change from one referral to the next is worked out once and remembered."""

    def __init__(self, protocols: Protocols) -> None:
        self._protocols = protocols
        self._regions: set[str] = set()  # known to exist; a region is never taken back

    async def check(self, submission: ReferralSubmission, caller: Principal, work: Work) -> None:
        """Refuse what cannot be meant; see ``domain`` for the facts raised."""
        if submission.agency_id not in (None, caller.agency_id):
            if await replica.agency(work, submission.agency_id) is None:
                raise domain.UnknownAgency(pointer="/agency_id")
            raise domain.ForeignAgency(pointer="/agency_id")
        if submission.region_code not in self._regions:
            if await replica.region(work, submission.region_code) is None:
                raise domain.UnknownRegion(pointer="/region_code")
            self._regions.add(submission.region_code)
        domain.check_times(submission, received_at=work.now, zone=self._protocols.calendar.zone)

    async def accept(self, submission: ReferralSubmission, caller: Principal, work: Work) -> Reply:
        """Keep and tell a referral, sealed, and say who answers by when."""
        pack = self._protocols.in_force(work.now)
        facts = Facts(
            submission.risk,
            submission.categories,
            frozenset(submission.circumstances),
            submission.occurred_at,
            work.now,
        )
        version, owed = pack.version, answers_due(pack, self._protocols.calendar, facts, work.now)
        named = await named_bodies(work, submission)
        event = _seal(submission, named, caller, work)
        await store.add_referral(
            work,
            event,
            protocol_version=version,
            answers_due=owed,
            submitted_by=caller.staff_id,
            kept_out=await kept_out_of_their_own(work, named, submission, caller.agency_id),
        )
        work.publish(event)
        accepted = ReferralAccepted(
            referral_id=event.referral_id,
            received_at=event.received_at,
            protocol_version=version,
            answers_due=owed,
            flags=domain.flags_of(submission.child),
        )
        return Reply(202, accepted, {"Location": f"/v1/referrals/{event.referral_id}"})


def _seal(
    submission: ReferralSubmission, named: tuple[NamedBody, ...], caller: Principal, work: Work
) -> ReferralSubmitted:
    sealer = work.runtime.sealer
    return ReferralSubmitted(
        referral_id=new_id("ref"),
        received_at=work.now,
        occurred_at=submission.occurred_at,
        channel=submission.channel,
        agency_id=caller.agency_id,
        region_code=submission.region_code,
        district_code=submission.district_code,
        risk=submission.risk,
        categories=submission.categories,
        circumstances=submission.circumstances,
        concerns=named,
        sealed_particulars=sealer.seal("registry", domain.particulars_of(submission)),
        sealed_account=sealer.seal("referral", domain.account_of(submission)),
    )


def _position(cursor: str | None) -> str:
    if cursor is None:
        return _NEWEST
    before = decode_cursor(cursor).get("before")
    if not isinstance(before, str) or not _REFERRAL_ID.match(before):
        raise BadCursor
    return before
