"""Decides by when an operator must act on what waits, and what silence comes to; must never let a duty be sat out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tereze.contracts.facts import Conflict, Invalid
from tereze.contracts.operations import DutyAnswer, DutyKind, DutyState


class DutySettled(Conflict):
    """Nothing is owed any more."""

    code = "duty-settled"
    title = "Nothing waits any more; the duty is settled"


class AnswerDoesNotFit(Invalid):
    """A parked key is settled by replaying or discarding its events, not by saying so."""

    code = "duty-answer-does-not-fit"
    title = (
        "A parked key is settled by replaying or discarding its events; here you can only say that it is being mended"
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an operator has to say that they are at it, and from then on until it is done."""

    acknowledge: timedelta
    mend: timedelta


LIMITS = {
    DutyKind.PARKED_EVENT: Limits(timedelta(minutes=15), timedelta(hours=4)),  # a parked referral is a child waiting
    DutyKind.UNDELIVERED: Limits(timedelta(hours=4), timedelta(hours=24)),
}


@dataclass(slots=True)
class Duty:
    """One thing that waits for an operator. ``version`` grows with every change; ``due_at`` is None once it is settled."""

    duty_id: str
    kind: DutyKind
    service: str
    waiting: str
    reason: str
    since: datetime
    due_at: datetime | None
    topic: str | None = None
    agency_id: str | None = None
    state: DutyState = DutyState.OPEN
    count: int = 1
    breached: bool = False
    escalations: int = 0
    answer: DutyAnswer | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    version: int = 1

    @property
    def settled(self) -> bool:
        """Whether nothing is owed any more."""
        return self.state is DutyState.SETTLED

    def take_in(self, news: "Duty") -> None:
        """The same thing happened again: what is owed goes on, with its clock; what was settled is owed anew."""
        self.version += 1
        self.reason, self.agency_id = news.reason, news.agency_id
        if self.settled:
            self.state, self.since, self.due_at, self.count = DutyState.OPEN, news.since, news.due_at, news.count
            self.breached, self.escalations = False, 0
            self.answer, self.answered_by, self.answered_at = None, None, None
        else:
            self.count += news.count

    def take_answer(self, answer: DutyAnswer, staff_id: str, now: datetime) -> None:
        """An operator is at it, or says how it was settled. Raises DutySettled, AnswerDoesNotFit."""
        if self.settled:
            raise DutySettled(current_version=self.version, current_state=self.state)
        if self.kind is DutyKind.PARKED_EVENT and answer is not DutyAnswer.BEING_MENDED:
            raise AnswerDoesNotFit(pointer="/answer")
        self.answer, self.answered_by, self.answered_at = answer, staff_id, now
        if answer is not DutyAnswer.BEING_MENDED:
            self.settle()
            return
        self.version += 1
        if self.state is DutyState.OPEN:
            self.state, self.due_at = DutyState.ACKNOWLEDGED, now + LIMITS[self.kind].mend

    def settle(self) -> None:
        """Nothing waits any more."""
        self.state, self.due_at = DutyState.SETTLED, None
        self.version += 1

    def breach(self, now: datetime) -> None:
        """Time passed and nothing was done: the next level sees it, and the clock begins again until something is."""
        limits = LIMITS[self.kind]
        self.breached, self.escalations = True, self.escalations + 1
        self.due_at = now + (limits.acknowledge if self.state is DutyState.OPEN else limits.mend)
        self.version += 1
