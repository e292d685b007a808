"""Decides how it is said from the command line what a person is: born, adopted, erased, known by another number.

It must never carry a number or a name where a shell would keep it, unless it was put there.
"""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.identities import act_page, adoption_page, unsealed_page
from tereze.client.cli.pages.persons import person_page
from tereze.client.cli.person import Key, PersonArgument, Reason, person_app
from tereze.client.cli.submission import checked_as, day, document_in, given_parts
from tereze.contracts.persons import ActView, EndIdentifier
from tereze.contracts.referrals import Child
from tereze.contracts.words import Sex

__all__ = ["person_app"]

ActArgument = Annotated[str, typer.Argument(metavar="ACT", help="As it was answered to who asked (act_…).")]
LegalBasis = Annotated[str, typer.Option("--legal-basis", help="The decision or law it rests on; kept sealed.")]
ChildFile = Annotated[
    str | None, typer.Option("--file", "-f", help="JSON or YAML file with the child's particulars; - is stdin.")
]
Family = Annotated[str | None, typer.Option(help="Family name.")]
GivenName = Annotated[str | None, typer.Option("--given", help="Given name.")]
Patronymic = Annotated[str | None, typer.Option(help="Patronymic.")]
BirthDate = Annotated[str | None, typer.Option(parser=day, metavar="DATE", help="Birth date.")]
SexOption = Annotated[Sex | None, typer.Option(help="Sex.")]
Iin = Annotated[str | None, typer.Option(help="The IIN, as given.")]


@command(person_app, "born")
def born(
    desk: Desk,
    person_id: PersonArgument,
    *,
    file: ChildFile = None,
    family: Family = None,
    given: GivenName = None,
    patronymic: Patronymic = None,
    birth_date: BirthDate = None,
    sex: SexOption = None,
    iin: Iin = None,
) -> None:
    """Say that an expected child was born: the same person, on the same case. The number may come later."""
    flags = given_parts(
        family=family, given=given, patronymic=patronymic, birth_date=birth_date, sex=sex and sex.value, iin=iin
    )
    child = _child(desk, file, flags)
    person = desk.client.persons.record_birth(person_id, child)
    desk.give(person, lambda: person_page(desk, person))


@command(person_app, "adopt")
def adopt(
    desk: Desk,
    person_id: PersonArgument,
    *,
    legal_basis: LegalBasis,
    file: ChildFile = None,
    family: Family = None,
    given: GivenName = None,
    patronymic: Patronymic = None,
    birth_date: BirthDate = None,
    sex: SexOption = None,
    iin: Iin = None,
    key: Key = None,
) -> None:
    """Register who an adopted child is from now on. The new id is told once; the tie between the two is sealed."""
    flags = given_parts(
        family=family, given=given, patronymic=patronymic, birth_date=birth_date, sex=sex and sex.value, iin=iin
    )
    child = _child(desk, file, flags)
    adopted = desk.client.persons.register_adoption(person_id, child, legal_basis=legal_basis, idempotency_key=key)
    desk.give(adopted, lambda: adoption_page(desk, adopted))


@command(person_app, "end-number")
def end_number(
    desk: Desk,
    person_id: PersonArgument,
    *,
    on: Annotated[str, typer.Option(parser=day, metavar="DATE", help="The last day it was theirs.")],
    reason: Reason,
    number: Annotated[
        str, typer.Option(prompt=True, help="The number; asked for when left out, so that no shell keeps it.")
    ],
) -> None:
    """Say that a number is no longer a person's own. Whoever gives it still finds them."""
    ended = checked_as(desk, {"value": number, "ended_on": on, "reason": reason}, EndIdentifier)
    person = desk.client.persons.end_identifier(person_id, ended.value, ended_on=ended.ended_on, reason=ended.reason)
    desk.give(person, lambda: person_page(desk, person))


@command(person_app, "unseal")
def unseal(desk: Desk, person_id: PersonArgument, *, reason: Reason, legal_basis: LegalBasis, key: Key = None) -> None:
    """Ask who else a child is known as. Somebody else has to agree; asking tells nothing."""
    persons = desk.client.persons
    _act(
        desk,
        person_id,
        "unsealing",
        lambda: persons.ask_to_unseal(person_id, reason=reason, legal_basis=legal_basis, idempotency_key=key),
    )


@command(person_app, "confirm-unsealing")
def confirm_unsealing(desk: Desk, person_id: PersonArgument, act_id: ActArgument) -> None:
    """Agree, as a second person, to an unsealing: for an hour, whoever asked may read it."""
    _act(desk, person_id, "unsealing", lambda: desk.client.persons.confirm_unsealing(person_id, act_id))


@command(person_app, "unsealed")
def unsealed(desk: Desk, person_id: PersonArgument, act_id: ActArgument) -> None:
    """Show who else a child is known as: to who asked, within the hour after somebody agreed."""
    found = desk.client.persons.unsealed(person_id, act_id)
    desk.give(found, lambda: unsealed_page(desk, person_id, found))


@command(person_app, "erase")
def erase(desk: Desk, person_id: PersonArgument, *, reason: Reason, legal_basis: LegalBasis, key: Key = None) -> None:
    """Ask to erase a person. Nothing is erased until the Ombudsman's reviewer agrees."""
    persons = desk.client.persons
    _act(
        desk,
        person_id,
        "erasure",
        lambda: persons.ask_to_erase(person_id, reason=reason, legal_basis=legal_basis, idempotency_key=key),
    )


@command(person_app, "confirm-erasure")
def confirm_erasure(
    desk: Desk,
    person_id: PersonArgument,
    act_id: ActArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again; for programs.")] = False,
) -> None:
    """Agree to an erasure: nothing that was said about the person ever opens again. It cannot be undone."""
    if not yes:
        typer.confirm(desk.words("erasure.sure", person=person_id), abort=True, err=True)
    _act(desk, person_id, "erasure", lambda: desk.client.persons.confirm_erasure(person_id, act_id))


def _act(desk: Desk, person_id: str, kind: str, do: Callable[[], ActView]) -> None:
    act = do()
    desk.give(act, lambda: act_page(desk, person_id, kind, act))


def _child(desk: Desk, file: str | None, flags: dict[str, Any]) -> Child:
    if (file is None) == (not flags):
        raise typer.BadParameter("give --file, or --family, --given, --birth-date, … of the child; not both")
    return checked_as(desk, document_in(file) if file is not None else flags, Child)
