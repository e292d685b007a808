"""Decides which cases join or come apart because persons did; must never leave one child with two live cases or two with one."""

from collections.abc import Collection, Iterable, Sequence

from tereze.chassis.work import Work
from tereze.referral.domain.casefile import CaseFile, Referral
from tereze.referral.domain.parting import open_apart, part_cases
from tereze.referral.domain.response import settle_person
from tereze.referral.moments import moment_of, new_moment
from tereze.referral.placing import join_files, place_referral
from tereze.referral.store.casefiles import keep_case, live_case_of, lock_cases
from tereze.referral.store.parting import cases_of_person, joined_into, move_referrals, told_on
from tereze.referral.store.referrals import assign_identity, find_referral, referrals_of


def referrals_among(records: Iterable[str]) -> list[str]:
    """Of a person's records those that are referrals; a roll's rows are none of a case's."""
    return [record for record in records if record.startswith("ref_")]


async def follow_merge(work: Work, survivor_id: str, retired_id: str, referrals: Sequence[str], revision: int) -> None:
    """Both persons are one child: what is the retired one's is the survivor's, and two live cases become one."""
    await work.lock(survivor_id, retired_id)
    await _reassign(work, referrals, survivor_id, revision)
    live = [found for person in (survivor_id, retired_id) if (found := await live_case_of(work, person))]
    for file in await lock_cases(work, *await cases_of_person(work, retired_id)):
        settle_person(file, survivor_id)
        if file.case_id in live and len(live) > 1:
            [other] = await lock_cases(work, live[0])
            await join_files(work, other, file)
        else:
            await keep_case(work, file, (await moment_of(work, file)).pack)


async def follow_parting(work: Work, person_id: str, other_id: str, referrals: Sequence[str], revision: int) -> None:
    """These referrals are about another child: they go to that child's own case, which goes on where it was."""
    await work.lock(person_id, other_id)
    await _reassign(work, referrals, other_id, revision)
    for case_id in await cases_of_person(work, person_id):
        [file] = await lock_cases(work, case_id)
        on_case = [referral for _, referral in await referrals_of(work, case_id)]
        going = [referral for referral in on_case if referral.referral_id in referrals]
        staying = [referral for referral in on_case if referral.referral_id not in referrals]
        if going and not staying:
            settle_person(file, other_id)
            await keep_case(work, file, (await moment_of(work, file)).pack)
        elif going:
            await _part(work, file, other_id, staying, going)


async def _part(
    work: Work, file: CaseFile, other_id: str, staying: Sequence[Referral], going: Sequence[Referral]
) -> None:
    """The joined case opens again with what was its own, whichever of the two children that was."""
    for joined in await lock_cases(work, *await joined_into(work, file.case_id)):
        attached, tasks = await told_on(work, joined.case_id)
        if attached & _ids(going):
            await _reopen(work, file, joined, other_id, staying=staying, going=going, returning=tasks)
            return
        if attached & _ids(staying):
            person_id = file.person_id
            settle_person(file, other_id)
            await _reopen(work, file, joined, person_id, staying=going, going=staying, returning=tasks)
            return
    await _open_anew(work, file, other_id, staying, going)


async def _reopen(
    work: Work,
    stays: CaseFile,
    goes: CaseFile,
    person_id: str,
    *,
    staying: Sequence[Referral],
    going: Sequence[Referral],
    returning: Collection[str],
) -> None:
    moment = await moment_of(work, stays)
    if goes.person_id != person_id:
        settle_person(goes, person_id)
    part_cases(stays, goes, staying=staying, going=going, returning=returning, moment=moment)
    await _keep_both(work, stays, goes, going)


async def _open_anew(
    work: Work, stays: CaseFile, other_id: str, staying: Sequence[Referral], going: Sequence[Referral]
) -> None:
    """There was never a case of their own: one opens, its clocks running since the first of its referrals."""
    moment = await new_moment(work, stays.region_code)
    goes = open_apart(stays, other_id, staying=staying, going=going, moment=moment)
    await _keep_both(work, stays, goes, going)


async def _keep_both(work: Work, stays: CaseFile, goes: CaseFile, going: Sequence[Referral]) -> None:
    for file in (stays, goes):
        await keep_case(work, file, (await moment_of(work, file)).pack)
    await move_referrals(work, stays.case_id, goes.case_id, sorted(_ids(going)))


async def _reassign(work: Work, referrals: Sequence[str], person_id: str, revision: int) -> None:
    """Whose child each referral is about from now on. One that was never placed waited for this news."""
    for referral_id in referrals:
        await work.lock(referral_id)
        if await assign_identity(work, referral_id, person_id, revision):
            kept = await find_referral(work, referral_id)
            if kept is not None and kept.case_id is None:
                await place_referral(work, kept, person_id)


def _ids(referrals: Sequence[Referral]) -> set[str]:
    return {referral.referral_id for referral in referrals}
