"""Decides how identity reviews are kept and listed; must never list one to somebody whose desk it is not."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, not_, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from tereze.chassis.work import Work
from tereze.contracts.words import ReviewLevel, ReviewOutcome, ReviewState
from tereze.registry.domain.review import Review
from tereze.registry.store.tables import identity_review

_OPEN = (ReviewState.OPEN.value, ReviewState.AWAITING_SECOND.value)
_SIDES = (identity_review.c.person_id, identity_review.c.candidate_id)


async def add_review(work: Work, review: Review) -> bool:
    """Keep a new review; False where the same two are being looked at already."""
    statement = (
        insert(identity_review).values(_row(review)).on_conflict_do_nothing().returning(identity_review.c.review_id)
    )
    return (await work.db.execute(statement)).first() is not None


async def keep_review(work: Work, review: Review) -> None:
    """Write what became of a review."""
    values = _row(review)
    await work.db.execute(update(identity_review).where(identity_review.c.review_id == review.review_id).values(values))


async def find_review(work: Work, review_id: str, *, held: bool = False) -> Review | None:
    """One review; ``held`` until the transaction ends."""
    query = select(identity_review).where(identity_review.c.review_id == review_id)
    row = (await work.db.execute(query.with_for_update() if held else query)).mappings().one_or_none()
    return _review(row) if row else None


async def open_between(work: Work, person_ids: Sequence[str]) -> list[Review]:
    """Open reviews whose both sides are among these ids."""
    return await _open(work, *(side.in_(person_ids) for side in _SIDES))


async def open_about(work: Work, person_ids: Sequence[str]) -> list[Review]:
    """Open reviews with one of these ids on either side."""
    return await _open(work, or_(*(side.in_(person_ids) for side in _SIDES)))


async def _open(work: Work, *where: ColumnElement[bool]) -> list[Review]:
    query = select(identity_review).where(identity_review.c.state.in_(_OPEN), *where)
    held = query.order_by(identity_review.c.review_id).with_for_update()
    return [_review(row) for row in (await work.db.execute(held)).mappings()]


async def page_of_reviews(
    work: Work, *, agency_id: str | None, decided: bool, after: tuple[datetime, str] | None, limit: int
) -> list[Review]:
    """Reviews of one desk, or of all where ``agency_id`` is None, the soonest due first."""
    known, wanted = identity_review.c.agency_id, identity_review.c.state.in_(_OPEN)
    query = (
        select(identity_review)
        .where(known.is_not(None) if agency_id is None else known == agency_id, not_(wanted) if decided else wanted)
        .order_by(identity_review.c.due_at, identity_review.c.review_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(identity_review.c.due_at, identity_review.c.review_id) > tuple_(*after))
    return [_review(row) for row in (await work.db.execute(query)).mappings()]


def _row(review: Review) -> dict[str, Any]:
    return asdict(review) | {
        "state": review.state.value,
        "level": review.level.value if review.level else None,
        "outcome": review.outcome.value if review.outcome else None,
    }


def _review(row: Any) -> Review:
    kept = dict(row)
    waterfall = orjson.loads(kept["waterfall"]) if isinstance(kept["waterfall"], str) else kept["waterfall"]
    return Review(
        **kept
        | {
            "state": ReviewState(kept["state"]),
            "level": ReviewLevel(kept["level"]) if kept["level"] else None,
            "outcome": ReviewOutcome(kept["outcome"]) if kept["outcome"] else None,
            "waterfall": waterfall,
        }
    )
