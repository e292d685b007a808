"""Decides when a case is reviewed independently and by whom; must never leave the review to a body that the case is kept from."""

from datetime import datetime

from tereze.contracts.facts import Conflict, Forbidden
from tereze.contracts.inquiries import IndependentFinding, IndependentlyReviewed, IndependentReviewOpened
from tereze.contracts.words import AgencyKind, ClockKind
from tereze.protocol import due
from tereze.referral.domain.casefile import Capacity, CaseFile, Moment
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.tasks import Actor


class NoReviewOpen(Conflict):
    """No independent review of the case is open."""

    code = "no-review-open"
    title = "No independent review of this case is open"


class NotTheReviewer(Forbidden):
    """Another body owes the findings."""

    code = "not-the-reviewer"
    title = "The independent review of this case is another body's"


def open_inquiry(file: CaseFile, moment: Moment, since: datetime) -> None:
    """Let the Ombudsman look at how the case is handled, once; where it must not, the bodies of last resort."""
    if any(clock.kind is ClockKind.INDEPENDENT_REVIEW for clock in file.clocks.values()):
        return
    reviewer = moment.roster.holder(AgencyKind.OMBUDSMAN, excluded=file.excluded).agency_id
    file.admit(reviewer, Capacity.TOLD)
    file.under_review = True
    clock = Clock(
        clock_id=moment.new_id("clk"),
        kind=ClockKind.INDEPENDENT_REVIEW,
        task_id=None,
        agency_id=reviewer,
        risk=file.risk,
        started_at=since,
        due_at=due(moment.in_force.rules.independent_review, since, moment.calendar_of(reviewer)),
    )
    file.tell(IndependentReviewOpened, agency_id=reviewer, due_at=clock.due_at)
    file.start_clock(clock)


def record_findings(file: CaseFile, by: Actor, findings: tuple[IndependentFinding, ...], moment: Moment) -> None:
    """The body that owes them says what it found. Raises NoReviewOpen or NotTheReviewer."""
    owed = [clock for clock in file.going_clocks(None) if clock.kind is ClockKind.INDEPENDENT_REVIEW]
    if not owed:
        raise NoReviewOpen(current_state=file.state, current_version=file.version)
    if by.agency_id not in {clock.agency_id for clock in owed} - file.excluded:
        raise NotTheReviewer
    told = tuple(dict.fromkeys(findings))
    file.tell(IndependentlyReviewed, findings=told, by_agency_id=by.agency_id, by_staff_id=by.staff_id)
    for clock in owed:
        file.stop_clock(clock, moment.now)
    file.under_review = file.awaits_review
