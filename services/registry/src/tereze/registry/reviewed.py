"""Decides how a review looks to whoever may see it: the waterfall with what was written on either side; must never decide who may."""

from collections.abc import Mapping

from tereze.chassis.work import Work
from tereze.contracts.referrals import Child
from tereze.contracts.reviews import ReviewView, WaterfallStep, WaterfallView
from tereze.registry.domain.review import Review
from tereze.registry.store.facts import who_go_on
from tereze.registry.store.records import Source, source_of, sources_of
from tereze.registry.view import child_of

_BOXES: Mapping[str, tuple[str, ...]] = {
    "born": ("birth_date", "birth_year"),
    "born_year": ("birth_date", "birth_year"),
    "order": ("family", "given"),
}


async def show_review(work: Work, review: Review) -> tuple[ReviewView, dict[str, list[str]]]:
    """The review in full, and which records of each person it shows."""
    account = await source_of(work, review.record_id) if review.record_id else None
    accounts = [account] if account else await _sources(work, review.person_id)
    candidates = await _sources(work, review.candidate_id)
    child, other = child_of(accounts), child_of([source for source in candidates if source not in accounts])
    view = summary(review).model_copy(
        update={"child": child, "candidate": other, "waterfall": _waterfall(review, child, other)}
    )
    shown = {review.person_id: accounts, review.candidate_id: candidates}
    return view, {person: [source.record_id for source in sources] for person, sources in shown.items()}


def summary(review: Review) -> ReviewView:
    """The review without particulars."""
    assert review.agency_id is not None, "a review without a desk is shown to nobody"
    return ReviewView(
        review_id=review.review_id,
        version=review.version,
        state=review.state,
        agency_id=review.agency_id,
        region_code=review.region_code,
        person_id=review.person_id,
        candidate_person_id=review.candidate_id,
        opened_at=review.opened_at,
        due_at=review.due_at,
        level=review.level,
        outcome=review.outcome,
        decided_at=review.decided_at,
        decided_by_staff_id=review.decided_by_staff_id,
        merge_id=review.merge_id,
    )


async def _sources(work: Work, person_id: str) -> list[Source]:
    [goes_on] = await who_go_on(work, [person_id])
    return await sources_of(work, goes_on)


def _waterfall(review: Review, child: Child | None, other: Child | None) -> WaterfallView | None:
    drawn = review.waterfall
    if drawn is None:
        return None
    return WaterfallView(
        model=drawn["model"],
        n_persons=drawn["n_persons"],
        link_from=drawn["link_from"],
        review_from=drawn["review_from"],
        margin=drawn["margin"],
        total=drawn["total"],
        runner_up=drawn["runner_up"],
        guards=tuple(drawn["guards"]),
        steps=tuple(
            WaterfallStep(
                field=step["field"],
                level=step["level"],
                bits=step["bits"],
                value=_written(child, step["field"]),
                other_value=_written(other, step["field"]),
            )
            for step in drawn["steps"]
        ),
    )


def _written(child: Child | None, field: str) -> str | None:
    """What stands in the boxes that a field is read from; None where it is none of the child's own."""
    if child is None:
        return None
    said = [getattr(child, box, None) for box in _BOXES.get(field, (field,))]
    return " ".join(str(word) for word in said if word is not None) or None
