"""Decides what happens to somebody's duties when they may not act any more; must never leave one with them."""

from tereze.chassis import replica
from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.directory import StaffPublished, StaffRecord
from tereze.contracts.events import Envelope
from tereze.contracts.staffing import PassReason
from tereze.referral.domain.staffing import relieve
from tereze.referral.moments import moment_of
from tereze.referral.store.casefiles import keep_case, lock_cases
from tereze.referral.store.staff import cases_of, colleagues_at

handlers = Handlers()


@handlers.on(StaffPublished)
async def take_standing(event: StaffPublished, work: Work, _envelope: Envelope) -> None:
    """Somebody's standing changed. What counts is how they stand now, whichever news of them this is."""
    record = await replica.staff(work, event.key_id)
    if record is None:
        return
    for case_id in await cases_of(work, record.staff_id):
        await _relieve_in(work, case_id, record)


async def _relieve_in(work: Work, case_id: str, record: StaffRecord) -> None:
    [file] = await lock_cases(work, case_id)
    moment = await moment_of(work, file)
    for task in file.open_tasks():
        if task.responsible_staff_id != record.staff_id:
            continue
        reason = _reason(record, task.agency_id, work)
        if reason is not None:
            relieve(file, task, await colleagues_at(work, task.agency_id), reason, moment)
    if file.touched:
        await keep_case(work, file, moment.pack)


def _reason(record: StaffRecord, agency_id: str, work: Work) -> PassReason | None:
    if not record.active:
        return PassReason.SUSPENDED
    if record.agency_id != agency_id:
        return PassReason.LEFT_THE_AGENCY
    return None if record.fit_at(work.now) else PassReason.NOT_ATTESTED
