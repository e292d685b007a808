"""Decides how a concern is submitted and followed from the command line; must never send it twice."""

from typing import Annotated

import typer

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.referrals import accepted_page, referral_list, referral_page
from tereze.client.cli.submission import category_code, checked, day, from_file, given_parts, instant, named
from tereze.contracts.referrals import ReferralSubmission
from tereze.contracts.words import Circumstance, Risk, Sex

app = typer.Typer()
referral_app = typer.Typer(no_args_is_help=True, help="What your agency submitted.")


@command(app, "refer")
def refer(
    desk: Desk,
    *,
    file: Annotated[
        str | None, typer.Option("--file", "-f", help="JSON or YAML file with the referral; - is stdin.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="Region code where the child is, like KZ-75.")] = None,
    risk: Annotated[Risk | None, typer.Option(help="How soon harm may come.")] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(
            parser=category_code, metavar="FORM", help="Form of violence, like physical or neglect; may be repeated."
        ),
    ] = None,
    narrative: Annotated[str | None, typer.Option(help="What was seen or heard, in the reporter's words.")] = None,
    family: Annotated[str | None, typer.Option(help="The child's family name.")] = None,
    given: Annotated[str | None, typer.Option(help="The child's given name.")] = None,
    patronymic: Annotated[str | None, typer.Option(help="The child's patronymic.")] = None,
    birth_date: Annotated[str | None, typer.Option(parser=day, metavar="DATE", help="The child's birth date.")] = None,
    birth_year: Annotated[int | None, typer.Option(help="Where the full date is not known.")] = None,
    sex: Annotated[Sex | None, typer.Option(help="The child's sex.")] = None,
    iin: Annotated[str | None, typer.Option(help="The child's IIN, as given.")] = None,
    school: Annotated[str | None, typer.Option(help="The child's school.")] = None,
    address: Annotated[str | None, typer.Option(help="Where the child lives.")] = None,
    accused: Annotated[str | None, typer.Option(help="Relation of the alleged perpetrator, like father.")] = None,
    concerns: Annotated[
        list[str] | None, typer.Option(parser=named, metavar="WHO", help="Agency or staff id it accuses, or a name.")
    ] = None,
    must_not_see: Annotated[
        list[str] | None, typer.Option(parser=named, metavar="WHO", help="Who else must not see it: an id or a name.")
    ] = None,
    occurred_at: Annotated[
        str | None, typer.Option(parser=instant, metavar="TIME", help="When it happened, if known.")
    ] = None,
    circumstance: Annotated[
        list[Circumstance] | None, typer.Option(help="A fact the answer depends on, like injured; may be repeated.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="Idempotency key: the same key never submits twice.")] = None,
) -> None:
    """Submit a concern about a child; says who answers by when. Give --file, or --region, --risk, --category, --narrative."""
    child = given_parts(
        family=family, given=given, patronymic=patronymic, birth_date=birth_date, birth_year=birth_year,
        sex=sex and sex.value, iin=iin, school=school, address=address,
    )  # fmt: skip
    flags = given_parts(
        region_code=region, risk=risk and risk.value, categories=category, narrative=narrative, child=child,
        concerns=concerns, must_not_see=must_not_see, occurred_at=occurred_at,
        circumstances=[each.value for each in circumstance or ()], alleged_perpetrators=[{"relation": accused}] if accused else None,
    )  # fmt: skip
    submission = _submission(desk, file, flags)
    accepted = desk.client.referrals.submit(submission, idempotency_key=key)
    desk.give(accepted, lambda: accepted_page(desk, accepted))


def _submission(desk: Desk, file: str | None, flags: dict[str, object]) -> ReferralSubmission:
    if file is not None and flags:
        raise typer.BadParameter("give a file or flags, not both")
    return from_file(desk, file) if file is not None else checked(desk, {"child": {}, **flags})


@command(referral_app, "show")
def show(desk: Desk, referral_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Show what became of one referral."""
    referral = desk.client.referrals.get(referral_id)
    desk.give(referral, lambda: referral_page(desk, referral))


@command(referral_app, "list")
def listing(desk: Desk) -> None:
    """List your agency's referrals, newest first."""
    desk.give_all(desk.client.referrals.list(), lambda referrals: referral_list(desk, referrals))
