"""Decides what the registry does when a referral comes in and when duties change hands; must never publish a particular."""

from tereze.chassis.exclusions import exclusion_handlers
from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.cases import (
    CaseJoined,
    CaseOpened,
    CasePersonSettled,
    TaskAccepted,
    TaskAssigned,
    TaskDeclined,
    TaskEvent,
    TaskFulfilled,
    TaskRerouted,
    TaskWithdrawn,
)
from tereze.contracts.casework import CaseClosed, CaseReopened, CaseReviewed, CaseScreenedOut
from tereze.contracts.disputes import TaskOverturned
from tereze.contracts.emergencies import EmergencyAccessOpened, EmergencyAccessReviewed
from tereze.contracts.events import Envelope
from tereze.contracts.identities import PersonIdentified
from tereze.contracts.parting import CaseParted
from tereze.contracts.referrals import ReferralSubmitted, SealedForRegistry
from tereze.contracts.tasks import TaskHandedOver, TaskNotAchieved, TaskReopened, TaskVoided
from tereze.contracts.words import Channel, ReviewFinding, TaskState
from tereze.registry import duties
from tereze.registry.domain.survivorship import Origin
from tereze.registry.expecting import take_in
from tereze.registry.store.records import Account

handlers = Handlers()
handlers.include(exclusion_handlers)
_HELD = frozenset({TaskState.ACCEPTED, TaskState.IN_PROGRESS, TaskState.ON_HOLD})


@handlers.on(ReferralSubmitted)
async def identify_child(event: ReferralSubmitted, work: Work, _envelope: Envelope) -> None:
    """Match the child or make a new person, and say who it is."""
    account = Account(
        record_id=event.referral_id,
        agency_id=event.agency_id,
        received_at=event.received_at,
        region_code=event.region_code,
        origin=Origin.REFERRAL if event.channel is Channel.AGENCY_API else Origin.REPORT,
        risk=event.risk,
        particulars=work.runtime.sealer.open(event.sealed_particulars, SealedForRegistry),
    )
    identified = await take_in(work, account)
    if identified is not None:
        work.publish(
            PersonIdentified(
                referral_id=event.referral_id,
                person_id=identified.person_id,
                matched_by=identified.matched_by,
                flags=identified.flags,
                revision=identified.revision,
            )
        )


@handlers.on(CaseOpened)
async def note_case(event: CaseOpened, work: Work, _envelope: Envelope) -> None:
    """Remember whom the case is about."""
    await duties.put_case(work, event.case_id, event.person_id)


@handlers.on(CasePersonSettled)
async def settle_case(event: CasePersonSettled, work: Work, _envelope: Envelope) -> None:
    """A provisional case turned out to be about this person."""
    await duties.put_case(work, event.case_id, event.person_id)


@handlers.on(CaseJoined)
async def join_case(event: CaseJoined, work: Work, _envelope: Envelope) -> None:
    """Duties of a joined case are duties of the one it went into."""
    await duties.join_case(work, event.case_id, event.into_case_id)


@handlers.on(CaseParted)
async def part_case(event: CaseParted, work: Work, _envelope: Envelope) -> None:
    """A case that went on in another goes on by itself."""
    await duties.part_case(work, event.case_id, event.person_id)


@handlers.on(CaseClosed)
async def close_case(event: CaseClosed, work: Work, _envelope: Envelope) -> None:
    """Nobody owes the child anything on it: it is no open case."""
    await duties.end_case(work, event.case_id)


@handlers.on(CaseScreenedOut)
async def screen_out_case(event: CaseScreenedOut, work: Work, _envelope: Envelope) -> None:
    """No open case either, unless another body is yet to look at it again."""
    await duties.end_case(work, event.case_id, ended=not event.sampled)


@handlers.on(CaseReviewed)
async def note_second_look(event: CaseReviewed, work: Work, _envelope: Envelope) -> None:
    """The second look is over: rightly screened out, it is no open case any more."""
    await duties.end_case(work, event.case_id, ended=event.finding is ReviewFinding.RIGHTLY_SCREENED_OUT)


@handlers.on(CaseReopened)
async def reopen_case(event: CaseReopened, work: Work, _envelope: Envelope) -> None:
    """Somebody works for the child again."""
    await duties.end_case(work, event.case_id, ended=False)


async def note_access(event: EmergencyAccessOpened | EmergencyAccessReviewed, work: Work, _envelope: Envelope) -> None:
    """Until it ends, the person to whom the case was opened may know who the child is."""
    await duties.put_access(
        work, access_id=event.access_id, case_id=event.case_id, staff_id=event.staff_id, ends_at=event.ends_at
    )


handlers.on(EmergencyAccessOpened)(note_access)
handlers.on(EmergencyAccessReviewed)(note_access)


@handlers.on(TaskAssigned)
async def note_assigned(event: TaskAssigned, work: Work, envelope: Envelope) -> None:
    """A duty that comes from another case with its holder goes on there."""
    if event.state in _HELD:
        await duties.put_duty(
            work, task_id=event.task_id, case_id=event.case_id, agency_id=event.agency_id, at=envelope.time
        )


async def note_accepted(event: TaskEvent, work: Work, envelope: Envelope) -> None:
    """Accepted, or taken as it stood: from now on the holder may know who the child is."""
    await duties.put_duty(
        work, task_id=event.task_id, case_id=event.case_id, agency_id=event.agency_id, at=envelope.time
    )


for _accepting in (TaskAccepted, TaskHandedOver):
    handlers.on(_accepting)(note_accepted)


async def note_ended(event: TaskEvent, work: Work, envelope: Envelope) -> None:
    """Done or not, refused, taken back, or owed again by an agency that has yet to accept: the need to know ends."""
    await duties.put_duty(work, task_id=event.task_id, case_id=event.case_id, agency_id=None, at=envelope.time)


for _ending in (
    TaskFulfilled,
    TaskNotAchieved,
    TaskDeclined,
    TaskWithdrawn,
    TaskVoided,
    TaskRerouted,
    TaskReopened,
    TaskOverturned,
):
    handlers.on(_ending)(note_ended)
