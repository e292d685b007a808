"""Decides how people are attested, suspended and investigated from the command line; must never call somebody fit who is not."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.staff import attestation_page, investigation_list, staff_list
from tereze.client.cli.submission import instant
from tereze.contracts.attestations import AttestationKind, RecordAttestation
from tereze.contracts.investigations import BreachKind, InvestigationOutcome, InvestigationView

staff_app = typer.Typer(no_args_is_help=True, help="The people of your agency.")
attest_app = typer.Typer(no_args_is_help=True, help="What one must sign, pass and have recorded before one may act.")
investigation_app = typer.Typer(no_args_is_help=True, help="What somebody is said to have done, and what follows.")

StaffArgument = Annotated[str, typer.Argument(metavar="STAFF_ID")]
InvestigationArgument = Annotated[str, typer.Argument(metavar="INVESTIGATION_ID")]
Evidence = Annotated[str, typer.Option(help="Where the paper is: number of a certificate, a file, a signature.")]
Until = Annotated[
    str | None, typer.Option("--until", parser=instant, metavar="TIME", help="Until when; else as long as allowed.")
]


@command(staff_app, "list")
def list_staff(
    desk: Desk,
    agency: Annotated[
        str | None, typer.Option(metavar="AGENCY", help="One below yours, by short name or id; else your own.")
    ] = None,
) -> None:
    """List who acts for an agency, and until when each may."""
    found = desk.client.staff.list(agency_id=desk.agency_id(agency) if agency else None)
    desk.give_all(found, lambda members: staff_list(desk, members))


@command(staff_app, "suspend")
def suspend(desk: Desk, staff_id: StaffArgument) -> None:
    """Take somebody's access away; it bites on their next call."""
    member = desk.client.staff.suspend(staff_id)
    desk.give(member, lambda: staff_list(desk, [member]))


@command(staff_app, "reinstate")
def reinstate(desk: Desk, staff_id: StaffArgument) -> None:
    """Give somebody their access back."""
    member = desk.client.staff.reinstate(staff_id)
    desk.give(member, lambda: staff_list(desk, [member]))


@command(attest_app, "show")
def show(desk: Desk, staff_id: Annotated[str | None, typer.Argument(metavar="STAFF_ID")] = None) -> None:
    """Show what is asked of somebody, or of you, what is missing and who mends it."""
    view = desk.client.staff.attestation(staff_id) if staff_id else desk.client.staff.me()
    desk.give(view, lambda: attestation_page(desk, view))


@command(attest_app, "sign")
def sign(desk: Desk, evidence: Evidence = "signed with tereze attest sign") -> None:
    """Sign the policy and the handbooks for yourself, having read them."""
    view = desk.client.staff.sign(evidence=evidence)
    desk.give(view, lambda: attestation_page(desk, view))


@command(attest_app, "record")
def record(
    desk: Desk,
    staff_id: StaffArgument,
    *,
    kind: Annotated[AttestationKind, typer.Option(help="training or vetting.")],
    evidence: Evidence,
    discipline: Annotated[str | None, typer.Option(help="Of a training, like policing.")] = None,
    grade: Annotated[int | None, typer.Option(help="Of a training.")] = None,
    until: Until = None,
) -> None:
    """Record somebody's training or vetting, as their superior."""
    valid_until = datetime.fromisoformat(until) if until else None
    word = RecordAttestation(kind=kind, evidence=evidence, discipline=discipline, grade=grade, valid_until=valid_until)
    view = desk.client.staff.attest(staff_id, word)
    desk.give(view, lambda: attestation_page(desk, view))


@command(attest_app, "revoke")
def revoke(desk: Desk, staff_id: StaffArgument, attestation_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Take back a training or vetting that should not count."""
    view = desk.client.staff.revoke(staff_id, attestation_id)
    desk.give(view, lambda: attestation_page(desk, view))


@command(investigation_app, "list")
def list_investigations(desk: Desk, staff_id: StaffArgument) -> None:
    """List the investigations of somebody that you may lead."""
    found = desk.client.staff.investigations(staff_id)
    desk.give(found.items, lambda: investigation_list(desk, list(found.items)))


@command(investigation_app, "open")
def open_one(
    desk: Desk,
    staff_id: StaffArgument,
    kind: Annotated[BreachKind, typer.Option(help="What somebody is said to have done.")],
    concern: Annotated[str, typer.Option(help="In your words.")],
) -> None:
    """Look into what somebody is said to have done; their access ends at once."""
    _give(desk, desk.client.staff.investigate(staff_id, kind=kind, concern=concern))


@command(investigation_app, "interview")
def interview(
    desk: Desk,
    staff_id: StaffArgument,
    investigation_id: InvestigationArgument,
    at: Annotated[str | None, typer.Option("--at", parser=instant, metavar="TIME", help="When; else now.")] = None,
) -> None:
    """Record that the person was heard."""
    one = _found(desk, staff_id, investigation_id)
    held = datetime.fromisoformat(at) if at else desk.now.astimezone(UTC)
    _give(desk, desk.client.staff.interview(one, at=held))


@command(investigation_app, "account")
def account(
    desk: Desk,
    staff_id: StaffArgument,
    investigation_id: InvestigationArgument,
    text: Annotated[str | None, typer.Option(help="In the person's words; left out, they gave none.")] = None,
) -> None:
    """Record the person's own account."""
    _give(desk, desk.client.staff.account(_found(desk, staff_id, investigation_id), account=text))


@command(investigation_app, "conclude")
def conclude(
    desk: Desk,
    staff_id: StaffArgument,
    investigation_id: InvestigationArgument,
    *,
    outcome: Annotated[InvestigationOutcome, typer.Option(help="What follows.")],
    finding: Annotated[str, typer.Option(help="What was found, and why.")],
    mentor: Annotated[str | None, typer.Option(help="Staff id of the mentor.")] = None,
) -> None:
    """State the findings and what follows for the person."""
    one = _found(desk, staff_id, investigation_id)
    _give(desk, desk.client.staff.conclude(one, outcome=outcome, finding=finding, mentor_staff_id=mentor))


def _found(desk: Desk, staff_id: str, investigation_id: str) -> InvestigationView:
    for one in desk.client.staff.investigations(staff_id).items:
        if one.investigation_id == investigation_id:
            return one
    raise typer.BadParameter(investigation_id, param_hint="INVESTIGATION_ID")


def _give(desk: Desk, one: InvestigationView) -> None:
    desk.give(one, lambda: investigation_list(desk, [one]))
