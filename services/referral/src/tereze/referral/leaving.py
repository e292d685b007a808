"""Decides that whoever leaves a body stays kept out of what it is kept out of; must never let a move open a case to somebody."""

from tereze.chassis import replica
from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.directory import StaffPublished
from tereze.contracts.events import Envelope
from tereze.referral.domain.keeping_out import stay_out
from tereze.referral.moments import moment_of
from tereze.referral.store.casefiles import keep_case, lock_cases
from tereze.referral.store.exclusions import from_what_they_left

handlers = Handlers()


@handlers.on(StaffPublished)
async def take_leaving(event: StaffPublished, work: Work, _envelope: Envelope) -> None:
    """Somebody may have been moved. Of every case their old body was kept out of by then, they are kept out in person."""
    record = await replica.staff(work, event.key_id)
    if record is None or record.left_agency_id is None or record.left_at is None:
        return
    for case_id, exclusion_id in await from_what_they_left(
        work, record.staff_id, record.left_agency_id, record.left_at
    ):
        [file] = await lock_cases(work, case_id)
        if exclusion_id in file.exclusions:
            moment = await moment_of(work, file)
            stay_out(file, exclusion_id, record.staff_id, moment)
            await keep_case(work, file, moment.pack)
