"""Decides what the registry does when a referral comes in and when duties change hands; must never publish a particular."""

from tereze.chassis.handlers import Handlers
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.cases import (
    CaseJoined,
    CaseOpened,
    CasePersonSettled,
    TaskAccepted,
    TaskDeclined,
    TaskEvent,
    TaskFulfilled,
    TaskRerouted,
    TaskWithdrawn,
)
from tereze.contracts.events import Envelope
from tereze.contracts.identities import PersonIdentified
from tereze.contracts.referrals import ReferralSubmitted, SealedForRegistry
from tereze.registry import duties, store
from tereze.registry.domain import Decision, decide, describe

handlers = Handlers()


@handlers.on(ReferralSubmitted)
async def identify_child(event: ReferralSubmitted, work: Work, _envelope: Envelope) -> None:
    """Match the child or make a new person. Whoever may be the same child waits for the same locks."""
    particulars = work.runtime.sealer.open(event.sealed_particulars, SealedForRegistry)
    child = describe(particulars.child)
    keys = store.blind_keys(work, child)
    await work.lock(*(f"match:{key.value.hex()}" for key in keys))
    if await store.is_recorded(work, event.referral_id):
        return
    sharing, crowded = await store.find_sharing(work, keys)
    decision = decide(child, sharing, crowded=crowded)
    person_id = await _person(decision, work, event)
    await store.record(
        work,
        referral_id=event.referral_id,
        person_id=person_id,
        agency_id=event.agency_id,
        received_at=event.received_at,
        particulars=particulars,
        decision=decision,
    )
    await store.add_keys(work, person_id, keys)
    work.publish(
        PersonIdentified(
            referral_id=event.referral_id,
            person_id=person_id,
            matched_by=decision.matched_by.value,
            flags=decision.flags,
        )
    )


async def _person(decision: Decision, work: Work, event: ReferralSubmitted) -> str:
    if decision.person_id is not None:
        return decision.person_id
    person_id = new_id("per")
    await store.add_person(work, person_id, event.received_at)
    return person_id


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


@handlers.on(TaskAccepted)
async def note_accepted(event: TaskAccepted, work: Work, envelope: Envelope) -> None:
    """From now on the holder may know who the child is."""
    await duties.put_duty(
        work, task_id=event.task_id, case_id=event.case_id, agency_id=event.agency_id, at=envelope.time
    )


async def note_ended(event: TaskEvent, work: Work, envelope: Envelope) -> None:
    """Done, refused, withdrawn, or given to an agency that has yet to accept: the need to know ends."""
    await duties.put_duty(work, task_id=event.task_id, case_id=event.case_id, agency_id=None, at=envelope.time)


for _ending in (TaskFulfilled, TaskDeclined, TaskWithdrawn, TaskRerouted):
    handlers.on(_ending)(note_ended)
