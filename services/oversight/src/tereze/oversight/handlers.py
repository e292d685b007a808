"""Decides what oversight remembers because an event told it; must never reckon an agency's deadline itself."""

from tereze.chassis.exclusions import exclusion_handlers
from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.cases import ClockBreached, ClockEscalated, ClockEvent, ClockStarted, ClockStopped, ClockWarned
from tereze.contracts.eligibility import ServiceGapFound
from tereze.contracts.events import Envelope
from tereze.contracts.identities import ReviewDecided, ReviewEvent, ReviewOpened, ReviewOverdue
from tereze.contracts.operations import DeliveryGivenUp, DutyKind, EventParked, EventUnparked
from tereze.oversight.domain.duties import LIMITS, Duty
from tereze.oversight.domain.standing import clock_of, news_of
from tereze.oversight.store.clocks import keep_clocks
from tereze.oversight.store.duties import keep_duty, lock_duty
from tereze.oversight.store.gaps import keep_gap

handlers = Handlers()
handlers.include(exclusion_handlers)


async def follow_clock(event: ClockEvent | ReviewEvent, work: Work, _envelope: Envelope) -> None:
    """Keep what the event says of its clock, a case's or an identity review's; older news than what is kept changes nothing."""
    work.put_off(keep_clocks, (clock_of(event), news_of(event)))


for _shape in (ClockStarted, ClockWarned, ClockBreached, ClockEscalated, ClockStopped):
    handlers.on(_shape)(follow_clock)
for _of_review in (ReviewOpened, ReviewOverdue, ReviewDecided):
    handlers.on(_of_review)(follow_clock)


@handlers.on(ServiceGapFound)
async def count_gap(event: ServiceGapFound, work: Work, _envelope: Envelope) -> None:
    """A child needed a service and the rules had no ground for it."""
    await keep_gap(work, event)


@handlers.on(EventParked)
async def owe_a_mend(event: EventParked, work: Work, _envelope: Envelope) -> None:
    """A service cannot go on with one key: an operator owes a mend, and the clock runs since then."""
    kind = DutyKind.PARKED_EVENT
    await _owe(
        work,
        Duty(
            duty_id=event.duty_id,
            kind=kind,
            service=event.service,
            topic=event.parked_topic,
            waiting=event.parked_key,
            reason=event.fingerprint,
            since=event.parked_at,
            due_at=event.parked_at + LIMITS[kind].acknowledge,
        ),
    )


@handlers.on(EventUnparked)
async def settle_a_mend(event: EventUnparked, work: Work, _envelope: Envelope) -> None:
    """Nothing of the key waits any more."""
    duty = await lock_duty(work, event.duty_id)
    if duty is not None and not duty.settled:
        duty.settle()
        await keep_duty(work, duty)


@handlers.on(DeliveryGivenUp)
async def owe_a_word(event: DeliveryGivenUp, work: Work, _envelope: Envelope) -> None:
    """An agency was not told by its endpoint: an operator owes it a word by another way."""
    kind = DutyKind.UNDELIVERED
    await _owe(
        work,
        Duty(
            duty_id=event.duty_id,
            kind=kind,
            service="notifications",
            waiting=event.subscription_id,
            agency_id=event.agency_id,
            reason=event.reason.value,
            count=event.deliveries,
            since=event.given_up_at,
            due_at=event.given_up_at + LIMITS[kind].acknowledge,
        ),
    )


async def _owe(work: Work, news: Duty) -> None:
    duty = await lock_duty(work, news.duty_id)
    if duty is None:
        await keep_duty(work, news)
        return
    duty.take_in(news)
    await keep_duty(work, duty)
