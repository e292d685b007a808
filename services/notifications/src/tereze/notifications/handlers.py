"""Decides what is kept of each event of a case and who is to hear of it; must never decide what they may see of it."""

from tereze.chassis.exclusions import exclusion_handlers
from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.cases import CaseEvent, CaseJoined
from tereze.contracts.events import Envelope, event_types
from tereze.contracts.exclusions import ExclusionLifted, ExclusionRecorded
from tereze.notifications.domain.participation import changes, named
from tereze.notifications.store import deliveries, log, participants

handlers = Handlers()
handlers.include(exclusion_handlers)  # first: nobody who is kept out is addressed by the event that says so


async def keep_and_address(event: CaseEvent, work: Work, envelope: Envelope) -> None:
    """Put the event into the log and line it up for everybody it concerns, in this transaction."""
    newcomers = await participants.apply_changes(work, event.case_id, changes(event))
    await log.catch_up(work, event.case_id, newcomers)
    await log.record(work, event, envelope, named(event))
    if isinstance(event, CaseJoined):
        newcomers = await participants.carry_over(work, event.case_id, event.into_case_id)
        await log.catch_up(work, event.into_case_id, newcomers)


@handlers.on(ExclusionLifted)
async def tell_again(event: ExclusionLifted, work: Work, _envelope: Envelope) -> None:
    """Whoever takes part and may hear again hears the case from its first event."""
    await log.catch_up(work, event.case_id, await participants.taking_part(work, event.case_id, event.agency_ids))


for _shape in event_types().values():
    if issubclass(_shape, CaseEvent):
        handlers.on(_shape)(keep_and_address)


@handlers.on(ExclusionRecorded)
async def withhold_what_waits(event: ExclusionRecorded, work: Work, _envelope: Envelope) -> None:
    """What is lined up for whoever is kept out is neither sent nor counted. After the lanes were locked, as everywhere."""
    await deliveries.withhold_case(work, event.case_id, (*event.agency_ids, *event.staff_ids))
