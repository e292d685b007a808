"""Decides how a sitting is read with its case and convened when its time has come; must never convene outside the case's lock."""

from dataclasses import dataclass

from tereze.chassis.work import Work
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.commission import Sitting, convene_by_itself, convene_on_request
from tereze.referral.domain.commission_rules import CommissionRules
from tereze.referral.domain.tasks import Actor
from tereze.referral.moments import moment_of
from tereze.referral.rooms import commission_rules
from tereze.referral.store.casefiles import keep_case, lock_cases
from tereze.referral.store.placements import survivor_of
from tereze.referral.store.sittings import keep_sitting, read_sittings, sittings_of


@dataclass(slots=True)
class Table:
    """One sitting with its case, held until the transaction ends."""

    work: Work
    sitting: Sitting
    file: CaseFile
    moment: Moment

    async def keep(self) -> None:
        """Write what changed."""
        await keep_case(self.work, self.file, self.moment.pack)
        await keep_sitting(self.work, self.sitting)


def rules_of(work: Work) -> CommissionRules:
    """The country's rules about sittings."""
    return commission_rules(work.runtime.settings.pack)


async def at_table(work: Work, sitting_id: str) -> Table | None:
    """A sitting as it is now, under its case's lock."""
    seen = await read_sittings(work, sitting_id)
    if not seen:
        return None
    [file] = await lock_cases(work, await survivor_of(work, seen[0].case_id))
    [sitting] = await read_sittings(work, sitting_id)
    sitting.case_id = file.case_id
    return Table(work, sitting, file, await moment_of(work, file))


async def convene_if_due(work: Work, case_id: str) -> None:
    """Convene the commission where an urgent row of the protocol holds that no sitting was about yet."""
    files = await lock_cases(work, case_id)
    if not files:
        return
    file = files[0]
    moment = await moment_of(work, file)
    sitting = convene_by_itself(file, await sittings_of(work, case_id), moment, rules_of(work))
    if sitting is not None:
        await Table(work, sitting, file, moment).keep()


async def convene_for(work: Work, file: CaseFile, by: Actor, *, urgent: bool) -> Table:
    """Convene for a locked case on request. Raises CaseNotLive, ConvenedAlready."""
    moment = await moment_of(work, file)
    earlier = await sittings_of(work, file.case_id)
    sitting = convene_on_request(file, earlier, by, moment, rules_of(work), urgent=urgent)
    table = Table(work, sitting, file, moment)
    await table.keep()
    return table
