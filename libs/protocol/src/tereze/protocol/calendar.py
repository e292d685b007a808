"""Decides which days and hours a country or a unit works; must never read a file or the time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_LAST_QUARTER = 10  # the month from which next year's calendar is missed


class CalendarWithoutWork(ValueError):
    """The calendar holds no working time where some is needed."""


class CalendarMissesYear(LookupError):
    """The calendar says nothing about a year."""


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year's exceptions to the working week. ``hours`` are local, in order, not overlapping; weekdays count from Monday 0."""

    year: int
    weekdays: frozenset[int]
    hours: tuple[tuple[time, time], ...]
    days_off: frozenset[date]
    working_days: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The working time of a country, or of a unit that differs from it.

    A year the data do not cover is counted with the working week of the nearest covered year and no day off: a limit then
    runs out earlier than it truly would, never later. ``require`` says so loudly where a caller wants to know.
    """

    zone: ZoneInfo
    years: Mapping[int, CalendarYear] = field(hash=False)
    name: str = ""

    def require(self, year: int) -> None:
        """Raise CalendarMissesYear unless the year is covered."""
        if year not in self.years:
            covered = ", ".join(str(known) for known in sorted(self.years)) or "none"
            raise CalendarMissesYear(f"the working calendar has no year {year} (covered: {covered})")

    def missing_on(self, day: date) -> tuple[int, ...]:
        """The years that should be covered on a day and are not: the day's own, and from October on the next."""
        wanted = (day.year, day.year + 1) if day.month >= _LAST_QUARTER else (day.year,)
        return tuple(year for year in wanted if year not in self.years)

    def works_on(self, day: date) -> bool:
        """Whether the day is a working day."""
        known = self.years.get(day.year)
        if known is None:
            return day.weekday() in self._nearest(day.year).weekdays
        if day in known.working_days:
            return True
        return day.weekday() in known.weekdays and day not in known.days_off

    def hours_of(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The working spans of one day as instants; none on a day off."""
        if not self.works_on(day):
            return ()
        known = self.years.get(day.year) or self._nearest(day.year)
        return tuple((self._at(day, opens), self._at(day, closes)) for opens, closes in known.hours)

    def local(self, at: datetime) -> datetime:
        """The instant on the country's clock."""
        return at.astimezone(self.zone)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)

    def _nearest(self, year: int) -> CalendarYear:
        if not self.years:
            raise CalendarWithoutWork("the working calendar is empty")
        return self.years[min(self.years, key=lambda known: (abs(known - year), known))]
