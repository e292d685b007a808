"""Decides what is asked and answered about identity reviews; must never show a compared value without the identity label."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from tereze.contracts.ids import AgencyId, MergeId, PersonId, RegionCode, ReviewId, StaffId
from tereze.contracts.labels import IDENTITY, LOCATION, OPERATIONAL, STAFF, Contract
from tereze.contracts.persons import Reason
from tereze.contracts.referrals import Child
from tereze.contracts.words import ReviewLevel, ReviewOutcome, ReviewState


class WaterfallStep(Contract):
    """One compared field: how far it agrees, what that is worth, and what was written on either side."""

    field: Annotated[str, OPERATIONAL]
    level: Annotated[str, OPERATIONAL, Field(description="From differ to same, in the field's own levels")]
    bits: Annotated[float, OPERATIONAL, Field(description="For one child where positive, against it where negative")]
    value: Annotated[str | None, IDENTITY] = None
    other_value: Annotated[str | None, IDENTITY] = None


class WaterfallView(Contract):
    """How the decision came about, so that it can be redone by hand: the steps add up to ``total``."""

    model: Annotated[str, OPERATIONAL]
    n_persons: Annotated[int, OPERATIONAL]
    link_from: Annotated[
        float, OPERATIONAL, Field(description="Bits from which it would have been one child by itself")
    ]
    review_from: Annotated[float, OPERATIONAL, Field(description="Bits from which a person looks")]
    margin: Annotated[float, OPERATIONAL, Field(description="Bits by which the best must outweigh the next")]
    total: Annotated[float, OPERATIONAL]
    runner_up: Annotated[float | None, OPERATIONAL] = None
    guards: Annotated[tuple[str, ...], OPERATIONAL, Field(description="What no weight may outvote")] = ()
    steps: Annotated[tuple[WaterfallStep, ...], OPERATIONAL] = ()


class ReviewView(Contract):
    """A question to a person: are these two one child? Answer of ``GET /v1/identity-reviews/{id}``."""

    review_id: Annotated[ReviewId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL]
    state: Annotated[ReviewState, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="Who must decide")]
    region_code: Annotated[RegionCode | None, LOCATION] = None
    person_id: Annotated[PersonId, OPERATIONAL, Field(description="To whom the account was put meanwhile")]
    candidate_person_id: Annotated[PersonId, OPERATIONAL, Field(description="Who may be the same child")]
    opened_at: Annotated[AwareDatetime, OPERATIONAL]
    due_at: Annotated[AwareDatetime, OPERATIONAL]
    level: Annotated[ReviewLevel | None, OPERATIONAL, Field(description="Who was told that it is late")] = None
    outcome: Annotated[ReviewOutcome | None, OPERATIONAL] = None
    decided_at: Annotated[AwareDatetime | None, OPERATIONAL] = None
    decided_by_staff_id: Annotated[StaffId | None, STAFF] = None
    merge_id: Annotated[MergeId | None, OPERATIONAL] = None
    waterfall: Annotated[WaterfallView | None, OPERATIONAL] = None
    child: Annotated[Child | None, IDENTITY, Field(description="As the account in question says")] = None
    candidate: Annotated[Child | None, IDENTITY, Field(description="As the candidate is known")] = None


class ReviewPage(Contract):
    """Identity reviews, the soonest due first. Particulars are in each review itself."""

    items: Annotated[tuple[ReviewView, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None


class RaiseReview(Contract):
    """Body of ``POST /v1/identity-reviews``: two persons that may be one, as a comparison of the whole register found."""

    person_id: Annotated[PersonId, OPERATIONAL]
    candidate_person_id: Annotated[PersonId, OPERATIONAL]


class ReviewRaised(Contract):
    """Whether somebody is asked now. Nobody is where it is decided already, or being looked at."""

    raised: Annotated[bool, OPERATIONAL]


class DecideReview(Contract):
    """Body of ``POST /v1/identity-reviews/{id}/decide``: one child (they are merged) or two (they are kept apart for good)."""

    outcome: Annotated[ReviewOutcome, OPERATIONAL]
    reason: Annotated[Reason, IDENTITY]
