"""Decides when a limit runs out; must never give more time than the calendar says."""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from tereze.protocol.calendar import CalendarWithoutWork, WorkingCalendar
from tereze.protocol.identity import Same
from tereze.protocol.limits import Limit, Unit

_YEARS_AHEAD = 16
"""Nobody is given a limit longer than this; a calendar that holds no work within it holds none."""


@dataclass(frozen=True, slots=True)
class _Worktime:
    """The working time of some years, added up: a limit is then found by two searches and no walk over days.

    Instants are UTC and in order. ``worked`` is the working time before each span, with the whole of it at the end.
    """

    opens: tuple[datetime, ...]
    closes: tuple[datetime, ...]
    worked: tuple[timedelta, ...]
    days: tuple[date, ...]
    first_opening: tuple[datetime, ...]
    last_closing: tuple[datetime, ...]

    def after_hours(self, left: timedelta, start: datetime) -> datetime | None:
        """When so much working time has passed, or None if these years end before."""
        place = bisect_right(self.closes, start)
        if place == len(self.opens):
            return None
        target = self.worked[place] + max(timedelta(0), start - self.opens[place]) + left
        span = bisect_left(self.worked, target, lo=place + 1) - 1
        return self.opens[span] + (target - self.worked[span]) if span < len(self.opens) else None

    def after_days(self, days: int, start: datetime, calendar: WorkingCalendar) -> datetime | None:
        """The same local time so many working days later, or None if these years end before."""
        place = bisect_right(self.last_closing, start)
        if place + days >= len(self.days):
            return None
        begins = calendar.local(max(start, self.first_opening[place]))
        return datetime.combine(self.days[place + days], begins.time(), tzinfo=calendar.zone).astimezone(UTC)


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
    start = start.astimezone(UTC)
    years = 2
    while years <= _YEARS_AHEAD:
        worktime = _worktime(Same(calendar), start.year - 1, years)
        if limit.unit is Unit.WORKING_HOURS:
            ends = worktime.after_hours(timedelta(minutes=limit.amount), start)
        else:
            ends = worktime.after_days(limit.amount, start, calendar)
        if ends is not None:
            return ends
        years *= 2
    raise CalendarWithoutWork(f"{limit} does not end within {_YEARS_AHEAD} years of {start.year}")


def _after_months(months: int, start: datetime, calendar: WorkingCalendar) -> datetime:
    begins = calendar.local(start)
    years, month = divmod(begins.month - 1 + months, 12)
    year, month = begins.year + years, month + 1
    day = min(begins.day, monthrange(year, month)[1])
    return datetime.combine(date(year, month, day), begins.time(), tzinfo=calendar.zone).astimezone(UTC)


@lru_cache(maxsize=64)
def _worktime(same: Same[WorkingCalendar], first_year: int, years: int) -> _Worktime:
    calendar = same.value
    day, last = date(first_year, 12, 30), date(first_year + years, 12, 31)
    spans: list[tuple[datetime, datetime]] = []
    days: list[tuple[date, datetime, datetime]] = []
    while day <= last:
        if of_day := calendar.hours_of(day):
            spans += of_day
            days.append((day, of_day[0][0], of_day[-1][1]))
        day += timedelta(days=1)
    worked = [timedelta(0)]
    for opened, closed in spans:
        worked.append(worked[-1] + (closed - opened))
    return _Worktime(
        opens=tuple(opened for opened, _ in spans),
        closes=tuple(closed for _, closed in spans),
        worked=tuple(worked),
        days=tuple(each[0] for each in days),
        first_opening=tuple(each[1] for each in days),
        last_closing=tuple(each[2] for each in days),
    )
