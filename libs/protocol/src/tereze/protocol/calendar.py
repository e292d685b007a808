"""Decides which hours a country works and when a limit runs out; must never read a file or the time."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tereze.protocol.limits import Limit, Unit

_LONGEST_PAUSE = 60  # days in a row without work; more is a calendar with a mistake in it


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
    """The working time of a country.

    A year the data do not cover is counted with the working week of the nearest covered year and no day off: a limit then
    runs out earlier than it truly would, never later. ``require`` says so loudly where a caller wants to know.
    """

    zone: ZoneInfo
    years: Mapping[int, CalendarYear] = field(hash=False)

    def require(self, year: int) -> None:
        """Raise CalendarMissesYear unless the year is covered."""
        if year not in self.years:
            covered = ", ".join(str(known) for known in sorted(self.years)) or "none"
            raise CalendarMissesYear(f"the working calendar has no year {year} (covered: {covered})")

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

    def days_from(self, day: date) -> Iterator[date]:
        """Working days in order, beginning with the day itself if it is one."""
        pause = 0
        while True:
            if self.works_on(day):
                pause = 0
                yield day
            else:
                pause += 1
                if pause > _LONGEST_PAUSE:
                    raise CalendarWithoutWork(f"no working day within {_LONGEST_PAUSE} days before {day}")
            day += timedelta(days=1)

    def local(self, at: datetime) -> datetime:
        """The instant on the country's clock."""
        return at.astimezone(self.zone)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)

    def _nearest(self, year: int) -> CalendarYear:
        if not self.years:
            raise CalendarWithoutWork("the working calendar is empty")
        return self.years[min(self.years, key=lambda known: (abs(known - year), known))]


def due(limit: Limit, start: datetime, calendar: WorkingCalendar) -> datetime:
    """The instant (UTC) at which a limit that starts at an aware instant runs out.

    W counts the wall clock. Months end on the same day of the month and local time, or on the month's last day. WH counts
    working time only. WD: a start outside working time moves to the next opening; the limit then ends at the same local
    time so many working days later.
    """
    if limit.unit is Unit.WALL:
        return start.astimezone(UTC) + timedelta(minutes=limit.amount)
    if limit.unit is Unit.MONTHS:
        return _after_months(limit.amount, start, calendar)
    if limit.unit is Unit.WORKING_HOURS:
        return _after_working_time(timedelta(minutes=limit.amount), start, calendar)
    return _after_working_days(limit.amount, start, calendar)


def _after_months(months: int, start: datetime, calendar: WorkingCalendar) -> datetime:
    begins = calendar.local(start)
    years, month = divmod(begins.month - 1 + months, 12)
    year, month = begins.year + years, month + 1
    day = min(begins.day, monthrange(year, month)[1])
    return datetime.combine(date(year, month, day), begins.time(), tzinfo=calendar.zone).astimezone(UTC)


def _after_working_time(left: timedelta, start: datetime, calendar: WorkingCalendar) -> datetime:
    for day in calendar.days_from(calendar.local(start).date()):
        for opens, closes in calendar.hours_of(day):
            begins = max(opens, start)
            if begins >= closes:
                continue
            if left <= closes - begins:
                return begins.astimezone(UTC) + left
            left -= closes - begins
    raise AssertionError("days_from never ends")  # pragma: no cover


def _after_working_days(days: int, start: datetime, calendar: WorkingCalendar) -> datetime:
    begins = calendar.local(_next_working_instant(start, calendar))
    following = calendar.days_from(begins.date() + timedelta(days=1))
    last = begins.date()
    for _ in range(days):
        last = next(following)
    return datetime.combine(last, begins.time(), tzinfo=calendar.zone).astimezone(UTC)


def _next_working_instant(start: datetime, calendar: WorkingCalendar) -> datetime:
    for day in calendar.days_from(calendar.local(start).date()):
        spans = calendar.hours_of(day)
        if spans and start < spans[-1][1]:
            return max(start, spans[0][0])
    raise AssertionError("days_from never ends")  # pragma: no cover
