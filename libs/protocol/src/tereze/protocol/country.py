"""Decides which files of a country's folder hold what, the one module here that opens a file; must never write one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tereze.protocol.calendar import WorkingCalendar
from tereze.protocol.calendars import load_calendar, load_unit_calendar
from tereze.protocol.guidance import Sheet, load_sheet
from tereze.protocol.loader import Refused, load_shelf
from tereze.protocol.shelf import Protocols


@dataclass(frozen=True, slots=True)
class Country:
    """What a country's folder says: its protocols and calendars, and which protocols were refused."""

    protocols: Protocols
    refused: tuple[Refused, ...]


def read_country(folder: Path) -> Country:
    """The protocols and calendars of a folder. Raises BadText for a calendar with a mistake, or where no protocol is left."""
    calendar = read_calendar(folder)
    units = [load_unit_calendar(text, calendar, name) for name, text in texts(folder / "calendar" / "units")]
    shelf, refused = load_shelf(texts(folder / "protocol"), calendar, {unit.name: unit for unit in units})
    return Country(shelf, refused)


def read_calendar(folder: Path) -> WorkingCalendar:
    """The country's own calendar. Raises BadText."""
    years = texts(folder / "calendar")
    return load_calendar([text for _, text in years], [name for name, _ in years])


def read_sheets(folder: Path, version: str) -> Mapping[str, Sheet]:
    """The guidance sheets of one protocol version by name. Raises BadText."""
    found = (load_sheet(text, name) for name, text in texts(guidance_folder(folder, version)))
    return {sheet.sheet: sheet for sheet in found}


def guidance_folder(folder: Path, version: str) -> Path:
    """Where the sheets of a protocol version lie: ``guidance/kz-default-2`` for ``kz-default/2``."""
    return folder / "guidance" / version.replace("/", "-")


def texts(folder: Path) -> list[tuple[str, str]]:
    """Name and text of every YAML file of a folder, in order; none where the folder is not there."""
    return [(path.name, path.read_text("utf-8")) for path in sorted(folder.glob("*.yaml"))]
