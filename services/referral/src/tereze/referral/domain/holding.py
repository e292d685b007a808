"""Decides how long work on a task may wait and when it goes on; must never pause a clock."""

from datetime import datetime

from tereze.contracts.facts import Invalid
from tereze.contracts.tasks import TaskHeld, TaskResumed
from tereze.contracts.words import HoldReason, TaskState, Transition
from tereze.protocol import due
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.standing import LIVE, allow
from tereze.referral.domain.tasks import Actor, Task


class ReviewTooFarOff(Invalid):
    """Work may not wait that long at this risk."""

    code = "review-too-far-off"
    title = "The review date lies in the past or too far off for this risk"


def hold_task(
    file: CaseFile, task: Task, by: Actor, moment: Moment, *, reason: HoldReason, review_at: datetime
) -> None:
    """Work waits until the review date at the latest. Every deadline runs on. Raises ReviewTooFarOff."""
    rule = allow(file, task, Transition.HELD, by)
    latest = due(moment.pack.rules.hold_caps[task.risk], moment.now, moment.calendar)
    if not moment.now < review_at <= latest:
        raise ReviewTooFarOff(f"at {task.risk} risk work may wait until {latest:%Y-%m-%dT%H:%MZ}", pointer="/review_at")
    assert rule.target is not None
    task.state, task.hold_reason, task.review_at = rule.target, reason, review_at
    file.tell_of(task, TaskHeld, by, reason=reason, review_at=review_at)


def resume_task(file: CaseFile, task: Task, by: Actor | None) -> None:
    """Work goes on: somebody of the holder says so, or the review date came (``by`` None)."""
    rule = allow(file, task, Transition.RESUMED, by)
    assert rule.target is not None
    task.state = rule.target
    task.go_on()
    file.tell_of(task, TaskResumed, by)


def resume_at_review(file: CaseFile, task: Task, now: datetime) -> None:
    """The review date came. Nothing happens to a task that does not wait, or waits for a later date."""
    if file.state in LIVE and task.state is TaskState.ON_HOLD and task.review_at and task.review_at <= now:
        resume_task(file, task, None)
