"""Decides what of a case's events a referrer can follow; must never let one agency's view grow into another's."""

from tereze.chassis.exclusions import exclusion_handlers
from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.cases import (
    CaseJoined,
    ClockBreached,
    ClockEvent,
    ClockStarted,
    ClockStopped,
    ReferralAttached,
    TaskEvent,
)
from tereze.contracts.events import Envelope, event_types
from tereze.contracts.parting import CaseParted
from tereze.contracts.words import ClockState
from tereze.intake import progress
from tereze.intake.progress import Attached, ClockStands, TaskStands

handlers = Handlers()
handlers.include(exclusion_handlers)


@handlers.on(ReferralAttached)
async def put_on_case(event: ReferralAttached, work: Work, _envelope: Envelope) -> None:
    """The referral is on a shared case."""
    progress.put(work, Attached(event.referral_id, event.case_id))


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
    progress.put(
        work,
        TaskStands(
            event.task_id, event.case_id, event.agency_id, event.service.value, event.state.value, at=envelope.time
        ),
    )


for _happened in event_types().values():
    if issubclass(_happened, TaskEvent):
        handlers.on(_happened)(follow_task)


@handlers.on(ClockStarted)
async def follow_start(event: ClockStarted, work: Work, _envelope: Envelope) -> None:
    """A deadline runs."""
    _put_clock(event, ClockState.RUNNING, work)


@handlers.on(ClockBreached)
async def follow_breach(event: ClockBreached, work: Work, _envelope: Envelope) -> None:
    """A deadline passed without evidence."""
    _put_clock(event, ClockState.BREACHED, work)


@handlers.on(ClockStopped)
async def follow_stop(event: ClockStopped, work: Work, _envelope: Envelope) -> None:
    """A deadline was met, late or not, or is no longer needed."""
    _put_clock(event, event.state, work)


def _put_clock(event: ClockEvent, state: ClockState, work: Work) -> None:
    """The case's own deadlines are nothing a referrer follows."""
    if event.task_id is not None:
        progress.put(work, ClockStands(event.clock_id, event.task_id, event.case_id, event.due_at, state.value))
