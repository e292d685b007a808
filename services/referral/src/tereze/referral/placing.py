"""Decides which case a referral comes onto; must never leave one child with two live cases."""

from dataclasses import replace

from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.referral.accusing import share_with_joined
from tereze.referral.domain.accumulation import accumulate, window_start
from tereze.referral.domain.casefile import CaseFile, Moment, Referral
from tereze.referral.domain.joining import join_cases, survivor_first
from tereze.referral.domain.response import attach_referral, open_case, settle_person
from tereze.referral.moments import moment_of, new_moment
from tereze.referral.store.casefiles import keep_case, live_case_of, lock_cases
from tereze.referral.store.exclusions import named_by
from tereze.referral.store.referrals import KeptReferral, move_to_case, put_on_case, referrals_of, reports_on
from tereze.referral.store.rooms import move_rooms


async def place_referral(work: Work, kept: KeptReferral, person_id: str) -> None:
    """Attach the referral to the person's live case, or open one."""
    await work.lock(person_id)
    case_id = await live_case_of(work, person_id)
    if case_id is None:
        await _open(work, kept, person_id, provisional=False)
        return
    [file] = await lock_cases(work, case_id)
    moment = await moment_of(work, file, also_in=kept.referral.region_code)
    referral = await _with_exclusions(work, kept)
    attach_referral(file, referral, moment)
    await _accumulate(work, file, referral, moment)
    await keep_case(work, file, moment.pack)
    await share_with_joined(work, file, referral.exclusions)
    await put_on_case(work, kept, case_id)


async def open_provisionally(work: Work, kept: KeptReferral) -> None:
    """Open a case on a provisional person: the registry took too long, and a child does not wait."""
    await _open(work, kept, new_id("per"), provisional=True)


async def settle_case(work: Work, case_id: str, person_id: str) -> None:
    """The child of a provisional case is known: the case is theirs, or goes on in the one they have."""
    await work.lock(person_id)
    other_id = await live_case_of(work, person_id)
    files = await lock_cases(work, case_id, *([other_id] if other_id else []))
    file = files[0]
    if not file.provisional or file.joined_into:
        return
    settle_person(file, person_id)
    if len(files) > 1:
        await join_files(work, files[0], files[1])
        return
    moment = await moment_of(work, file)
    for _, referral in await referrals_of(work, case_id):
        await _accumulate(work, file, referral, moment)
    await keep_case(work, file, moment.pack)


async def join_files(work: Work, one: CaseFile, other: CaseFile) -> None:
    """Two cases of one child go on as one."""
    survivor, joined = survivor_first(one, other)
    moment = await moment_of(work, survivor, also_in=joined.region_code)
    referrals = [referral for _, referral in await referrals_of(work, joined.case_id)]
    join_cases(survivor, joined, referrals, moment)
    await keep_case(work, joined, moment.pack)
    await keep_case(work, survivor, moment.pack)
    await move_to_case(work, joined.case_id, survivor.case_id)
    await move_rooms(work, joined.case_id, survivor.case_id)
    for referral in referrals:
        await _accumulate(work, survivor, referral, moment)
    await keep_case(work, survivor, moment.pack)


async def _open(work: Work, kept: KeptReferral, person_id: str, *, provisional: bool) -> None:
    moment = await new_moment(work, kept.referral.region_code, referral_id=kept.referral.referral_id)
    file = open_case(await _with_exclusions(work, kept), person_id, moment, provisional=provisional)
    await _accumulate(work, file, kept.referral, moment)
    await keep_case(work, file, moment.pack)
    await put_on_case(work, kept, file.case_id)


async def _accumulate(work: Work, file: CaseFile, referral: Referral, moment: Moment) -> None:
    """Several low reports on one child within the protocol's window, on whichever case, raise the risk."""
    counted = moment.pack.rules.accumulation.risk
    if referral.risk is counted:
        since = window_start(referral, moment)
        others = await reports_on(work, file.person_id, counted, since, but=referral.referral_id)
        accumulate(file, referral, others, moment)


async def _with_exclusions(work: Work, kept: KeptReferral) -> Referral:
    return replace(kept.referral, exclusions=await named_by(work, kept.referral.referral_id))
