"""Decides how a case is screened out, planned, closed and taken up again from the command line; must never act on a case nobody has read."""

from collections.abc import Callable
from typing import Annotated

import typer

from tereze.client.cli.case import CaseArgument, case_app
from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.cases import case_page
from tereze.client.cli.task import Version
from tereze.client.cli.taskwork import Remark, When, Why, moment
from tereze.contracts.cases import CaseView
from tereze.contracts.inquiries import IndependentFinding
from tereze.contracts.words import CloseReason, ReopenReason, ReviewFinding, ScreenOutReason

__all__ = ["case_app"]

Agencies = Annotated[
    list[str], typer.Option("--agency", metavar="AGENCY", help="Short name or id; give it again for more.")
]
Summary = Annotated[str, typer.Option(help="In your words; it is kept with the case.")]


@command(case_app, "screen-out")
def screen_out(
    desk: Desk,
    case_id: CaseArgument,
    reason: Annotated[ScreenOutReason, typer.Option(help="Coded reason.")],
    remark: Why,
    version: Version = None,
) -> None:
    """Find a triaged report below the threshold, as coordinator."""
    _done(desk, lambda: desk.client.cases.screen_out(case_id, reason=reason, remark=remark, version=version))


@command(case_app, "review")
def review(
    desk: Desk,
    case_id: CaseArgument,
    finding: Annotated[ReviewFinding, typer.Option(help="What you found.")],
    remark: Why,
    version: Version = None,
) -> None:
    """Look again at a screened-out report, as the body that was asked."""
    _done(desk, lambda: desk.client.cases.review(case_id, finding=finding, remark=remark, version=version))


@command(case_app, "close")
def close(
    desk: Desk,
    case_id: CaseArgument,
    reason: Annotated[CloseReason, typer.Option(help="Coded reason.")],
    remark: Remark = None,
    version: Version = None,
) -> None:
    """Close a case, as coordinator; refused while a mandatory task is open."""
    _done(desk, lambda: desk.client.cases.close(case_id, reason=reason, remark=remark, version=version))


@command(case_app, "findings")
def findings(
    desk: Desk,
    case_id: CaseArgument,
    *,
    finding: Annotated[list[IndependentFinding], typer.Option(help="What you found; may be repeated.")],
    remark: Why,
    version: Version = None,
) -> None:
    """Put on record what an independent review found about how a case was handled."""
    act = desk.client.cases.record_findings
    _done(desk, lambda: act(case_id, findings=finding, remark=remark, version=version))


@command(case_app, "reopen")
def reopen(
    desk: Desk,
    case_id: CaseArgument,
    reason: Annotated[ReopenReason, typer.Option(help="Coded reason.")],
    remark: Why,
    version: Version = None,
) -> None:
    """Take a closed or screened-out case up again."""
    _done(desk, lambda: desk.client.cases.reopen(case_id, reason=reason, remark=remark, version=version))


@command(case_app, "assign")
def assign(
    desk: Desk,
    case_id: CaseArgument,
    *,
    step: Annotated[str, typer.Option(metavar="STEP", help="Step of the protocol, e.g. police.respond.")],
    to: Annotated[str | None, typer.Option("--to", metavar="AGENCY", help="Who gets it; else who is next.")] = None,
    remark: Remark = None,
    version: Version = None,
) -> None:
    """Ask for a step of the protocol by hand, as coordinator or referrer."""
    agency_id, act = desk.agency_id(to) if to else None, desk.client.cases.assign
    _done(desk, lambda: act(case_id, step=step, agency_id=agency_id, remark=remark, version=version))


@command(case_app, "informed")
def informed(
    desk: Desk, case_id: CaseArgument, *, agency: Agencies, remark: Why, at: When = None, version: Version = None
) -> None:
    """Put on record which agencies were told, and on which ground."""
    ids, when, act = [desk.agency_id(one) for one in agency], moment(desk, at), desk.client.cases.agencies_informed
    _done(desk, lambda: act(case_id, agency_ids=ids, at=when, remark=remark, version=version))


@command(case_app, "minutes")
def minutes(
    desk: Desk, case_id: CaseArgument, *, agency: Agencies, summary: Summary, at: When = None, version: Version = None
) -> None:
    """Put the minutes of a strategy discussion on record."""
    ids, when, act = [desk.agency_id(one) for one in agency], moment(desk, at), desk.client.cases.strategy_minutes
    _done(desk, lambda: act(case_id, agency_ids=ids, at=when, minutes=summary, version=version))


@command(case_app, "assessment")
def assessment(
    desk: Desk,
    case_id: CaseArgument,
    author: Annotated[str, typer.Option(help="Staff id of whoever wrote it.")],
    summary: Summary,
    version: Version = None,
) -> None:
    """Approve an assessment of needs that somebody else wrote."""
    act = desk.client.cases.approve_assessment
    _done(desk, lambda: act(case_id, author_staff_id=author, summary=summary, version=version))


@command(case_app, "plan")
def plan(
    desk: Desk, case_id: CaseArgument, *, agency: Agencies, summary: Summary, at: When = None, version: Version = None
) -> None:
    """Put a plan in force that its holders signed."""
    ids, when, act = [desk.agency_id(one) for one in agency], moment(desk, at), desk.client.cases.sign_plan
    _done(desk, lambda: act(case_id, agency_ids=ids, at=when, summary=summary, version=version))


@command(case_app, "plan-review")
def plan_review(
    desk: Desk, case_id: CaseArgument, *, summary: Summary, at: When = None, version: Version = None
) -> None:
    """Record a review of the plan."""
    when = moment(desk, at)
    _done(desk, lambda: desk.client.cases.review_plan(case_id, at=when, summary=summary, version=version))


@command(case_app, "reporter-told")
def reporter_told(
    desk: Desk, case_id: CaseArgument, *, message: Summary, at: When = None, version: Version = None
) -> None:
    """Record what the reporter was told, in safe wording."""
    when = moment(desk, at)
    _done(desk, lambda: desk.client.cases.tell_reporter(case_id, at=when, message=message, version=version))


@command(case_app, "acknowledge")
def acknowledge(
    desk: Desk,
    case_id: CaseArgument,
    clock: Annotated[str, typer.Option(metavar="CLOCK", help="Id of the breached deadline.")],
    version: Version = None,
) -> None:
    """Take up a breach that your agency was told of."""
    _done(desk, lambda: desk.client.cases.acknowledge(case_id, clock_id=clock, version=version))


def _done(desk: Desk, act: Callable[[], CaseView]) -> None:
    case = act()
    desk.say("case.recorded", version=case.version)
    desk.give(case, lambda: case_page(desk, case))
