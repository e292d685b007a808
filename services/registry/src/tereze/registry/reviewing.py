"""Decides how a doubt about who is who becomes somebody's duty with a clock; must never let a child wait for the answer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from tereze.chassis import replica
from tereze.chassis.ids import new_id
from tereze.chassis.timers import FiredTimer
from tereze.chassis.work import Work
from tereze.contracts import identities
from tereze.contracts.words import AgencyKind, ReviewLevel, ReviewOutcome, ReviewState, Risk
from tereze.registry.domain.review import Review, due_at, urgency
from tereze.registry.store.adoptions import are_tied
from tereze.registry.store.facts import By, part_of_index
from tereze.registry.store.reviews import add_review, find_review, keep_review, open_between

CLOCK = "identity_review"
"""The kind of timer that climbs a review's levels; its subject is the review."""
_LOOK_AGAIN = timedelta(minutes=1)
_HOLDERS = (AgencyKind.WINDOW_DESK, AgencyKind.REGIONAL_DEPARTMENT, AgencyKind.OMBUDSMAN)
_TOLD = {ReviewLevel.REGIONAL_DEPARTMENT: AgencyKind.REGIONAL_DEPARTMENT, ReviewLevel.OMBUDSMAN: AgencyKind.OMBUDSMAN}

Acting = Literal["read_review", "decide_review", "confirm_review"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why somebody should look at two persons. ``record_id``: the account that raised it, if it was one."""

    person_id: str
    candidate_id: str
    region_code: str | None
    record_id: str | None = None
    risk: Risk = Risk.LOW
    weight: float | None = None
    waterfall: dict[str, Any] | None = None


async def open_review(work: Work, doubt: Doubt) -> bool:
    """Ask the desk of the region; False where nobody has to be asked: it is decided, or being looked at already."""
    index = await part_of_index(work, (doubt.person_id, doubt.candidate_id))
    if index.resolve(doubt.person_id) == index.resolve(doubt.candidate_id):
        return False
    one, other = index.resolve(doubt.person_id), index.resolve(doubt.candidate_id)
    if index.must_stay_apart(one, other) or await are_tied(work, index.group(one), index.group(other)):
        return False
    review = Review(
        review_id=new_id("rvw"),
        person_id=doubt.person_id,
        candidate_id=doubt.candidate_id,
        region_code=doubt.region_code,
        record_id=doubt.record_id,
        opened_at=work.now,
        due_at=due_at(work.now, doubt.risk),
        weight=doubt.weight,
        waterfall=doubt.waterfall,
    )
    if not await add_review(work, review):
        return False
    await _hand_over(work, review, urgency(doubt.risk))
    return True


async def decide_review(work: Work, review: Review, outcome: ReviewOutcome, by: By, merge_id: str | None) -> Review:
    """Keep and tell what somebody decided; the clock ends."""
    decided = review.decided(outcome, work.now, by[1], merge_id)
    await keep_review(work, decided)
    await work.timers.clear(kind=CLOCK, subject=review.review_id)
    if decided.agency_id is not None:
        work.publish(identities.ReviewDecided(**_head(decided), outcome=outcome, decided_at=work.now))
    return decided


async def await_second(work: Work, review: Review, merge_id: str) -> Review:
    """Keep that one of two persons has said so."""
    waiting = review.waits_for_second(merge_id)
    await keep_review(work, waiting)
    return waiting


async def settle_between(
    work: Work, person_ids: frozenset[str], outcome: ReviewOutcome, by: By, merge_id: str | None
) -> None:
    """What was decided elsewhere about these persons answers every review of them."""
    for review in await open_between(work, sorted(person_ids)):
        await decide_review(work, review, outcome, by, merge_id)


async def hear_silence(timer: FiredTimer, work: Work) -> None:
    """Nobody decided in time: the next level is told, until somebody does."""
    review = await find_review(work, timer.subject, held=True)
    if review is None or review.state is ReviewState.DECIDED:
        return
    if review.agency_id is None:
        await _hand_over(work, review, timer.severity, generation=timer.generation + 1)
        return
    silent, level, again = review.silent(work.now)
    await keep_review(work, silent)
    await _set_clock(work, silent, again, timer.severity, timer.generation + 1)
    work.publish(
        identities.ReviewOverdue(
            **_head(silent), level=level, fired_at=work.now, told_agency_ids=await _told(work, silent, level)
        )
    )


async def _hand_over(work: Work, review: Review, severity: int, *, generation: int = 1) -> None:
    holder = await _holder(work, review.region_code)
    if holder is None:  # the directory has not told of any desk yet; the child is a person meanwhile
        await _set_clock(work, review, work.now + _LOOK_AGAIN, severity, generation)
        return
    held = review.held_by(holder)
    await keep_review(work, held)
    await _set_clock(work, held, held.due_at, severity, generation)
    work.publish(identities.ReviewOpened(**_head(held)))


async def _set_clock(work: Work, review: Review, at: Any, severity: int, generation: int) -> None:
    await work.timers.set(kind=CLOCK, subject=review.review_id, due_at=at, severity=severity, generation=generation)


async def _holder(work: Work, region_code: str | None) -> str | None:
    for kind in _HOLDERS if region_code is not None else _HOLDERS[-1:]:
        found = await _agencies(work, kind, region_code)
        if found:
            return found[0]
    return None


async def _agencies(work: Work, kind: AgencyKind, region_code: str | None) -> tuple[str, ...]:
    """Those of a region; the Ombudsman is one for the nation."""
    region = None if kind is AgencyKind.OMBUDSMAN else region_code
    return tuple(agency.agency_id for agency in await replica.agencies(work, kind=kind, region_code=region))


async def _told(work: Work, review: Review, level: ReviewLevel) -> tuple[str, ...]:
    kind = _TOLD.get(level)
    if kind is None:
        return (review.agency_id,) if review.agency_id else ()
    return await _agencies(work, kind, review.region_code)


def _head(review: Review) -> dict[str, Any]:
    return {
        "review_id": review.review_id, "version": review.version, "agency_id": review.agency_id,
        "region_code": review.region_code, "opened_at": review.opened_at, "due_at": review.due_at,
    }  # fmt: skip
