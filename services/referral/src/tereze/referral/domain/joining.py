"""Decides how two cases of one child become one; must never lose a task, a referral or an earlier start."""

from collections.abc import Iterable

from tereze.contracts.cases import CaseJoined, ReferralAttached
from tereze.contracts.words import CaseState, ClockKind, WithdrawReason
from tereze.protocol import stricter
from tereze.referral.domain.casefile import CaseFile, Moment, Referral
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.commands import withdraw_task
from tereze.referral.domain.handover import tell_assigned
from tereze.referral.domain.keeping_out import record_exclusion, take_everything
from tereze.referral.domain.response import respond
from tereze.referral.domain.tasks import Task

_GO_ON = frozenset(
    {
        ClockKind.TELL_REPORTER,
        ClockKind.PLACEMENT,
        ClockKind.PLACEMENT_REVIEW,
        ClockKind.PLACEMENT_TERM,
        ClockKind.COMMISSION_SITTING,
        ClockKind.PLAN_IN_FORCE,
        ClockKind.PLAN_REVIEW,
        ClockKind.HOME_VISIT,
        ClockKind.SERVICE_DECISION,
        ClockKind.REVIEW_EMERGENCY_ACCESS,
        ClockKind.INDEPENDENT_REVIEW,
    }
)
"""Duties of a joined case that the surviving one takes on where it does not owe them itself."""


def survivor_first(one: CaseFile, other: CaseFile) -> tuple[CaseFile, CaseFile]:
    """The older case goes on; the younger is joined into it."""
    older, younger = sorted((one, other), key=lambda file: (file.opened_at, file.case_id))
    return older, younger


def join_cases(survivor: CaseFile, joined: CaseFile, referrals: Iterable[Referral], moment: Moment) -> None:
    """Work of ``joined`` goes on in ``survivor``; ``referrals`` are those of the joined case.

    Tasks move with their state and holder. Where both cases have the same duty, the less advanced task is withdrawn and the
    other keeps the earliest start and due time of the two.
    """
    share_exclusions(survivor, joined, moment)
    for agency_id, capacity in sorted(joined.bodies):
        survivor.admit(agency_id, capacity)
    survivor.risk = stricter(survivor.risk, joined.risk)
    survivor.categories = tuple(dict.fromkeys((*survivor.categories, *joined.categories)))
    survivor.circumstances = tuple(dict.fromkeys((*survivor.circumstances, *joined.circumstances)))
    survivor.occurred_at = survivor.occurred_at or joined.occurred_at
    attached = sorted(referrals, key=lambda referral: (referral.received_at, referral.referral_id))
    for referral in attached:
        survivor.tell(
            ReferralAttached,
            referral_id=referral.referral_id,
            agency_id=referral.agency_id,
            risk=referral.risk,
            categories=referral.categories,
            circumstances=referral.circumstances,
            received_at=referral.received_at,
            occurred_at=referral.occurred_at,
        )
    for region_code in (joined.region_code, *joined.also_in):
        survivor.reach_into(region_code)
    survivor.under_review |= joined.under_review
    survivor.accesses |= joined.accesses
    survivor.touched |= joined.accesses.keys()
    joined.accesses = {}
    for task in joined.pending_tasks():
        _bring(survivor, joined, task, moment)
    _bring_case_clocks(survivor, joined, moment)
    joined.state, joined.joined_into = CaseState.JOINED, survivor.case_id
    joined.tell(CaseJoined, into_case_id=survivor.case_id)
    respond(survivor, moment, since=min(referral.received_at for referral in attached))


def share_exclusions(survivor: CaseFile, joined: CaseFile, moment: Moment) -> None:
    """Whoever must not touch one of the two must touch neither: before anything of them meets."""
    theirs, ours = list(joined.exclusions.values()), list(survivor.exclusions.values())
    for file, exclusions in ((survivor, theirs), (joined, ours)):
        for exclusion in exclusions:
            record_exclusion(file, exclusion.shared(moment.new_id("exc")))
        take_everything(file, moment)


def _bring(survivor: CaseFile, joined: CaseFile, task: Task, moment: Moment) -> None:
    twin = next((own for own in survivor.open_tasks() if _same_duty(own, task)), None)
    if twin is None or not task.open:
        _move(survivor, joined, task, moment)
    elif twin.advance >= task.advance:
        ended = _going(joined, task.task_id)
        withdraw_task(joined, task, None, WithdrawReason.CASE_JOINED, moment)
        _merge(survivor, twin, ended, moment)
    else:
        ended = _going(survivor, twin.task_id)
        withdraw_task(survivor, twin, None, WithdrawReason.CASE_JOINED, moment)
        _move(survivor, joined, task, moment)
        _merge(survivor, task, ended, moment)


def _same_duty(own: Task, other: Task) -> bool:
    """One body's duty is held once a region; two bodies keep it both only where both have accepted and work on it."""
    if own.service is not other.service:
        return False
    elsewhere = own.region_code != other.region_code
    return own.agency_id == other.agency_id or not (elsewhere or (own.accepted and other.accepted))


def _move(survivor: CaseFile, joined: CaseFile, task: Task, moment: Moment) -> None:
    going = _going(joined, task.task_id)
    stopped = [clock for clock in joined.clocks.values() if clock.task_id == task.task_id and not clock.going]
    for clock, _ in going:
        joined.cancel_clock(clock, moment.now)
    del joined.tasks[task.task_id]
    task.version += 1
    tell_assigned(survivor, task)
    for clock, answers in going:
        _take_on(survivor, clock, answers, moment)
    for clock in stopped:  # what was answered stays answered where the task is now
        survivor.clocks[clock.clock_id] = joined.clocks.pop(clock.clock_id)
        survivor.touched.add(clock.clock_id)


def _going(file: CaseFile, task_id: str | None) -> list[tuple[Clock, list[Clock]]]:
    """The clocks of a task, or of the case itself, each with the clocks of those who took up its breach."""
    owed = [clock for clock in file.going_clocks(task_id) if clock.kind is not ClockKind.ANSWER_ESCALATION]
    return [(clock, file.answers_to(clock)) for clock in owed]


def _take_on(file: CaseFile, clock: Clock, answers: Iterable[Clock], moment: Moment) -> None:
    successor = clock.successor(moment.new_id("clk"), risk=file.risk)
    file.start_clock(successor)
    _answer_on(file, successor, answers, moment)


def _answer_on(file: CaseFile, clock: Clock, answers: Iterable[Clock], moment: Moment) -> None:
    """Whoever took a breach up answers for it on, by the same instants, to the clock that goes on in its place."""
    for answer in answers:
        if answer.agency_id not in {other.agency_id for other in file.answers_to(clock)}:
            successor = answer.successor(moment.new_id("clk"), risk=file.risk)
            successor.follows_clock_id = clock.clock_id
            file.start_clock(successor)


def _merge(
    file: CaseFile, task: Task | None, ended: Iterable[tuple[Clock, list[Clock]]], moment: Moment
) -> list[tuple[Clock, list[Clock]]]:
    """The clocks of the duty that ended: whichever began or ends earlier counts for the one that goes on.

    Returns those for which nothing of their kind goes on.
    """
    left = []
    for other, answers in ended:
        own = next((c for c in file.going_clocks(task.task_id if task else None) if _same_clock(c, other)), None)
        if own is None:
            left.append((other, answers))
            continue
        if other.started_at < own.started_at or other.due_at < own.due_at:
            merged = own.successor(
                moment.new_id("clk"),
                started_at=min(own.started_at, other.started_at),
                due_at=min(own.due_at, other.due_at),
            )
            merged.take_in(other)
            file.succeed(own, merged, moment.now)
            own = merged
        _answer_on(file, own, answers, moment)
    return left


def _same_clock(own: Clock, other: Clock) -> bool:
    """Of two reviews of emergency access each body owes its own: neither finds for its own people."""
    apart = own.kind is ClockKind.REVIEW_EMERGENCY_ACCESS and own.agency_id != other.agency_id
    return own.kind is other.kind and not apart


def _bring_case_clocks(survivor: CaseFile, joined: CaseFile, moment: Moment) -> None:
    ended = _going(joined, None)
    for clock in joined.going_clocks(None):
        if clock.going:  # an answer ends with the clock it answers
            joined.cancel_clock(clock, moment.now)
    for clock, answers in _merge(survivor, None, ended, moment):
        if clock.kind in _GO_ON:
            _take_on(survivor, clock, answers, moment)
