"""Decides what is kept of each event of a case and who is to hear of it; must never decide what they may see of it.

What comes in one batch is kept and lined up together, by one statement of each kind. What depends on the order settles first.
"""

from collections.abc import Sequence

from tereze.chassis.exclusions import excluded_from, exclusion_handlers
from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.cases import CaseEvent, CaseJoined
from tereze.contracts.events import Envelope, event_types
from tereze.contracts.exclusions import ExclusionLifted, ExclusionRecorded
from tereze.notifications.domain.participation import Joins, Leaves, changes, named
from tereze.notifications.store import deliveries, log, participants
from tereze.notifications.store.log import Heard
from tereze.notifications.store.participants import Joining, Newcomer

handlers = Handlers()


async def _tell(work: Work, came: Sequence[Joining | Newcomer | Heard]) -> None:
    """Newcomers hear what was there before; what came since is addressed to them like to everybody else."""
    joined = await participants.join(work, [one for one in came if isinstance(one, Joining)])
    await log.catch_up(work, [*joined, *(one for one in came if isinstance(one, Newcomer))])
    await log.record(work, [one for one in came if isinstance(one, Heard)])


async def settle_before(_event: CaseEvent, work: Work, _envelope: Envelope) -> None:
    """What came before an exclusion was, or ended, was for those who might hear it then."""
    await work.settle()


handlers.on(ExclusionRecorded)(settle_before)
handlers.on(ExclusionLifted)(settle_before)
handlers.include(exclusion_handlers)  # now: nobody who is kept out is addressed by the event that says so


async def keep_and_address(event: CaseEvent, work: Work, envelope: Envelope) -> None:
    """Put the event into the log and line it up for everybody it concerns, in this transaction."""
    changed = changes(event)
    await _let_leave(event.case_id, [change for change in changed if isinstance(change, Leaves)], work)
    for change in changed:
        if isinstance(change, Joins):
            work.put_off(_tell, Joining(event.case_id, change))
    work.put_off(_tell, Heard(event, envelope, named(event)))
    if isinstance(event, CaseJoined):
        await work.settle()  # whoever came to be told of the one file by now
        for newcomer in await participants.carry_over(work, event.case_id, event.into_case_id):
            work.put_off(_tell, newcomer)


async def _let_leave(case_id: str, leaving: Sequence[Leaves], work: Work) -> None:
    """Whoever leaves was there for what came before."""
    if leaving:
        await work.settle()
        await participants.leave(work, case_id, leaving)


@handlers.on(ExclusionLifted)
async def tell_again(event: ExclusionLifted, work: Work, _envelope: Envelope) -> None:
    """Whoever takes part and may hear again hears the case from its first event."""
    for newcomer in await participants.taking_part(work, event.case_id, event.agency_ids):
        work.put_off(_tell, newcomer)


for _shape in event_types().values():
    if issubclass(_shape, CaseEvent):
        handlers.on(_shape)(keep_and_address)


@handlers.on(ExclusionRecorded)
async def withhold_what_waits(event: ExclusionRecorded, work: Work, _envelope: Envelope) -> None:
    """What is lined up for whoever is kept out is neither sent nor counted. After the lanes were locked, as everywhere."""
    await work.settle()
    kept_out = (await excluded_from(work, [event.case_id])).get(event.case_id, frozenset())
    await deliveries.withhold_case(work, event.case_id, kept_out)
