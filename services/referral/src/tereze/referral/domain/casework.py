"""Decides how a case goes from triage to its closing and back; must never close one on which a mandatory task is open."""

from hashlib import sha256

from tereze.contracts.casework import CaseClosed, CaseClosing, CaseReopened, CaseReviewed, CaseScreenedOut
from tereze.contracts.facts import Conflict, Forbidden
from tereze.contracts.words import (
    AgencyKind,
    CaseState,
    ClockKind,
    CloseReason,
    ReopenReason,
    ReviewFinding,
    ScreenOutReason,
    StaffRole,
    WithdrawReason,
)
from tereze.protocol import GRAVE
from tereze.referral.domain.casefile import Capacity, CaseFile, Moment
from tereze.referral.domain.commands import withdraw_task
from tereze.referral.domain.duties import start_duty
from tereze.referral.domain.response import respond
from tereze.referral.domain.standing import LIVE, CaseNotLive, is_coordinator
from tereze.referral.domain.tasks import Actor

_OUTLIVE = frozenset(
    {
        ClockKind.TELL_REPORTER,
        ClockKind.REVIEW_SCREENING,
        ClockKind.REVIEW_EMERGENCY_ACCESS,
        ClockKind.INDEPENDENT_REVIEW,
        ClockKind.PLACEMENT,
        ClockKind.PLACEMENT_REVIEW,
        ClockKind.PLACEMENT_TERM,
    }
)
"""Duties that stay owed when the case itself needs nobody any more."""
_REVIEWERS = (AgencyKind.REGIONAL_DEPARTMENT, AgencyKind.OMBUDSMAN, AgencyKind.MINISTRY)
_REOPENABLE = frozenset({CaseState.CLOSING, CaseState.CLOSED, CaseState.SCREENED_OUT})


class NotInThisState(Conflict):
    """The case is in a state that this does not start from."""

    code = "case-not-in-this-state"
    title = "The case's state does not allow this"


class ScreeningBarred(Conflict):
    """At this risk, or once somebody works on it, a report is answered, not screened out."""

    code = "screening-barred"
    title = "This case cannot be screened out"


class MandatoryTasksOpen(Conflict):
    """Somebody still owes the child something."""

    code = "mandatory-tasks-open"
    title = "Mandatory tasks are still open"


class ChildHasLiveCase(Conflict):
    """Work on the child goes on in another case."""

    code = "child-has-live-case"
    title = "Work on this child goes on in another case"


class NotForYou(Forbidden):
    """Only a coordinator of the case, or whoever is asked to review it, may do this."""

    code = "not-for-you"
    title = "Your role does not allow this on a case"


def screen_out(file: CaseFile, by: Actor, reason: ScreenOutReason, moment: Moment) -> None:
    """A named coordinator finds the report below the threshold. Some of these, the same at every run, are looked at again.

    Raises NotForYou, NotInThisState before triage, ScreeningBarred.
    """
    _check_coordinator(file, by)
    if file.state is not CaseState.TRIAGED:
        raise NotInThisState("triage comes first", current_state=file.state, current_version=file.version)
    if file.risk in GRAVE or file.taken:
        raise ScreeningBarred(current_state=file.state, current_version=file.version)
    sampled = is_sampled(file.case_id, moment.pack.rules.screened_out_sample_percent)
    for task in file.open_tasks():
        withdraw_task(file, task, None, WithdrawReason.SCREENED_OUT, moment)
    file.state, file.under_review = CaseState.SCREENED_OUT, sampled or file.awaits_review
    file.tell(CaseScreenedOut, **_said(file, by), reason=reason, sampled=sampled)
    _end_duties(file, moment)
    if sampled:
        _ask_for_review(file, by, moment)


def is_sampled(case_id: str, percent: int) -> bool:
    """Whether a screened-out case is looked at again: by its id alone, so that nobody can choose."""
    return int.from_bytes(sha256(case_id.encode()).digest()[:4]) % 100 < percent


def review_screening(file: CaseFile, by: Actor, finding: ReviewFinding, moment: Moment) -> None:
    """The body that was asked, or the Ombudsman, looks again. Raises NotForYou or NotInThisState."""
    clocks = [clock for clock in file.going_clocks(None) if clock.kind is ClockKind.REVIEW_SCREENING]
    asked = by.agency_id in {clock.agency_id for clock in clocks} and by.agency_id not in file.excluded
    if not asked and StaffRole.OMBUDSMAN not in by.roles:
        raise NotForYou
    if not file.under_review or file.state is not CaseState.SCREENED_OUT:
        raise NotInThisState(current_state=file.state, current_version=file.version)
    file.tell(CaseReviewed, finding=finding, by_agency_id=by.agency_id, by_staff_id=by.staff_id)
    for clock in clocks:
        file.stop_clock(clock, moment.now)
    file.under_review = file.awaits_review
    if finding is ReviewFinding.RESPONSE_NEEDED:
        _work_again(file, by, ReopenReason.REVIEW_FOUND_SO, moment)


def close_case(file: CaseFile, by: Actor, reason: CloseReason, moment: Moment) -> None:
    """No mandatory task is open: what is left winds down, and the case closes by itself with the last of it.

    Raises NotForYou, CaseNotLive, MandatoryTasksOpen with their names.
    """
    _check_coordinator(file, by)
    if file.state not in LIVE or file.state is CaseState.CLOSING:
        raise CaseNotLive(current_state=file.state, current_version=file.version)
    owed = [task for task in file.pending_tasks() if task.mandatory and not task.awaits_confirmation]
    if owed:
        names = ", ".join(f"{task.task_id} ({task.service})" for task in owed)
        raise MandatoryTasksOpen(f"still open: {names}", current_state=file.state, current_version=file.version)
    file.state = CaseState.CLOSING
    file.tell(CaseClosing, **_said(file, by), reason=reason)
    wind_down(file, moment)


def wind_down(file: CaseFile, moment: Moment) -> None:
    """A closing case closes as soon as nobody owes anything on a task of it."""
    if file.state is CaseState.CLOSING and not file.pending_tasks():
        file.state = CaseState.CLOSED
        file.tell(CaseClosed, state=file.state)
        _end_duties(file, moment)


def reopen_case(file: CaseFile, by: Actor, reason: ReopenReason, moment: Moment) -> None:
    """Work goes on, and the protocol's duties run anew from now. Raises NotForYou or NotInThisState."""
    if not is_coordinator(file, by) and StaffRole.OMBUDSMAN not in by.roles:
        raise NotForYou
    if file.state not in _REOPENABLE:
        raise NotInThisState(current_state=file.state, current_version=file.version)
    _work_again(file, by, reason, moment)


def _work_again(file: CaseFile, by: Actor, reason: ReopenReason, moment: Moment) -> None:
    file.state = CaseState.REOPENED
    file.tell(CaseReopened, **_said(file, by), reason=reason)
    for clock in file.going_clocks(None):
        if clock.kind is ClockKind.REVIEW_SCREENING:
            file.stop_clock(clock, moment.now)
    file.under_review = file.awaits_review
    respond(file, moment, since=moment.now, anew=frozenset(ClockKind))


def _ask_for_review(file: CaseFile, by: Actor, moment: Moment) -> None:
    """Another body than the one that screened the report out; where there is none, nobody is asked and the flag stays."""
    barred = file.excluded | {by.agency_id}
    found = (moment.roster.of_kind(kind, excluded=barred) for kind in _REVIEWERS)
    reviewer = next((agency.agency_id for agency in found if agency), None)
    if reviewer:
        file.admit(reviewer, Capacity.TOLD)
        start_duty(file, ClockKind.REVIEW_SCREENING, reviewer, moment.pack.rules.review_screening, moment)


def _end_duties(file: CaseFile, moment: Moment) -> None:
    for clock in file.going_clocks(None):
        if clock.kind not in _OUTLIVE:
            file.cancel_clock(clock, moment.now)


def _check_coordinator(file: CaseFile, by: Actor) -> None:
    if not is_coordinator(file, by):
        raise NotForYou


def _said(file: CaseFile, by: Actor) -> dict[str, object]:
    return {"state": file.state, "by_agency_id": by.agency_id, "by_staff_id": by.staff_id}
