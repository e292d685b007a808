"""Decides what of a case's events a referrer can follow; must never let one agency's view grow into another's."""

from tereze.chassis.exclusions import exclusion_handlers
from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.cases import (
    CaseJoined,
    ClockBreached,
    ClockStarted,
    ClockStopped,
    ReferralAttached,
    TaskEvent,
)
from tereze.contracts.events import Envelope, event_types
from tereze.contracts.parting import CaseParted
from tereze.contracts.words import ClockState
from tereze.intake import progress

handlers = Handlers()
handlers.include(exclusion_handlers)


@handlers.on(ReferralAttached)
async def put_on_case(event: ReferralAttached, work: Work, _envelope: Envelope) -> None:
    """The referral is on a shared case."""
    await progress.attach(work, event.referral_id, event.case_id)


@handlers.on(CaseJoined)
async def follow_join(event: CaseJoined, work: Work, _envelope: Envelope) -> None:
    """The case goes on in another one."""
    await progress.join(work, event.case_id, event.into_case_id)


@handlers.on(CaseParted)
async def follow_parting(event: CaseParted, work: Work, _envelope: Envelope) -> None:
    """The case goes on by itself again; which referrals are on it is told next."""
    await progress.part(work, event.case_id)


async def follow_task(event: TaskEvent, work: Work, envelope: Envelope) -> None:
    """A part of the response changed hands or state."""
    await progress.put_task(
        work,
        task_id=event.task_id,
        case_id=event.case_id,
        agency_id=event.agency_id,
        service=event.service.value,
        state=event.state.value,
        at=envelope.time,
    )


for _happened in event_types().values():
    if issubclass(_happened, TaskEvent):
        handlers.on(_happened)(follow_task)


@handlers.on(ClockStarted)
async def follow_start(event: ClockStarted, work: Work, _envelope: Envelope) -> None:
    """A deadline runs."""
    await progress.put_clock(
        work,
        clock_id=event.clock_id,
        task_id=event.task_id,
        case_id=event.case_id,
        due_at=event.due_at,
        state=ClockState.RUNNING.value,
    )


@handlers.on(ClockBreached)
async def follow_breach(event: ClockBreached, work: Work, _envelope: Envelope) -> None:
    """A deadline passed without evidence."""
    await progress.put_clock(
        work,
        clock_id=event.clock_id,
        task_id=event.task_id,
        case_id=event.case_id,
        due_at=event.due_at,
        state=ClockState.BREACHED.value,
    )


@handlers.on(ClockStopped)
async def follow_stop(event: ClockStopped, work: Work, _envelope: Envelope) -> None:
    """A deadline was met, late or not, or is no longer needed."""
    await progress.put_clock(
        work,
        clock_id=event.clock_id,
        task_id=event.task_id,
        case_id=event.case_id,
        due_at=event.due_at,
        state=event.state.value,
    )
