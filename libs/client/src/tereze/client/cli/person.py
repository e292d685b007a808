"""Decides how persons are read, joined and divided from the command line; must never join two without a reason."""

from typing import Annotated

import typer

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.families import relation_page
from tereze.client.cli.pages.persons import kept_apart_page, look_list, merge_page, person_page, split_page
from tereze.client.cli.submission import checked_as, day
from tereze.contracts.families import AddRelation, LegalStatus
from tereze.contracts.words import Kinship

person_app = typer.Typer(no_args_is_help=True, help="Who a child is.")
PersonArgument = Annotated[str, typer.Argument(metavar="ID")]
OtherArgument = Annotated[str, typer.Argument(metavar="OTHER")]
MergeArgument = Annotated[str, typer.Argument(metavar="MERGE")]
Reason = Annotated[str, typer.Option(help="Why; kept sealed.")]
Key = Annotated[str | None, typer.Option(help="Idempotency key: the same key never does it twice.")]


@command(person_app, "show")
def show(desk: Desk, person_id: PersonArgument) -> None:
    """Show who a child is, as far as your duty needs it."""
    person = desk.client.persons.get(person_id)
    desk.give(person, lambda: person_page(desk, person))


@command(person_app, "looks")
def looks(desk: Desk, person_id: PersonArgument) -> None:
    """List who looked at a person, newest first."""
    desk.give_all(desk.client.persons.looks(person_id), lambda listed: look_list(desk, listed))


@command(person_app, "merge")
def merge(desk: Desk, person_id: PersonArgument, other: OtherArgument, *, reason: Reason, key: Key = None) -> None:
    """Say that OTHER is the same child; ID goes on. Where both have open cases a second person confirms."""
    merged = desk.client.persons.merge(person_id, other, reason=reason, idempotency_key=key)
    desk.give(merged, lambda: merge_page(desk, merged))


@command(person_app, "confirm")
def confirm(desk: Desk, person_id: PersonArgument, merge_id: MergeArgument) -> None:
    """Confirm, as a second person, a merge that somebody else asked for."""
    merged = desk.client.persons.confirm_merge(person_id, merge_id)
    desk.give(merged, lambda: merge_page(desk, merged))


@command(person_app, "unmerge")
def unmerge(desk: Desk, person_id: PersonArgument, merge_id: MergeArgument, *, reason: Reason) -> None:
    """Undo a merge exactly: every record is whose it was, and cases come apart."""
    undone = desk.client.persons.undo_merge(person_id, merge_id, reason=reason)
    desk.give(undone, lambda: merge_page(desk, undone))


@command(person_app, "split")
def split(
    desk: Desk,
    person_id: PersonArgument,
    *,
    record: Annotated[list[str], typer.Option(help="A record about somebody else; may be repeated.")],
    reason: Reason,
    key: Key = None,
) -> None:
    """Say that some records are about somebody else, who becomes a person of their own."""
    parts = desk.client.persons.split(person_id, record, reason=reason, idempotency_key=key)
    desk.give(parts, lambda: split_page(desk, parts))


@command(person_app, "keep-apart")
def keep_apart(desk: Desk, person_id: PersonArgument, other: OtherArgument, *, reason: Reason, key: Key = None) -> None:
    """Say that two persons are certainly two; nothing automatic joins them again."""
    kept = desk.client.persons.keep_apart(person_id, other, reason=reason, idempotency_key=key)
    desk.give(kept, lambda: kept_apart_page(desk, kept))


@command(person_app, "relate")
def relate(
    desk: Desk,
    person_id: PersonArgument,
    relative: Annotated[str, typer.Argument(metavar="RELATIVE", help="Whom the relation names (per_…).")],
    *,
    kinship: Annotated[Kinship, typer.Option("--kinship", help="What RELATIVE is to ID.")],
    basis: Annotated[LegalStatus, typer.Option(help="On what it rests.")] = LegalStatus.REPORTED,
    since: Annotated[str | None, typer.Option(parser=day, metavar="DATE", help="From when.")] = None,
    until: Annotated[str | None, typer.Option(parser=day, metavar="DATE", help="Until when.")] = None,
    key: Key = None,
) -> None:
    """Say what RELATIVE is to ID; what others say of the same two stays beside it."""
    said = {"relative_id": relative, "kinship": kinship, "legal_status": basis, "since": since, "until": until}
    relation = checked_as(desk, {name: part for name, part in said.items() if part is not None}, AddRelation)
    added = desk.client.families.relate(person_id, relation, idempotency_key=key)
    desk.give(added, lambda: relation_page(desk, added))
