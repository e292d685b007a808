"""Decides how one case of two children becomes two again; must never lose a task, a referral, an exclusion or an earlier start."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from tereze.contracts.parting import CaseParted, ReferralDetached
from tereze.contracts.words import CaseState, WithdrawReason
from tereze.referral.domain.casefile import Capacity, CaseFile, Moment, Referral
from tereze.referral.domain.commands import withdraw_task
from tereze.referral.domain.handover import tell_assigned
from tereze.referral.domain.joining import share_exclusions
from tereze.referral.domain.response import attach_referral, open_case, respond
from tereze.referral.domain.tasks import Task


def part_cases(
    stays: CaseFile,
    goes: CaseFile,
    *,
    staying: Sequence[Referral],
    going: Sequence[Referral],
    returning: Collection[str],
    moment: Moment,
) -> None:
    """Let ``goes``, which had been joined into ``stays``, go on by itself with the referrals that are ``going``.

    Tasks that had come with it (``returning``) go back with their holder, state and clocks; whatever either case then lacks
    begins when the first of its referrals was received. No limit gets more time.
    """
    goes.state, goes.joined_into = CaseState.REOPENED, None
    goes.tell(CaseParted, from_case_id=stays.case_id, person_id=goes.person_id)
    share_exclusions(goes, stays, moment)
    for task in stays.open_tasks():
        if task.task_id in returning:
            _give_back(stays, goes, task, moment)
    _detach(stays, staying, going)
    for referral in going:
        attach_referral(goes, referral, moment)
    respond(stays, moment, since=min(referral.received_at for referral in staying))


def open_apart(
    stays: CaseFile, person_id: str, *, staying: Sequence[Referral], going: Sequence[Referral], moment: Moment
) -> CaseFile:
    """The first case of a child whose referrals were on another child's; its clocks run since each was received."""
    shared = tuple(one.shared(moment.new_id("exc")) for one in stays.exclusions.values())
    goes = open_case(replace(going[0], exclusions=shared), person_id, moment, provisional=False)
    for referral in going[1:]:
        attach_referral(goes, referral, moment)
    _detach(stays, staying, going)
    return goes


def _detach(stays: CaseFile, staying: Sequence[Referral], going: Sequence[Referral]) -> None:
    still = {referral.agency_id for referral in staying}
    for referral in going:
        stays.tell(
            ReferralDetached,
            referral_id=referral.referral_id,
            agency_id=referral.agency_id,
            still_refers=referral.agency_id in still,
        )
    for agency_id in {referral.agency_id for referral in going} - still:
        stays.dismiss(agency_id, Capacity.REFERRER)


def _give_back(stays: CaseFile, goes: CaseFile, task: Task, moment: Moment) -> None:
    """The duty goes on under a new id: both cases tell of it, and whoever hears them in either order is not misled."""
    clocks = stays.going_clocks(task.task_id)
    returned = replace(task, task_id=moment.new_id("tsk"), offered_agency_id=None, hand_over=False, version=1)
    withdraw_task(stays, task, None, WithdrawReason.CASE_PARTED, moment)
    tell_assigned(goes, returned)
    for clock in clocks:
        successor = clock.successor(moment.new_id("clk"), task_id=returned.task_id, risk=goes.risk)
        goes.start_clock(successor)
