"""Decides what happens in the referral service because time passed; must never act on a state it did not re-read under lock."""

from tereze.chassis.handlers import Deadlines
from tereze.chassis.timers import FiredTimer
from tereze.chassis.work import Work
from tereze.referral.beds import BEDS, end_hold, fill_beds, leave_excluded_centres
from tereze.referral.convening import convene_if_due
from tereze.referral.domain.escalation import climb_ladder
from tereze.referral.domain.holding import resume_at_review
from tereze.referral.moments import moment_of
from tereze.referral.placing import open_provisionally, place_referral
from tereze.referral.store.casefiles import LADDER, PAUSE, case_of_task, keep_case, lock_case_of_clock, lock_cases
from tereze.referral.store.looks import CONVENE, LEAVE_CENTRE
from tereze.referral.store.placements import HOLD
from tereze.referral.store.referrals import find_referral

IDENTITY = "identity"
"""The kind of timer that ends the wait for the registry; its subject is the referral."""

deadlines = Deadlines()


@deadlines.fires(IDENTITY)
async def stop_waiting_for_the_registry(timer: FiredTimer, work: Work) -> None:
    """A referral that is on no case yet comes onto one now."""
    await work.lock(timer.subject)
    kept = await find_referral(work, timer.subject)
    if kept is None or kept.case_id is not None:
        return
    if kept.person_id is not None:
        await place_referral(work, kept, kept.person_id)
    else:
        await open_provisionally(work, kept)


@deadlines.fires(LADDER)
async def climb(timer: FiredTimer, work: Work) -> None:
    """A clock reached a level of its ladder, unless evidence came or a later timer stands for it."""
    file = await lock_case_of_clock(work, timer.subject)
    clock = file.clocks.get(timer.subject) if file else None
    if file is None or clock is None or not clock.going or clock.generation != timer.generation:
        return
    moment = await moment_of(work, file)
    climb_ladder(file, clock, moment)
    if not file.touched:
        file.await_again(clock)
    await keep_case(work, file, moment.pack)


@deadlines.fires(HOLD)
async def end_hold_unused(timer: FiredTimer, work: Work) -> None:
    """A held bed was not decided upon in time."""
    await end_hold(work, timer.subject, timer.generation)


@deadlines.fires(PAUSE)
async def end_pause(timer: FiredTimer, work: Work) -> None:
    """The review date of a task on hold came: work goes on, unless it did already or waits for a later date."""
    case_id = await case_of_task(work, timer.subject)
    files = await lock_cases(work, case_id) if case_id else []
    task = files[0].tasks.get(timer.subject) if files else None
    if task is not None:
        resume_at_review(files[0], task, work.now)
        await keep_case(work, files[0], (await moment_of(work, files[0])).pack)


@deadlines.fires(BEDS)
async def give_free_beds(timer: FiredTimer, work: Work) -> None:
    """A bed became free."""
    await fill_beds(work, timer.subject)


@deadlines.fires(LEAVE_CENTRE)
async def leave_centre(timer: FiredTimer, work: Work) -> None:
    """A body was excluded from a case: the child gets no bed of it."""
    await leave_excluded_centres(work, timer.subject)


@deadlines.fires(CONVENE)
async def convene_commission(timer: FiredTimer, work: Work) -> None:
    """A case became critical, or its deadlines were breached again and again."""
    await convene_if_due(work, timer.subject)
