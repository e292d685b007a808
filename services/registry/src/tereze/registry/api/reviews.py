"""Decides who sees and answers identity reviews over HTTP; must never take an answer to a review that has changed since it was read."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from tereze.access import Decision, Resource, decide, redact
from tereze.chassis.http import (
    BadCursor,
    Caller,
    Cursor,
    Idempotency,
    IfMatch,
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
from tereze.chassis.work import Work
from tereze.contracts.facts import Forbidden, NotFound, Stale
from tereze.contracts.ids import ReviewId
from tereze.contracts.labels import Sensitivity
from tereze.contracts.reviews import DecideReview, RaiseReview, ReviewPage, ReviewRaised, ReviewView
from tereze.contracts.words import ReviewOutcome, ReviewState
from tereze.registry import joining, reviewing
from tereze.registry.domain.index import MustStayApart, NotInUse, SamePerson
from tereze.registry.domain.review import Review, ReviewDecided
from tereze.registry.duties import kept_out_of
from tereze.registry.identifying import raise_doubt
from tereze.registry.people import ask, by_of, nothing_here
from tereze.registry.reviewed import show_review, summary
from tereze.registry.store.facts import who_go_on
from tereze.registry.store.merges import find_merge
from tereze.registry.store.reads import note_read
from tereze.registry.store.reviews import find_review, page_of_reviews

router = APIRouter(tags=["identity-reviews"])
ReviewPath = Annotated[ReviewId, Path()]


@router.get("/v1/identity-reviews", response_model=ReviewPage)
async def list_reviews(
    caller: Caller,
    work: OpenWork,
    *,
    decided: Annotated[bool, Query(description="Those that were decided, instead of those still open")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Identity reviews of your desk, the soonest due first; all of them for the Ombudsman's reviewers."""
    oversees = decide(caller.actor, "read_review", Resource("review")).allowed
    desk = None if oversees else caller.agency_id
    found = await page_of_reviews(work, agency_id=desk, decided=decided, after=_position(cursor), limit=limit + 1)
    shown, has_more = found[:limit], len(found) > limit
    decisions = [await _may(work, caller, "read_review", review) for review in shown]
    items = [redact(summary(one), may.labels) for one, may in zip(shown, decisions, strict=True) if may.allowed]
    last = shown[-1] if has_more else None
    following = encode_cursor({"due": last.due_at.isoformat(), "after": last.review_id}) if last else None
    return Reply(200, {"items": items, "has_more": has_more, "cursor": following}).response()


@router.post("/v1/identity-reviews", status_code=201, response_model=ReviewRaised)
@refuses(NotFound)
async def raise_review(wanted: body[RaiseReview], key: Idempotency, caller: Caller, work: OpenWork) -> Response:
    """Ask whether two persons are one child: so the findings of a batch comparison become somebody's duty, pair by pair."""
    asked = [await ask(work, caller, "join_persons", one) for one in (wanted.person_id, wanted.candidate_person_id)]
    one, other = asked
    if one is None or other is None:
        return nothing_here()

    async def take() -> Reply:
        raised = await raise_doubt(work, one.person.person_id, other.person.person_id)
        return Reply(201, ReviewRaised(raised=raised))

    return await once(key, work, caller, wanted, take)


@router.get("/v1/identity-reviews/{review_id}", response_model=ReviewView)
@refuses(NotFound)
async def read_review(review_id: ReviewPath, caller: Caller, work: OpenWork) -> Response:
    """One review with its waterfall: what was compared, how far it agrees, what that is worth. Values by need to know."""
    review, may = await _find(work, caller, review_id)
    return await _shown(work, caller, review, may)


@router.post("/v1/identity-reviews/{review_id}/decide", response_model=ReviewView)
@refuses(ReviewDecided, joining.NeedsAnotherPerson, SamePerson, NotInUse, MustStayApart)
async def decide_review(
    review_id: ReviewPath, wanted: body[DecideReview], version: IfMatch, caller: Caller, work: OpenWork
) -> Response:
    """Say whether they are one child. `same` merges them, with a second person's word where both have open cases;
    `different` keeps them apart for good."""
    review, may = await _find_to_decide(work, caller, review_id, version)
    review = await _decide(work, caller, review, wanted)
    return await _shown(work, caller, review, may)


@router.post("/v1/identity-reviews/{review_id}/confirm", response_model=ReviewView)
@refuses(joining.NothingToConfirm, joining.NeedsAnotherPerson, SamePerson, NotInUse, MustStayApart)
async def confirm_review(review_id: ReviewPath, version: IfMatch, caller: Caller, work: OpenWork) -> Response:
    """The second word that two persons with open cases are one child."""
    review, may = await _find_to_decide(work, caller, review_id, version, action="confirm_review")
    act = await find_merge(work, review.merge_id) if review.merge_id else None
    if act is None or review.state is not ReviewState.AWAITING_SECOND:
        raise joining.NothingToConfirm(current_state=review.state, current_version=review.version)
    await joining.confirm_merge(work, act, by_of(caller))
    settled = await find_review(work, review_id)
    assert settled is not None, "it was found above"
    return await _shown(work, caller, settled, may)


async def _decide(work: Work, caller: Principal, review: Review, wanted: DecideReview) -> Review:
    by = by_of(caller)
    both = await who_go_on(work, (review.candidate_id, review.person_id))
    survivor, retired = both if len(both) > 1 else (both[0], both[0])  # ids grow with time: the older one goes on
    if wanted.outcome is ReviewOutcome.DIFFERENT:
        await joining.keep_apart(work, survivor, retired, by, wanted.reason)
    elif review.state is ReviewState.AWAITING_SECOND:
        raise joining.NeedsAnotherPerson(current_state=review.state, current_version=review.version)
    else:
        act = await joining.ask_to_merge(work, survivor, retired, by, wanted.reason)
        if not act.prior:
            return await reviewing.await_second(work, review, act.merge_id)
    settled = await find_review(work, review.review_id)
    assert settled is not None, "it was found above"
    return settled


async def _find(work: Work, caller: Principal, review_id: str) -> tuple[Review, Decision]:
    review = await find_review(work, review_id)
    may = await _may(work, caller, "read_review", review) if review else None
    if review is None or may is None or not may.allowed:
        raise NotFound
    return review, may


async def _find_to_decide(
    work: Work, caller: Principal, review_id: str, version: int, *, action: reviewing.Acting = "decide_review"
) -> tuple[Review, Decision]:
    review = await find_review(work, review_id, held=True)
    may = await _may(work, caller, "read_review", review) if review else None
    if review is None or may is None or not may.allowed:
        raise NotFound
    if not (await _may(work, caller, action, review)).allowed:
        raise Forbidden("who is who is decided at the window desk that holds the review")
    if version != review.version:
        raise Stale(current_version=review.version, current_state=review.state)
    review.must_be_open()
    return review, may


async def _may(work: Work, caller: Principal, action: reviewing.Acting, review: Review) -> Decision:
    desks = frozenset({review.agency_id} if review.agency_id else ())
    excluded = await kept_out_of(work, review.person_id, review.candidate_id)
    about = Resource("review", desks=desks, region_code=review.region_code or "", excluded=excluded)
    return decide(caller.actor, action, about)


async def _shown(work: Work, caller: Principal, review: Review, may: Decision) -> Response:
    view, records = await show_review(work, review)
    if Sensitivity.IDENTITY in may.labels:
        for person_id in (review.person_id, review.candidate_id):
            await note_read(
                work, by_of(caller), person_id, may, outcome="shown", action="read_review", records=records[person_id]
            )
    return Reply(200, redact(view, may.labels), etag(review.version)).response()


def _position(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    read = decode_cursor(cursor)
    due, key = read.get("due"), read.get("after")
    if not isinstance(due, str) or not isinstance(key, str):
        raise BadCursor
    try:
        at = datetime.fromisoformat(due)
    except ValueError:
        raise BadCursor from None
    if at.tzinfo is None:
        raise BadCursor
    return at, key
