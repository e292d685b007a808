"""Decides what happens the moment a referral or a coordinator names somebody; must never wait for the case, nor tell which case it is."""

from collections.abc import Iterable

from tereze.access import kept_out_by
from tereze.chassis import replica
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.exclusions import ExclusionBasis, StaffAccused
from tereze.contracts.referrals import NamedBody, ReferralSubmitted
from tereze.contracts.words import Category
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.domain.exclusion import Exclusion
from tereze.referral.domain.keeping_out import keep_out, lift_exclusion
from tereze.referral.domain.tasks import Actor
from tereze.referral.moments import moment_of
from tereze.referral.store.casefiles import keep_case, lock_cases
from tereze.referral.store.exclusions import joined_into, keep_named, mark_lifted


async def keep_out_whom_it_names(work: Work, event: ReferralSubmitted) -> None:
    """Whom a referral names is kept with it, in its transaction; accused staff lose their access now."""
    institutional = Category.INSTITUTIONAL in event.categories
    exclusions = [await exclusion_of(work, named, institutional=institutional) for named in event.concerns]
    await keep_named(work, event.referral_id, exclusions)
    suspend_accused(work, exclusions)


async def exclusion_of(
    work: Work,
    named: NamedBody,
    *,
    institutional: bool,
    basis: ExclusionBasis | None = None,
    by: Actor | None = None,
) -> Exclusion:
    """A new exclusion of a body with everybody who goes with it. Without a basis: as the referral named it."""
    agencies = await replica.family(work, [named.agency_id])
    return Exclusion(
        exclusion_id=new_id("exc"),
        basis=basis or (ExclusionBasis.ACCUSED if named.accused else ExclusionBasis.MUST_NOT_SEE),
        bodies=kept_out_by(named, agencies, institutional=institutional),
        recorded_at=work.now,
        by_agency_id=by.agency_id if by else None,
        by_staff_id=by.staff_id if by else None,
    )


def suspend_accused(work: Work, exclusions: Iterable[Exclusion]) -> None:
    """Tell the directory which staff are accused; it ends their access everywhere."""
    for exclusion in exclusions:
        if exclusion.basis is ExclusionBasis.ACCUSED:
            for staff_id in sorted(exclusion.bodies.staff_ids):
                work.publish(
                    StaffAccused(
                        staff_id=staff_id, exclusion_id=exclusion.exclusion_id, accused_at=exclusion.recorded_at
                    )
                )


async def keep_out_of(work: Work, file: CaseFile, exclusion: Exclusion) -> None:
    """Keep a body out of a case from now on, and out of every case that was joined into it."""
    suspend_accused(work, [exclusion])
    moment = await moment_of(work, file)
    keep_out(file, exclusion, moment)
    await keep_case(work, file, moment.pack)
    await share_with_joined(work, file, [exclusion])


async def share_with_joined(work: Work, file: CaseFile, exclusions: Iterable[Exclusion]) -> None:
    """What was learnt late of a case holds for the files that went on in it."""
    shared = list(exclusions)
    for joined in await lock_cases(work, *(await joined_into(work, file.case_id))) if shared else ():
        moment = await moment_of(work, joined)
        for exclusion in shared:
            keep_out(joined, exclusion.shared(new_id("exc")), moment)
        await keep_case(work, joined, moment.pack)


async def let_in(work: Work, file: CaseFile, exclusion_id: str, by: Actor) -> None:
    """Two persons found that an exclusion does not hold: not on the case, nor on any file that went on in it."""
    origin = file.exclusions[exclusion_id].origin
    for each in (file, *(await lock_cases(work, *(await joined_into(work, file.case_id))))):
        lifted = [known for known, one in each.exclusions.items() if one.origin == origin]
        for known in lifted:
            lift_exclusion(each, known, by)
        await keep_case(work, each, (await moment_of(work, each)).pack)
        await mark_lifted(work, lifted, by.staff_id)
