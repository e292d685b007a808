"""Decides how families and rolls are read and brought in from the command line; must never send one row twice."""

from pathlib import Path
from typing import Annotated

import typer

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.families import entry_page, family_page, record_page, roll_page, row_list
from tereze.client.cli.submission import checked_as, day, given_parts, text_in
from tereze.contracts.families import EntryView, Section, WriteEntry
from tereze.contracts.rolls import RollFormat, RowOutcome

family_app = typer.Typer(no_args_is_help=True, help="Who belongs to a child, and what agencies share about the family.")
roll_app = typer.Typer(no_args_is_help=True, help="A school's or a clinic's children, brought in together.")
PersonArgument = Annotated[str, typer.Argument(metavar="ID")]
WordingFile = Annotated[
    str, typer.Option("--file", "-f", help="File with the text; - is stdin, so that no shell keeps it.")
]
RollArgument = Annotated[str, typer.Argument(metavar="ID")]


@command(family_app, "show")
def show(
    desk: Desk, person_id: PersonArgument, *, steps: Annotated[int, typer.Option(help="How many relations away.")] = 2
) -> None:
    """Show the family around a person, as far as your duty needs it."""
    family = desk.client.families.get(person_id, steps=steps)
    desk.give(family, lambda: family_page(desk, family))


@command(family_app, "record")
def record(desk: Desk, person_id: PersonArgument) -> None:
    """Show what agencies entered about a family; what is not for you is counted."""
    shown = desk.client.families.record(person_id)
    desk.give(shown, lambda: record_page(desk, shown))


@command(family_app, "write")
def write(
    desk: Desk,
    person_id: PersonArgument,
    *,
    section: Annotated[Section, typer.Option(help="The part of the record; each has readers of its own.")],
    file: WordingFile = "-",
    consent_of: Annotated[
        str | None, typer.Option(metavar="PERSON", help="Who agreed that others see it (per_…); with --consent-on.")
    ] = None,
    consent_on: Annotated[str | None, typer.Option(parser=day, metavar="DATE", help="When they agreed.")] = None,
    without_consent: Annotated[
        str | None, typer.Option(metavar="REASON", help="Why it is shared without consent; with --legal-basis.")
    ] = None,
    legal_basis: Annotated[str | None, typer.Option(help="The law that allows it.")] = None,
    key: Annotated[str | None, typer.Option(help="Idempotency key: the same key never enters it twice.")] = None,
) -> None:
    """Enter something into the shared record of a family, with consent or with a lawful reason to do without."""
    consent = given_parts(given_by_person_id=consent_of, given_on=consent_on)
    override = given_parts(reason=without_consent, legal_basis=legal_basis)
    if bool(consent) == bool(override):
        raise typer.BadParameter("give --consent-of and --consent-on, or --without-consent and --legal-basis")
    said = given_parts(section=section.value, text=text_in(file), consent=consent, override=override)
    entry = desk.client.families.write(person_id, checked_as(desk, said, WriteEntry), idempotency_key=key)
    desk.give(entry, lambda: entry_page(desk, entry))


@command(family_app, "revise")
def revise(
    desk: Desk,
    person_id: PersonArgument,
    entry_id: Annotated[str, typer.Argument(metavar="ENTRY", help="As tereze family record lists it (ent_…).")],
    *,
    file: WordingFile = "-",
    version: Annotated[
        int | None, typer.Option(help="The version you decided on; else the entry is read first.")
    ] = None,
) -> None:
    """Word an entry of your own agency anew; the earlier wording stays."""
    text = text_in(file)
    entry = _entry(desk, person_id, entry_id)
    decided_on = entry if version is None else entry.model_copy(update={"version": version})
    revised = desk.client.families.revise(decided_on, text)
    desk.give(revised, lambda: entry_page(desk, revised))


def _entry(desk: Desk, person_id: str, entry_id: str) -> EntryView:
    record = desk.client.families.record(person_id)
    found = next((entry for entry in record.entries if entry.entry_id == entry_id), None)
    if found is None:
        raise typer.BadParameter(desk.words("family.no-entry", entry=entry_id, person=person_id))
    return found


@command(roll_app, "load")
def load(
    desk: Desk,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a heading, or .ndjson.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report every row, keep nothing.")] = False,
    key: Annotated[str | None, typer.Option(help="Idempotency key: the same key never loads twice.")] = None,
) -> None:
    """Bring in a roll; every row is reported by `tereze roll rows`."""
    try:
        content = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file}: {error}") from error
    kind = RollFormat.NDJSON if file.suffix in {".ndjson", ".jsonl"} else RollFormat.CSV
    roll = desk.client.rolls.load(content, format=kind, dry_run=dry_run, idempotency_key=key)
    desk.give(roll, lambda: roll_page(desk, roll))


@command(roll_app, "show")
def show_roll(desk: Desk, roll_id: RollArgument) -> None:
    """Show how far a roll is."""
    roll = desk.client.rolls.get(roll_id)
    desk.give(roll, lambda: roll_page(desk, roll))


@command(roll_app, "rows")
def rows(
    desk: Desk,
    roll_id: RollArgument,
    *,
    outcome: Annotated[RowOutcome | None, typer.Option(help="Only rows of which this became.")] = None,
) -> None:
    """List what became of each row."""
    desk.give_all(desk.client.rolls.rows(roll_id, outcome=outcome), lambda listed: row_list(desk, listed))
