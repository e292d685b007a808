"""Decides what oversight remembers of each clock because an event told it; must never reckon a deadline itself."""

from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.cases import ClockBreached, ClockEscalated, ClockEvent, ClockStarted, ClockStopped, ClockWarned
from tereze.contracts.events import Envelope
from tereze.contracts.identities import ReviewDecided, ReviewEvent, ReviewOpened, ReviewOverdue
from tereze.oversight.domain import clock_of, news_of
from tereze.oversight.store import keep_clock

handlers = Handlers()


async def follow_clock(event: ClockEvent | ReviewEvent, work: Work, _envelope: Envelope) -> None:
    """Keep what the event says of its clock, a case's or an identity review's; older news than what is kept changes nothing."""
    await keep_clock(work, clock_of(event), news_of(event))


for _shape in (ClockStarted, ClockWarned, ClockBreached, ClockEscalated, ClockStopped):
    handlers.on(_shape)(follow_clock)
for _of_review in (ReviewOpened, ReviewOverdue, ReviewDecided):
    handlers.on(_of_review)(follow_clock)
