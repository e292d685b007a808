"""Decides how identity reviews are read and answered; must never do I/O or repeat an answer somebody else overtook."""

from tereze.client.call import Call, Flow, Stream, creating, if_match, pages, query, segment, shape
from tereze.contracts.labels import Contract
from tereze.contracts.reviews import DecideReview, RaiseReview, ReviewPage, ReviewRaised, ReviewView
from tereze.contracts.words import ReviewOutcome


def get(review_id: str) -> Call[ReviewView]:
    """One review with its waterfall; values by need to know."""
    return Call("GET", f"/v1/identity-reviews/{segment(review_id)}", shape(ReviewView), repeatable=True)


def listing(*, decided: bool = False, limit: int | None = None) -> Stream[ReviewView]:
    """Reviews of your desk, the soonest due first; pages are fetched as they are needed."""
    asked = query(decided="true" if decided else None, limit=limit)
    return pages(Call("GET", "/v1/identity-reviews", shape(ReviewPage), asked, repeatable=True))


def propose(person_id: str, candidate_person_id: str, *, idempotency_key: str | None = None) -> Call[ReviewRaised]:
    """Ask whether two persons are one child, as a comparison of the whole register found."""
    body = RaiseReview(person_id=person_id, candidate_person_id=candidate_person_id)
    headers = creating(idempotency_key)
    return Call("POST", "/v1/identity-reviews", shape(ReviewRaised), body=body, headers=headers, repeatable=True)


def decide(
    review: ReviewView | str, *, outcome: ReviewOutcome, reason: str, version: int | None = None
) -> Flow[ReviewView]:
    """Say whether they are one child. ``same`` waits for a second person's ``confirm`` where both have open cases."""
    return (yield from _command(review, "decide", DecideReview(outcome=outcome, reason=reason), version))


def confirm(review: ReviewView | str, *, version: int | None = None) -> Flow[ReviewView]:
    """The second word that they are one child, by somebody else than who decided."""
    return (yield from _command(review, "confirm", None, version))


def _command(review: ReviewView | str, verb: str, body: Contract | None, version: int | None) -> Flow[ReviewView]:
    review_id, version = (review, version) if isinstance(review, str) else (review.review_id, version or review.version)
    if version is None:
        version = (yield get(review_id)).version
    path = f"/v1/identity-reviews/{segment(review_id)}/{verb}"
    answer: ReviewView = yield Call("POST", path, shape(ReviewView), body=body, headers=if_match(version))
    return answer
