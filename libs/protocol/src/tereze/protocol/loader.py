"""Decides how protocol and calendar texts become values; must never open a file."""

import datetime as dt
from collections.abc import Iterable
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field

from tereze.contracts.directory import LocalName
from tereze.protocol.calendar import CalendarYear, WorkingCalendar
from tereze.protocol.checks import mistakes_in
from tereze.protocol.located import BadText, Located, Mistake, locate
from tereze.protocol.pack import Pack

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def load_pack(text: str, source: str = "pack") -> Pack:
    """Read a protocol pack from YAML. Raises BadText: every mistake with its line."""
    located = locate(text, source)
    pack = located.read(Pack)
    located.fail(list(mistakes_in(pack)))
    return pack


class _Dated(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    date: dt.date


class _DayOff(_Dated):
    """A day without work."""

    name: LocalName


class _Transfer(_Dated):
    """A weekend day that is worked, and why."""

    source: str


class _YearText(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    country: str
    year: int
    timezone: str
    source: Annotated[str, Field(min_length=1)]
    uncertain: tuple[str, ...]
    week: tuple[str, ...]
    hours: Annotated[tuple[tuple[dt.time, dt.time], ...], Field(min_length=1)]
    days_off: tuple[_DayOff, ...]
    working_days: tuple[_Transfer, ...] = ()


def load_calendar(texts: Iterable[str]) -> WorkingCalendar:
    """Read one YAML text per year. Raises BadText for a mistake, a gap between years or two time zones."""
    years: dict[int, CalendarYear] = {}
    zones: dict[str, ZoneInfo] = {}
    for number, text in enumerate(texts, start=1):
        located = locate(text, f"calendar {number}")
        read = located.read(_YearText)
        located.fail(_year_mistakes(read, years))
        years[read.year] = _year(read)
        zones[read.timezone] = _zone(located, read.timezone)
    if len(zones) != 1:
        raise BadText("calendar: exactly one time zone is needed, found " + (", ".join(sorted(zones)) or "none"))
    if gaps := sorted(set(range(min(years), max(years) + 1)) - set(years)):
        raise BadText(f"calendar: the years {', '.join(map(str, gaps))} are missing in between")
    return WorkingCalendar(zone=next(iter(zones.values())), years=years)


def _year_mistakes(read: _YearText, years: dict[int, CalendarYear]) -> list[Mistake]:
    found = []
    if read.year in years:
        found.append(Mistake(("year",), f"{read.year} is given twice"))
    found += [Mistake(("week",), f"{day!r} is no weekday") for day in read.week if day not in _WEEK]
    ends = [clock for span in read.hours for clock in span]
    if ends != sorted(set(ends)):
        found.append(Mistake(("hours",), "the spans follow each other and none is empty"))
    dated: tuple[tuple[str, tuple[_Dated, ...]], ...] = (
        ("days_off", read.days_off),
        ("working_days", read.working_days),
    )
    for name, days in dated:
        found += [
            Mistake((name, place), f"{day.date} is not in {read.year}")
            for place, day in enumerate(days)
            if day.date.year != read.year
        ]
    return found


def _year(read: _YearText) -> CalendarYear:
    return CalendarYear(
        year=read.year,
        weekdays=frozenset(_WEEK.index(day) for day in read.week),
        hours=read.hours,
        days_off=frozenset(day.date for day in read.days_off),
        working_days=frozenset(day.date for day in read.working_days),
    )


def _zone(located: Located, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadText(f"{located.source} line {located.line(('timezone',))}: {name!r} is no time zone") from None
