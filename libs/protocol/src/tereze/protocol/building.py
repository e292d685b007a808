"""Decides a year's working calendar from public holidays and decreed transfers; must never change a year that is written down."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import holidays
from pydantic import Field

from tereze.contracts.directory import LocalName
from tereze.protocol.calendar import WorkingCalendar
from tereze.protocol.located import locate
from tereze.protocol.parts import Part, Source

_MARK = re.compile(r" \((observed|estimated|observed, estimated)\)$")


class Transfer(Part):
    """A decree: the day ``free`` is off, and ``worked`` is worked instead."""

    free: date
    worked: date
    source: Source


class Decrees(Part):
    """What the library of public holidays cannot know, and its names in the working languages."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    transfers: tuple[Transfer, ...]
    names: dict[str, LocalName]
    observed: LocalName
    transferred: LocalName


@dataclass(frozen=True, slots=True)
class BuiltDay:
    """A day off and its name."""

    day: date
    name: LocalName


def read_decrees(text: str, source: str = "decrees.yaml") -> Decrees:
    """Read the decrees from YAML. Raises BadText."""
    return locate(text, source).read(Decrees)


def build_days_off(decrees: Decrees, year: int) -> tuple[BuiltDay, ...]:
    """The days off of a year, in order. Raises LookupError for a holiday whose name the decrees do not translate."""
    found: dict[date, LocalName] = {}
    library = holidays.country_holidays(decrees.country, years=year, language="en_US")
    for day, said in library.items():
        if "substituted from" not in said:  # transfers come from the decrees, where their source stands
            found[day] = _name(decrees, said)
    for transfer in decrees.transfers:
        if transfer.free.year == year:
            found[transfer.free] = decrees.transferred
    return tuple(BuiltDay(day, name) for day, name in sorted(found.items(), key=lambda pair: pair[0]))


def build_working_days(decrees: Decrees, year: int) -> tuple[Transfer, ...]:
    """The days of a year that are worked although they would be free."""
    return tuple(transfer for transfer in decrees.transfers if transfer.worked.year == year)


def differences(folder: Path, calendar: WorkingCalendar) -> list[str]:
    """Where a written year differs from what the holidays and decrees give today, one line each; empty without decrees."""
    path = folder / "decrees.yaml"
    if not path.exists():
        return []
    decrees = read_decrees(path.read_text("utf-8"))
    return [line for year in sorted(calendar.years) for line in _differences(decrees, year, calendar)]


def _differences(decrees: Decrees, year: int, calendar: WorkingCalendar) -> Iterator[str]:
    built = {each.day for each in build_days_off(decrees, year)}
    worked = {each.worked for each in build_working_days(decrees, year)}
    written = calendar.years[year]
    for day in sorted(built - written.days_off):
        yield f"calendar {year}: {day} is off by the holidays and decrees, and is not written as a day off"
    for day in sorted(written.days_off - built):
        yield f"calendar {year}: {day} is written as a day off, and is none by the holidays and decrees"
    for day in sorted(worked ^ written.working_days):
        yield f"calendar {year}: {day} is worked by only one of the decrees and the written year"


def year_text(decrees: Decrees, year: int, *, zone: str, source: str, uncertain: Sequence[str]) -> str:
    """A year's calendar as the YAML of ``calendar/<year>.yaml``, to be read by a person and written down."""
    days = "".join(f"  - {{date: {each.day}, name: {_inline(each.name)}}}\n" for each in build_days_off(decrees, year))
    worked = build_working_days(decrees, year)
    lines = "".join(f'  - {{date: {each.worked}, source: "{each.source}"}}\n' for each in worked)
    doubts = "".join(f'  - "{doubt}"\n' for doubt in uncertain)
    return (
        f'country: {decrees.country}\nyear: {year}\ntimezone: {zone}\nsource: "{source}"\n'
        + (f"uncertain:\n{doubts}" if doubts else "uncertain: []\n")
        + 'week: [mon, tue, wed, thu, fri]\nhours: [["09:00", "13:00"], ["14:00", "18:00"]]\n'
        + f"days_off:\n{days}"
        + (f"working_days:\n{lines}" if lines else "working_days: []\n")
    )


def estimated_days(decrees: Decrees, year: int) -> tuple[date, ...]:
    """The days the library only estimates, from the lunar calendar."""
    library = holidays.country_holidays(decrees.country, years=year, language="en_US")
    return tuple(sorted(day for day, said in library.items() if "estimated" in said))


def _name(decrees: Decrees, said: str) -> LocalName:
    mark = _MARK.search(said)
    plain = _MARK.sub("", said)
    if plain not in decrees.names:
        raise LookupError(f"decrees.yaml has no name in kk, ru and en for {plain!r}")
    name = decrees.names[plain]
    if mark is None or "observed" not in mark[1]:
        return name
    beside = decrees.observed
    return LocalName(kk=f"{name.kk} ({beside.kk})", ru=f"{name.ru} ({beside.ru})", en=f"{name.en} ({beside.en})")


def _inline(name: LocalName) -> str:
    return f'{{kk: "{name.kk}", ru: "{name.ru}", en: "{name.en}"}}'
