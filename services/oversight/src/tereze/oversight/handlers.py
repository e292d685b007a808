"""Decides what oversight remembers of each clock because an event told it; must never reckon a deadline itself."""

from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.cases import ClockBreached, ClockEscalated, ClockEvent, ClockStarted, ClockStopped, ClockWarned
from tereze.contracts.events import Envelope
from tereze.oversight.domain import news_of
from tereze.oversight.store import keep_clock

handlers = Handlers()


async def follow_clock(event: ClockEvent, work: Work, _envelope: Envelope) -> None:
    """Keep what the event says of its clock; older news than what is kept changes nothing."""
    await keep_clock(work, event, news_of(event))


for _shape in (ClockStarted, ClockWarned, ClockBreached, ClockEscalated, ClockStopped):
    handlers.on(_shape)(follow_clock)
