"""Decides how a case is triaged, screened out, planned, closed and taken up again over HTTP; must never decide a rule of it."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from tereze.chassis.http import body, refuses
from tereze.contracts.cases import CaseView, TriageCase
from tereze.contracts.casework import CloseCase, ReopenCase, ReviewScreening, ScreenOutCase
from tereze.contracts.evidence import (
    ApproveAssessment,
    RecordDisclosures,
    RecordMinutes,
    RecordPlanReview,
    SignPlan,
    TellReporter,
)
from tereze.contracts.ids import ClockId
from tereze.contracts.inquiries import RecordFindings
from tereze.contracts.tasks import AssignTask
from tereze.protocol import planned_step
from tereze.protocol.transitions import NotYourRole
from tereze.referral.api.commanding import SeenInTheFuture, SpokenOfCase, known_agency
from tereze.referral.domain import casework, evidence, inquiry
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.escalation import (
    AcknowledgedAlready,
    NothingEscalated,
    NotTold,
    acknowledge_escalation,
)
from tereze.referral.domain.handover import CannotHold
from tereze.referral.domain.response import HeldAlready, UnknownStep, assign_by_hand, triage_case
from tereze.referral.domain.standing import CaseNotLive
from tereze.referral.domain.tasks import Actor
from tereze.referral.store.casefiles import live_case_of

router = APIRouter(tags=["cases"])
_ON_RECORD = (CaseNotLive, evidence.NotYourDuty, SeenInTheFuture)


@router.post("/v1/cases/{case_id}/triage", response_model=CaseView)
@refuses(CaseNotLive)
async def triage(command: SpokenOfCase, triaged: body[TriageCase]) -> Response:
    """Confirm the risk as coordinator of the window desk. A higher one brings tasks and earlier due times; none gets more time."""

    def word(file: CaseFile, by: Actor, moment: Moment) -> None:
        triage_case(file, triaged.risk, by, moment)

    return await command.run("triage_case", word, remark=("triage_remark", triaged.remark))


@router.post("/v1/cases/{case_id}/screen-out", response_model=CaseView)
@refuses(casework.NotForYou, casework.NotInThisState, casework.ScreeningBarred)
async def screen_out(command: SpokenOfCase, screened: body[ScreenOutCase]) -> Response:
    """Find, as coordinator and after triage, that a report is below the threshold; some are looked at again by another body."""

    def word(file: CaseFile, by: Actor, moment: Moment) -> None:
        casework.screen_out(file, by, screened.reason, moment)

    return await command.run("screen_out_case", word, remark=("screen_out_reasons", screened.remark))


@router.post("/v1/cases/{case_id}/review", response_model=CaseView)
@refuses(casework.NotForYou, casework.NotInThisState)
async def review_screening(command: SpokenOfCase, reviewed: body[ReviewScreening]) -> Response:
    """Look again at a screened-out report, as the body that was asked or the Ombudsman."""

    def word(file: CaseFile, by: Actor, moment: Moment) -> None:
        casework.review_screening(file, by, reviewed.finding, moment)

    return await command.run("review_screening", word, remark=("review_reasons", reviewed.remark))


@router.post("/v1/cases/{case_id}/independent-review", response_model=CaseView)
@refuses(inquiry.NoReviewOpen, inquiry.NotTheReviewer)
async def record_findings(command: SpokenOfCase, found: body[RecordFindings]) -> Response:
    """Put on record what an independent review found about how the case was handled, as the body that owes it."""

    def word(file: CaseFile, by: Actor, moment: Moment) -> None:
        inquiry.record_findings(file, by, found.findings, moment)

    return await command.run("review_independently", word, remark=("independent_findings", found.remark))


@router.post("/v1/cases/{case_id}/close", response_model=CaseView)
@refuses(casework.NotForYou, CaseNotLive, casework.MandatoryTasksOpen)
async def close_case(command: SpokenOfCase, closed: body[CloseCase]) -> Response:
    """Close a case, as coordinator. Refused while a mandatory task is open; what is left winds down first."""

    def word(file: CaseFile, by: Actor, moment: Moment) -> None:
        casework.close_case(file, by, closed.reason, moment)

    return await command.run("close_case", word, remark=("close_remark", closed.remark))


@router.post("/v1/cases/{case_id}/reopen", response_model=CaseView)
@refuses(casework.NotForYou, casework.NotInThisState, casework.ChildHasLiveCase)
async def reopen_case(command: SpokenOfCase, reopened: body[ReopenCase]) -> Response:
    """Take a closed or screened-out case up again, as coordinator or Ombudsman; its duties run anew from now."""
    other_case_id = await _other_live_case(command)

    def word(file: CaseFile, by: Actor, moment: Moment) -> None:
        if other_case_id:
            raise casework.ChildHasLiveCase(current_state=file.state, current_version=file.version)
        casework.reopen_case(file, by, reopened.reason, moment)

    return await command.run("reopen_case", word, remark=("reopen_remark", reopened.remark))


@router.post("/v1/cases/{case_id}/tasks", response_model=CaseView)
@refuses(CaseNotLive, NotYourRole, HeldAlready, CannotHold, UnknownStep)
async def assign_task(command: SpokenOfCase, asked: body[AssignTask]) -> Response:
    """Ask for a step of the protocol by hand, as coordinator or referrer."""
    named = await known_agency(command.visit, asked.agency_id) if asked.agency_id else None

    def word(file: CaseFile, by: Actor, moment: Moment) -> None:
        if asked.step not in moment.in_force.steps:
            raise UnknownStep(pointer="/step")
        assign_by_hand(file, planned_step(moment.in_force, file.risk, asked.step), by, moment, named)

    return await command.run("assign_task", word, remark=("assign_remark", asked.remark))


@router.post("/v1/cases/{case_id}/agencies-informed", response_model=CaseView)
@refuses(*_ON_RECORD, evidence.MustNotBeTold)
async def agencies_informed(command: SpokenOfCase, told: body[RecordDisclosures]) -> Response:
    """Put on record which agencies were told, and on which ground. Stops *inform the other agencies*."""

    def word(file: CaseFile, by: Actor, moment: Moment) -> None:
        evidence.record_disclosures(file, by, told.agency_ids, moment)

    return await command.run("record_case_evidence", word, remark=("disclosures", told.remark), at=told.at)


@router.post("/v1/cases/{case_id}/strategy-minutes", response_model=CaseView)
@refuses(*_ON_RECORD, evidence.MustNotBeTold)
async def strategy_minutes(command: SpokenOfCase, taken: body[RecordMinutes]) -> Response:
    """Put the minutes of a strategy discussion on record. Stops its deadline."""

    def word(file: CaseFile, by: Actor, moment: Moment) -> None:
        evidence.record_minutes(file, by, taken.agency_ids, moment)

    return await command.run("record_case_evidence", word, remark=("strategy_minutes", taken.minutes), at=taken.at)


@router.post("/v1/cases/{case_id}/assessment", response_model=CaseView)
@refuses(*_ON_RECORD, evidence.OwnAssessment)
async def assessment(command: SpokenOfCase, approved: body[ApproveAssessment]) -> Response:
    """Approve an assessment of needs that somebody else wrote. Stops its deadline."""

    def word(file: CaseFile, by: Actor, moment: Moment) -> None:
        evidence.approve_assessment(file, by, approved.author_staff_id, moment)

    return await command.run("record_case_evidence", word, remark=("assessment", approved.summary))


@router.post("/v1/cases/{case_id}/plan", response_model=CaseView)
@refuses(*_ON_RECORD, evidence.MustNotBeTold)
async def sign_plan(command: SpokenOfCase, signed: body[SignPlan]) -> Response:
    """Put a plan in force that its holders signed; its reviews are due from then on."""

    def word(file: CaseFile, by: Actor, moment: Moment) -> None:
        evidence.sign_plan(file, by, signed.agency_ids, moment)

    return await command.run("record_case_evidence", word, remark=("plan", signed.summary), at=signed.at)


@router.post("/v1/cases/{case_id}/plan-reviews", response_model=CaseView)
@refuses(*_ON_RECORD)
async def plan_review(command: SpokenOfCase, reviewed: body[RecordPlanReview]) -> Response:
    """Record a review of the plan; the next one is due from now on."""
    return await command.run(
        "record_case_evidence", evidence.review_plan, remark=("plan_review", reviewed.summary), at=reviewed.at
    )


@router.post("/v1/cases/{case_id}/reporter-told", response_model=CaseView)
@refuses(*_ON_RECORD)
async def reporter_told(command: SpokenOfCase, told: body[TellReporter]) -> Response:
    """Record what the reporter was told, in safe wording; also after the case has ended."""
    return await command.run(
        "record_case_evidence", evidence.tell_reporter, remark=("reporter_told", told.message), at=told.at
    )


@router.post("/v1/cases/{case_id}/escalations/{clock_id}/acknowledge", response_model=CaseView)
@refuses(NothingEscalated, NotTold, AcknowledgedAlready)
async def acknowledge_breach(command: SpokenOfCase, clock_id: Annotated[ClockId, Path()]) -> Response:
    """Take up a breach that your agency was told of: a deadline of your own begins, and the breached one runs on."""

    def word(file: CaseFile, by: Actor, moment: Moment) -> None:
        acknowledge_escalation(file, clock_id, by, moment)

    return await command.run("acknowledge_escalation", word)


async def _other_live_case(command: SpokenOfCase) -> str | None:
    """The child's other case on which work goes on, if there is one."""
    work = command.visit.work
    found: str | None = await work.raw.fetchval("SELECT person_id FROM case_file WHERE case_id = $1", command.case_id)
    other = await live_case_of(work, found) if found else None
    return other if other != command.case_id else None
