"""Decides what is kept of each event of a case and who is to hear of it; must never decide what they may see of it."""

from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.cases import CaseEvent, CaseJoined
from tereze.contracts.events import Envelope, event_types
from tereze.notifications.domain.participation import changes, named
from tereze.notifications.store import log, participants

handlers = Handlers()


async def keep_and_address(event: CaseEvent, work: Work, envelope: Envelope) -> None:
    """Put the event into the log and line it up for everybody it concerns, in this transaction."""
    newcomers = await participants.apply_changes(work, event.case_id, changes(event))
    await log.catch_up(work, event.case_id, newcomers)
    await log.record(work, event, envelope, named(event))
    if isinstance(event, CaseJoined):
        newcomers = await participants.carry_over(work, event.case_id, event.into_case_id)
        await log.catch_up(work, event.into_case_id, newcomers)


for _shape in event_types().values():
    if issubclass(_shape, CaseEvent):
        handlers.on(_shape)(keep_and_address)
