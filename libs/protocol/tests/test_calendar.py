"""Decides that limits run out when a clerk with a wall calendar of Kazakhstan would say so."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tereze.protocol import (
    BadText,
    CalendarMissesYear,
    Limit,
    NotALimit,
    Unit,
    WorkingCalendar,
    due,
    load_calendar,
    read_limit,
)
from tereze.protocol.calendar import CalendarWithoutWork, CalendarYear

YEAR = """
country: KZ
year: 2026
timezone: Asia/Almaty
source: test
uncertain: []
week: [mon, tue, wed, thu, fri]
hours: [["09:00", "13:00"], ["14:00", "18:00"]]
days_off: []
"""


def almaty(text: str, calendar: WorkingCalendar) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=calendar.zone)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("30 min W", 30, Unit.WALL),
        ("2 h W", 120, Unit.WALL),
        ("3 d W", 4320, Unit.WALL),
        ("4 WH", 240, Unit.WORKING_HOURS),
        ("90 min WH", 90, Unit.WORKING_HOURS),
        ("10 WD", 10, Unit.WORKING_DAYS),
        ("1WD", 1, Unit.WORKING_DAYS),
    ],
)
def test_a_limit_is_read(text: str, amount: int, unit: Unit) -> None:
    assert read_limit(text) == Limit(amount, unit)


@pytest.mark.parametrize(
    "text", ["", "0 WD", "-1 WD", "2 h", "4 W", "1.5 h W", "30 min", "2 weeks", "4 wh", "1 WD ", "999999 WD"]
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(NotALimit, match="write for example"):
        read_limit(text)


@given(st.builds(Limit, st.integers(1, 90), st.sampled_from(Unit)))
def test_a_limit_reads_back_from_its_own_text(limit: Limit) -> None:
    assert read_limit(str(limit)) == limit


@pytest.mark.parametrize(
    ("limit", "start", "ends"),
    [
        # the wall clock knows no weekend
        ("2 h W", "2026-07-24 16:40", "2026-07-24 18:40"),
        ("24 h W", "2026-07-24 16:40", "2026-07-25 16:40"),
        ("72 h W", "2026-07-24 16:40", "2026-07-27 16:40"),
        # working hours: the break, the evening, the weekend
        ("4 WH", "2026-07-22 09:00", "2026-07-22 13:00"),
        ("4 WH", "2026-07-22 10:00", "2026-07-22 15:00"),
        ("4 WH", "2026-07-22 13:30", "2026-07-22 18:00"),
        ("4 WH", "2026-07-22 16:00", "2026-07-23 11:00"),
        ("4 WH", "2026-07-24 16:40", "2026-07-27 11:40"),
        ("4 WH", "2026-07-25 12:00", "2026-07-27 13:00"),
        ("1 WH", "2026-07-22 06:00", "2026-07-22 10:00"),
        ("8 WH", "2026-07-22 18:00", "2026-07-23 18:00"),
        # working days: the same local time, so many working days later
        ("1 WD", "2026-07-22 11:30", "2026-07-23 11:30"),
        ("1 WD", "2026-07-24 16:40", "2026-07-27 16:40"),
        ("1 WD", "2026-07-25 12:00", "2026-07-28 09:00"),
        ("1 WD", "2026-07-22 20:00", "2026-07-24 09:00"),
        ("1 WD", "2026-07-22 05:00", "2026-07-23 09:00"),
        ("10 WD", "2026-07-24 16:40", "2026-08-07 16:40"),
        # holidays: Nauryz 2026 is off from Saturday 21 to Wednesday 25 March
        ("1 WD", "2026-03-20 15:00", "2026-03-26 15:00"),
        ("4 WH", "2026-03-20 16:00", "2026-03-26 11:00"),
        ("1 WD", "2026-05-08 10:00", "2026-05-12 10:00"),
        ("2 WD", "2026-05-26 10:00", "2026-05-29 10:00"),
        # over New Year, from one year's data into the next
        ("2 WD", "2025-12-31 12:00", "2026-01-06 12:00"),
        ("10 WD", "2026-12-28 12:00", "2027-01-14 12:00"),
        # Friday 3 January 2025 was off, Sunday 5 January was worked
        ("1 WD", "2024-12-31 23:00", "2025-01-06 09:00"),
        ("4 WH", "2025-01-04 12:00", "2025-01-05 13:00"),
    ],
)
def test_a_limit_runs_out_as_the_calendar_says(limit: str, start: str, ends: str, calendar: WorkingCalendar) -> None:
    assert due(read_limit(limit), almaty(start, calendar), calendar) == almaty(ends, calendar)


def test_due_times_are_utc_whatever_zone_the_start_was_written_in(calendar: WorkingCalendar) -> None:
    for limit in ("2 h W", "4 WH", "1 WD"):
        local = due(read_limit(limit), almaty("2026-07-22 11:00", calendar), calendar)
        assert local.tzinfo is UTC
        assert local == due(read_limit(limit), datetime(2026, 7, 22, 6, 0, tzinfo=UTC), calendar)


def test_the_country_has_been_at_plus_five_since_march_2024_and_six_before(calendar: WorkingCalendar) -> None:
    assert almaty("2026-07-22 12:00", calendar).utcoffset() == timedelta(hours=5)
    assert almaty("2024-03-01 12:00", calendar).utcoffset() == timedelta(hours=5)
    assert almaty("2024-02-29 12:00", calendar).utcoffset() == timedelta(hours=6)
    assert due(read_limit("24 h W"), almaty("2024-02-29 12:00", calendar), calendar) == almaty(
        "2024-03-01 11:00", calendar
    )


def test_a_year_without_data_is_said_loudly_by_whoever_asks(calendar: WorkingCalendar) -> None:
    calendar.require(2026)
    with pytest.raises(CalendarMissesYear, match=r"no year 2031 \(covered: 2025, 2026, 2027\)"):
        calendar.require(2031)


def test_a_year_without_data_is_counted_without_days_off_so_that_limits_end_earlier(calendar: WorkingCalendar) -> None:
    assert calendar.works_on(date(2031, 1, 1))
    assert not calendar.works_on(date(2031, 1, 4))  # a Saturday
    assert due(read_limit("1 WD"), almaty("2031-01-01 10:00", calendar), calendar) == almaty(
        "2031-01-02 10:00", calendar
    )


def test_a_calendar_that_never_works_is_an_error_not_an_endless_search(calendar: WorkingCalendar) -> None:
    empty = WorkingCalendar(calendar.zone, {2026: CalendarYear(2026, frozenset(), (), frozenset())})
    with pytest.raises(CalendarWithoutWork):
        due(read_limit("1 WD"), almaty("2026-07-22 10:00", calendar), empty)
    with pytest.raises(CalendarWithoutWork, match="empty"):
        WorkingCalendar(calendar.zone, {}).works_on(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("mon, tue", "mon, fun"), r"line 7: week: 'fun' is no weekday"),
        (('"13:00"', '"15:00"'), r"line 8: hours: the spans follow each other"),
        (("year: 2026", "year: twenty"), r"line 3: year: "),
        (
            ("days_off: []", "days_off:\n  - {date: 2025-01-01, name: {kk: a, ru: b, en: c}}"),
            r"line 10: days_off.0: 2025",
        ),
        (("timezone: Asia/Almaty", "timezone: Asia/Atlantis"), r"line 4: 'Asia/Atlantis' is no time zone"),
        (("country: KZ", "country: KZ\ncountry: KG"), r"'country' stands again on line 3"),
        (("source: test", "sauce: test"), r"line 5: sauce: Extra inputs"),
        (("hours: [[", "hours: [["), None),
    ],
)
def test_a_mistake_in_a_calendar_names_its_line(change: tuple[str, str], message: str | None) -> None:
    text = YEAR.replace(*change)
    if message is None:
        load_calendar([text])
        return
    with pytest.raises(BadText, match=message):
        load_calendar([text])


def test_years_must_not_repeat_nor_leave_a_gap() -> None:
    with pytest.raises(BadText, match="2026 is given twice"):
        load_calendar([YEAR, YEAR])
    with pytest.raises(BadText, match="2027 are missing"):
        load_calendar([YEAR, YEAR.replace("2026", "2028")])
    with pytest.raises(BadText, match="exactly one time zone"):
        load_calendar([YEAR, YEAR.replace("2026", "2027").replace("Almaty", "Bishkek")])
    with pytest.raises(BadText, match="exactly one time zone"):
        load_calendar([])


INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001 - zone by strategy
LIMITS = st.one_of(
    st.builds(Limit, st.integers(1, 20_000), st.just(Unit.WALL)),
    st.builds(Limit, st.integers(1, 5_000), st.just(Unit.WORKING_HOURS)),
    st.builds(Limit, st.integers(1, 20), st.just(Unit.WORKING_DAYS)),
)


@given(LIMITS, INSTANTS, st.timedeltas(timedelta(0), timedelta(days=12)))
def test_who_starts_later_is_never_due_earlier(
    calendar: WorkingCalendar, limit: Limit, start: datetime, later: timedelta
) -> None:
    assert due(limit, start, calendar) <= due(limit, start + later, calendar)


@given(LIMITS, INSTANTS)
def test_a_limit_takes_time_and_more_of_it_takes_longer(
    calendar: WorkingCalendar, limit: Limit, start: datetime
) -> None:
    end = due(limit, start, calendar)
    assert end > start
    assert due(Limit(limit.amount + 1, limit.unit), start, calendar) > end


@given(st.builds(Limit, st.integers(1, 5_000), st.just(Unit.WORKING_HOURS)), INSTANTS)
def test_working_hours_take_exactly_their_amount_of_working_time(
    calendar: WorkingCalendar, limit: Limit, start: datetime
) -> None:
    end = due(limit, start, calendar)
    worked, day = timedelta(0), calendar.local(start).date()
    while day <= calendar.local(end).date():
        for opens, closes in calendar.hours_of(day):
            worked += max(timedelta(0), min(closes, end) - max(opens, start))
        day += timedelta(days=1)
    assert worked == timedelta(minutes=limit.amount)


@given(st.builds(Limit, st.integers(1, 20), st.just(Unit.WORKING_DAYS)), INSTANTS)
def test_a_limit_in_working_days_ends_in_working_time(calendar: WorkingCalendar, limit: Limit, start: datetime) -> None:
    end = calendar.local(due(limit, start, calendar))
    assert calendar.works_on(end.date())
    spans = calendar.hours_of(end.date())
    assert spans[0][0] <= end < spans[-1][1]
