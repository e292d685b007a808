"""Decides who answers for a task when an agency takes it; must never name somebody who may not act."""

from tereze.chassis.http import Principal
from tereze.chassis.work import Work
from tereze.contracts.facts import Conflict, Invalid
from tereze.referral.domain.staffing import SPECIALISTS, lightest
from tereze.referral.store.staff import colleagues_at, fit_staff, kept_out_of


class NotYourStaff(Invalid):
    """The responsible person does not work for the agency, or may not act at present."""

    code = "not-your-staff"
    title = "The responsible person must be a staff member of your agency who may act at present"


class NobodyFit(Conflict):
    """No specialist of the agency may act at present."""

    code = "nobody-fit"
    title = "Nobody of your agency may take this at present; a manager can, by accepting it in person"


async def person_for(work: Work, caller: Principal, named: str | None, task_id: str) -> str:
    """Whom the caller names; unnamed: a specialist takes it in person, for anybody else the lightest colleague is chosen.

    Whoever is returned may act until this transaction ends. Raises NotYourStaff, or NobodyFit to an agency's computer.
    """
    if named is not None:
        member = await fit_staff(work, named)
        if member is None or member.agency_id != caller.agency_id:
            raise NotYourStaff(pointer="/responsible_staff_id")
        return named
    in_person = bool(caller.roles & SPECIALISTS)
    chosen = None if in_person else await _lightest_held(work, caller.agency_id, task_id)
    if chosen is None:
        if caller.roles == {"system"} or await fit_staff(work, caller.staff_id) is None:
            raise NobodyFit
        return caller.staff_id
    return chosen


async def _lightest_held(work: Work, agency_id: str, task_id: str) -> str | None:
    """The lightest fit colleague, held so; one who ceased to be fit while we looked is passed over."""
    barred, colleagues = await kept_out_of(work, task_id), await colleagues_at(work, agency_id)
    while (chosen := lightest(colleagues, barred=barred)) is not None:
        if await fit_staff(work, chosen) is not None:
            return chosen
        barred |= {chosen}
    return None
