"""Decides how a body is kept out of a case from the command line, and what it had seen is shown; must never name a person by more than an id."""

from typing import Annotated

import typer

from tereze.client.cli.case import CaseArgument
from tereze.client.cli.casework import case_app
from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.exclusions import disclosure_list, exclusion_list, exclusion_page
from tereze.contracts.exclusions import ExclusionBasis

__all__ = ["case_app"]

Remark = Annotated[str, typer.Option(help="Why; kept sealed.")]
Version = Annotated[int | None, typer.Option(help="The version you decided on; else the case is read first.")]


@command(case_app, "exclude")
def exclude(
    desk: Desk,
    case_id: CaseArgument,
    *,
    body: Annotated[str, typer.Option("--body", metavar="ID", help="The agency (agc_…) or staff member (stf_…).")],
    basis: Annotated[ExclusionBasis, typer.Option(help="Why they must not touch it.")],
    remark: Remark,
    version: Version = None,
) -> None:
    """Keep an agency with its units, or a person, out of a case at once; shows what they had seen of it."""
    who = {"staff_id": body} if body.startswith("stf_") else {"agency_id": body}
    kept = desk.client.cases.exclude(case_id, **who, basis=basis, remark=remark, version=version)
    desk.give(kept, lambda: exclusion_page(desk, kept))


@command(case_app, "exclusions")
def exclusions(desk: Desk, case_id: CaseArgument) -> None:
    """List who must not touch a case, and since when."""
    found = desk.client.cases.exclusions(case_id).items
    desk.give_all(found, lambda listed: exclusion_list(desk, listed))


@command(case_app, "lift-exclusion")
def lift_exclusion(
    desk: Desk,
    case_id: CaseArgument,
    exclusion_id: Annotated[str, typer.Argument(metavar="EXCLUSION")],
    remark: Remark,
    version: Version = None,
) -> None:
    """Say that an exclusion does not hold; it ends when a second person says so too."""
    kept = desk.client.cases.lift_exclusion(case_id, exclusion_id, remark=remark, version=version)
    desk.give(kept, lambda: exclusion_page(desk, kept))


@command(case_app, "seen")
def seen(
    desk: Desk,
    case_id: CaseArgument,
    body: Annotated[str | None, typer.Option("--body", metavar="ID", help="Only by this agency or person.")] = None,
) -> None:
    """List what of a case was shown to whom: reads, feed and webhooks, and the policies that allowed each."""
    cases = desk.client.cases
    found = [*cases.disclosures(case_id, body=body), *cases.event_disclosures(case_id, body=body)]
    found.sort(key=lambda shown: shown.at, reverse=True)
    desk.give_all(found, lambda listed: disclosure_list(desk, listed))
