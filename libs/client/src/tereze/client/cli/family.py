"""Decides how families and rolls are read and brought in from the command line; must never send one row twice."""

from pathlib import Path
from typing import Annotated

import typer

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.families import family_page, record_page, roll_page, row_list
from tereze.contracts.rolls import RollFormat, RowOutcome

family_app = typer.Typer(no_args_is_help=True, help="Who belongs to a child, and what agencies share about the family.")
roll_app = typer.Typer(no_args_is_help=True, help="A school's or a clinic's children, brought in together.")
PersonArgument = Annotated[str, typer.Argument(metavar="ID")]
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
