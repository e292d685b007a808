"""Decides how referrals are submitted and read; must never do I/O."""

from tereze.client.call import Call, Stream, creating, pages, query, segment, shape
from tereze.contracts.referrals import ReferralAccepted, ReferralPage, ReferralSubmission, ReferralView


def submit(submission: ReferralSubmission, *, idempotency_key: str | None = None) -> Call[ReferralAccepted]:
    """Submit a concern. The answer is durable and says who answers by when.

    The key is made for you, and retries use the same one. Give your own where your process may restart before the
    answer came: the same key with the same submission gives the same answer for 30 days.
    """
    return Call(
        "POST",
        "/v1/referrals",
        shape(ReferralAccepted),
        body=submission,
        headers=creating(idempotency_key),
        repeatable=True,
    )


def get(referral_id: str) -> Call[ReferralView]:
    """What became of one referral of your agency."""
    return Call("GET", f"/v1/referrals/{segment(referral_id)}", shape(ReferralView), repeatable=True)


def listing(*, limit: int | None = None) -> Stream[ReferralView]:
    """Every referral your agency submitted, newest first; pages are fetched as they are needed."""
    return pages(Call("GET", "/v1/referrals", shape(ReferralPage), query(limit=limit), repeatable=True))
