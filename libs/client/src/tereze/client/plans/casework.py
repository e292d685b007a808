"""Decides how a case is screened out, planned, closed and taken up again; must never do I/O or repeat a decision somebody overtook.

Like every command it takes the case as it was read, or its id with the ``version`` it was decided on.
"""

from collections.abc import Sequence
from datetime import datetime

from tereze.client.call import Flow, segment
from tereze.client.plans.speaking import given, of_case
from tereze.contracts.cases import CaseSummary, CaseView
from tereze.contracts.casework import CloseCase, ReopenCase, ReviewScreening, ScreenOutCase
from tereze.contracts.evidence import (
    ApproveAssessment,
    RecordDisclosures,
    RecordMinutes,
    RecordPlanReview,
    SignPlan,
    TellReporter,
)
from tereze.contracts.inquiries import IndependentFinding, RecordFindings
from tereze.contracts.tasks import AssignTask
from tereze.contracts.words import CloseReason, ReopenReason, ReviewFinding, ScreenOutReason

OneCase = CaseSummary | str


def screen_out(case: OneCase, *, reason: ScreenOutReason, remark: str, version: int | None = None) -> Flow[CaseView]:
    """Find a triaged report below the threshold, as coordinator, with your reasons."""
    return (yield from of_case(case, "screen-out", ScreenOutCase(reason=reason, remark=remark), version))


def review(case: OneCase, *, finding: ReviewFinding, remark: str, version: int | None = None) -> Flow[CaseView]:
    """Look again at a screened-out report, as the body that was asked."""
    return (yield from of_case(case, "review", ReviewScreening(finding=finding, remark=remark), version))


def record_findings(
    case: OneCase, *, findings: Sequence[IndependentFinding], remark: str, version: int | None = None
) -> Flow[CaseView]:
    """Put on record what an independent review found, as the body that owes it."""
    found = RecordFindings(findings=tuple(findings), remark=remark)
    return (yield from of_case(case, "independent-review", found, version))


def close(
    case: OneCase, *, reason: CloseReason, remark: str | None = None, version: int | None = None
) -> Flow[CaseView]:
    """Close a case, as coordinator; refused while a mandatory task is open."""
    return (yield from of_case(case, "close", given(CloseCase, reason=reason, remark=remark), version))


def reopen(case: OneCase, *, reason: ReopenReason, remark: str, version: int | None = None) -> Flow[CaseView]:
    """Take a closed or screened-out case up again."""
    return (yield from of_case(case, "reopen", ReopenCase(reason=reason, remark=remark), version))


def assign(
    case: OneCase, *, step: str, agency_id: str | None = None, remark: str | None = None, version: int | None = None
) -> Flow[CaseView]:
    """Ask for a step of the protocol by hand, as coordinator or referrer."""
    return (
        yield from of_case(case, "tasks", given(AssignTask, step=step, agency_id=agency_id, remark=remark), version)
    )


def agencies_informed(
    case: OneCase, *, agency_ids: Sequence[str], at: datetime, remark: str, version: int | None = None
) -> Flow[CaseView]:
    """Put on record which agencies were told, and on which ground."""
    body = RecordDisclosures(agency_ids=tuple(agency_ids), at=at, remark=remark)
    return (yield from of_case(case, "agencies-informed", body, version))


def strategy_minutes(
    case: OneCase, *, agency_ids: Sequence[str], at: datetime, minutes: str, version: int | None = None
) -> Flow[CaseView]:
    """Put the minutes of a strategy discussion on record."""
    body = RecordMinutes(agency_ids=tuple(agency_ids), at=at, minutes=minutes)
    return (yield from of_case(case, "strategy-minutes", body, version))


def approve_assessment(
    case: OneCase, *, author_staff_id: str, summary: str, version: int | None = None
) -> Flow[CaseView]:
    """Approve an assessment of needs that somebody else wrote."""
    body = ApproveAssessment(author_staff_id=author_staff_id, summary=summary)
    return (yield from of_case(case, "assessment", body, version))


def sign_plan(
    case: OneCase, *, agency_ids: Sequence[str], at: datetime, summary: str, version: int | None = None
) -> Flow[CaseView]:
    """Put a plan in force that its holders signed."""
    return (yield from of_case(case, "plan", SignPlan(agency_ids=tuple(agency_ids), at=at, summary=summary), version))


def review_plan(case: OneCase, *, at: datetime, summary: str, version: int | None = None) -> Flow[CaseView]:
    """Record a review of the plan; the next one is due from then on."""
    return (yield from of_case(case, "plan-reviews", RecordPlanReview(at=at, summary=summary), version))


def tell_reporter(case: OneCase, *, at: datetime, message: str, version: int | None = None) -> Flow[CaseView]:
    """Record what the reporter was told, in safe wording."""
    return (yield from of_case(case, "reporter-told", TellReporter(at=at, message=message), version))


def acknowledge(case: OneCase, *, clock_id: str, version: int | None = None) -> Flow[CaseView]:
    """Take up a breach that your agency was told of; a deadline of your own begins."""
    return (yield from of_case(case, f"escalations/{segment(clock_id)}/acknowledge", None, version))
