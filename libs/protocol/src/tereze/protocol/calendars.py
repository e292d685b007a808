"""Decides how calendar texts become working time, a country's or a unit's; must never open a file."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field

from tereze.contracts.directory import LocalName
from tereze.protocol.calendar import CalendarYear, WorkingCalendar
from tereze.protocol.located import BadText, Located, Mistake, locate

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_Hours = Annotated[tuple[tuple[dt.time, dt.time], ...], Field(min_length=1)]


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
    hours: _Hours
    days_off: tuple[_DayOff, ...]
    working_days: tuple[_Transfer, ...] = ()


def load_calendar(texts: Iterable[str], names: Sequence[str] = ()) -> WorkingCalendar:
    """Read one YAML text per year; ``names`` say where each stood.

    Raises BadText for a mistake, a gap between years or two time zones.
    """
    years: dict[int, CalendarYear] = {}
    zones: dict[str, ZoneInfo] = {}
    for number, text in enumerate(texts):
        located = locate(text, names[number] if names else f"calendar {number + 1}")
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
    found += _week_mistakes(read.week, read.hours)
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


def _week_mistakes(week: Sequence[str], hours: Sequence[tuple[dt.time, dt.time]]) -> list[Mistake]:
    found = [Mistake(("week",), f"{day!r} is no weekday") for day in week if day not in _WEEK]
    ends = [clock for span in hours for clock in span]
    if ends != sorted(set(ends)):
        found.append(Mistake(("hours",), "the spans follow each other and none is empty"))
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


class _UnitText(BaseModel):
    """A unit that works otherwise than the country: what is not given is the country's."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    calendar: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    title: LocalName
    source: Annotated[str, Field(min_length=1)]
    week: tuple[str, ...] | None = None
    hours: _Hours | None = None
    works_on_days_off: bool = False
    days_off: tuple[_DayOff, ...] = ()
    working_days: tuple[_Transfer, ...] = ()


def load_unit_calendar(text: str, country: WorkingCalendar, source: str = "calendar") -> WorkingCalendar:
    """Read what one unit's calendar has otherwise than its country's; its ``name`` is the id. Raises BadText."""
    located = locate(text, source)
    read = located.read(_UnitText)
    located.fail(_week_mistakes(read.week or (), read.hours or ()))
    years = {year: _unit_year(read, known) for year, known in country.years.items()}
    return replace(country, years=years, name=read.calendar)


def _unit_year(read: _UnitText, known: CalendarYear) -> CalendarYear:
    off = {day.date for day in read.days_off if day.date.year == known.year}
    worked = {day.date for day in read.working_days if day.date.year == known.year}
    kept = frozenset() if read.works_on_days_off else known.days_off
    return CalendarYear(
        year=known.year,
        weekdays=frozenset(_WEEK.index(day) for day in read.week) if read.week else known.weekdays,
        hours=read.hours or known.hours,
        days_off=(kept - worked) | off,
        working_days=(known.working_days - off) | worked,
    )
