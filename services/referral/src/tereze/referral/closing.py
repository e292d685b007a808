"""Decides what happens to the duties of a body that was closed; must never leave one with it."""

from tereze.chassis import replica
from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.directory import AgencyPublished
from tereze.contracts.events import Envelope
from tereze.referral.domain.keeping_out import take_from
from tereze.referral.moments import moment_of
from tereze.referral.store.casefiles import keep_case, lock_cases
from tereze.referral.store.staff import cases_held_by

handlers = Handlers()


@handlers.on(AgencyPublished)
async def take_closing(event: AgencyPublished, work: Work, _envelope: Envelope) -> None:
    """A body changed. What counts is how it stands now, whichever news of it this is: of a closed one, others take every duty."""
    body = await replica.agency(work, event.key_id)
    if body is None or body.active:
        return
    for case_id in await cases_held_by(work, body.agency_id):
        [file] = await lock_cases(work, case_id)
        moment = await moment_of(work, file)
        take_from(file, frozenset({body.agency_id}), moment)
        await keep_case(work, file, moment.pack)
