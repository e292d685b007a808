"""Decides by when an identity review is owed and who is told of silence; must never let one end by itself."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tereze.contracts.facts import Conflict
from tereze.contracts.words import ReviewLevel, ReviewOutcome, ReviewState, Risk

_URGENT = frozenset({Risk.CRITICAL, Risk.HIGH})
_LIMIT = {True: timedelta(hours=4), False: timedelta(hours=24)}
_NEXT = {
    None: ReviewLevel.BREACH,
    ReviewLevel.BREACH: ReviewLevel.REGIONAL_DEPARTMENT,
    ReviewLevel.REGIONAL_DEPARTMENT: ReviewLevel.OMBUDSMAN,
    ReviewLevel.OMBUDSMAN: ReviewLevel.OMBUDSMAN,
}
_DAILY = timedelta(hours=24)


class ReviewDecided(Conflict):
    """Somebody decided it already."""

    code = "review-decided"
    title = "This review was decided already"


@dataclass(frozen=True, slots=True)
class Review:
    """Whether two persons are one child, as somebody has to say. ``agency_id``: who; None while no desk is known."""

    review_id: str
    person_id: str
    candidate_id: str
    region_code: str | None
    opened_at: datetime
    due_at: datetime
    agency_id: str | None = None
    record_id: str | None = None
    version: int = 0
    state: ReviewState = ReviewState.OPEN
    level: ReviewLevel | None = None
    outcome: ReviewOutcome | None = None
    decided_at: datetime | None = None
    decided_by_staff_id: str | None = None
    merge_id: str | None = None
    weight: float | None = None
    waterfall: dict[str, Any] | None = None

    def held_by(self, agency_id: str) -> "Review":
        """A desk owes the answer from now on."""
        return replace(self, agency_id=agency_id, version=self.version + 1)

    def silent(self, now: datetime) -> tuple["Review", ReviewLevel, datetime]:
        """The next level hears of it; also when to look again: after as long as was allowed, at last daily."""
        level = _NEXT[self.level]
        again = self.due_at - self.opened_at if level is not ReviewLevel.OMBUDSMAN else _DAILY
        return replace(self, level=level, version=self.version + 1), level, now + again

    def waits_for_second(self, merge_id: str) -> "Review":
        """One person said they are one child; another has to say so too. The clock runs on."""
        return replace(self, state=ReviewState.AWAITING_SECOND, merge_id=merge_id, version=self.version + 1)

    def decided(self, outcome: ReviewOutcome, now: datetime, staff_id: str, merge_id: str | None) -> "Review":
        """Somebody said what they are."""
        return replace(
            self, state=ReviewState.DECIDED, outcome=outcome, decided_at=now, decided_by_staff_id=staff_id,
            merge_id=merge_id, version=self.version + 1,
        )  # fmt: skip

    def must_be_open(self) -> None:
        """Raises ReviewDecided."""
        if self.state is ReviewState.DECIDED:
            raise ReviewDecided(current_state=self.state, current_version=self.version)


def due_at(opened_at: datetime, risk: Risk) -> datetime:
    """By when the answer is owed: the sooner, the more harm may come meanwhile."""
    return opened_at + _LIMIT[risk in _URGENT]


def urgency(risk: Risk) -> int:
    """Rank of a risk, 0 the strictest: what fires first when much is late."""
    return list(Risk).index(risk)
