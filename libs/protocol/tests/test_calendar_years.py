"""Decides that the written years are what the holidays and decrees give, and that odd days count as a clerk would count them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tereze.contracts.words import Locale
from tereze.protocol import BadText, Limit, Unit, WorkingCalendar, due, load_calendar, load_unit_calendar, read_limit
from tereze.protocol.building import build_days_off, differences, read_decrees, year_text

COUNTRY = Path(__file__).resolve().parents[3] / "deploy" / "packs" / "kz"
UNIT = """
calendar: duty-round-the-clock
title: {kk: "Тәулік бойы", ru: "Круглосуточно", en: "Round the clock"}
source: test
week: [mon, tue, wed, thu, fri, sat, sun]
hours: [["00:00", "23:59"]]
works_on_days_off: true
"""


def test_the_written_years_are_what_holidays_and_decrees_give(calendar: WorkingCalendar) -> None:
    assert set(calendar.years) == {2025, 2026, 2027}
    assert differences(COUNTRY, calendar) == []


def test_a_written_year_that_differs_is_told() -> None:
    text = (COUNTRY / "calendar" / "2026.yaml").read_text()
    lost = "\n".join(line for line in text.splitlines() if "2026-05-27" not in line)
    told = differences(COUNTRY, load_calendar([lost]))
    assert told == ["calendar 2026: 2026-05-27 is off by the holidays and decrees, and is not written as a day off"]


def test_a_year_is_built_in_three_languages_and_reads_back(calendar: WorkingCalendar) -> None:
    decrees = read_decrees((COUNTRY / "decrees.yaml").read_text())
    for day in build_days_off(decrees, 2028):
        assert all(getattr(day.name, locale) for locale in Locale)
    text = year_text(decrees, 2025, zone="Asia/Almaty", source="test", uncertain=["one doubt"])
    assert load_calendar([text]).years[2025] == calendar.years[2025]


@pytest.mark.parametrize(
    ("limit", "start", "ends"),
    [
        # months end on the same day, or on the month's last
        ("1 mo W", "2027-01-31 10:00", "2027-02-28 10:00"),
        ("1 mo W", "2028-01-31 10:00", "2028-02-29 10:00"),
        ("3 mo W", "2025-11-30 10:00", "2026-02-28 10:00"),
        ("6 mo W", "2026-08-31 23:30", "2027-02-28 23:30"),
        ("1 mo W", "2025-12-15 10:00", "2026-01-15 10:00"),
        # the leap day is a day like others
        ("24 h W", "2028-02-28 12:00", "2028-02-29 12:00"),
        ("1 WD", "2028-02-28 12:00", "2028-02-29 12:00"),
        ("2 WD", "2028-02-28 12:00", "2028-03-01 12:00"),
        # weeks
        ("6 w W", "2026-07-24 16:40", "2026-09-04 16:40"),
        # Almaty turned its clocks from +6 to +5 in the night to 1 March 2024: the night was an hour longer
        ("24 h W", "2024-02-29 12:00", "2024-03-01 11:00"),
        ("1 WD", "2024-02-29 12:00", "2024-03-01 12:00"),
        ("8 WH", "2024-02-29 14:00", "2024-03-01 13:00"),
        ("1 mo W", "2024-02-15 12:00", "2024-03-15 12:00"),
    ],
)
def test_odd_days_count_as_a_clerk_would_count(limit: str, start: str, ends: str, calendar: WorkingCalendar) -> None:
    zone = calendar.zone
    begins, until = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (start, ends))
    assert due(read_limit(limit), begins, calendar) == until


def test_a_clock_set_back_gives_the_same_instant_either_time_it_shows_it(calendar: WorkingCalendar) -> None:
    """In the night to 1 March 2024 the hour from 23:00 came twice; a start is an instant, not what a clock showed."""
    first = datetime(2024, 2, 29, 17, 30, tzinfo=UTC)
    second = first + timedelta(hours=1)
    assert calendar.local(first).time() == calendar.local(second).time()
    assert due(Limit(60, Unit.WALL), second, calendar) - due(Limit(60, Unit.WALL), first, calendar) == timedelta(
        hours=1
    )


def test_a_unit_works_otherwise_than_its_country(calendar: WorkingCalendar) -> None:
    unit = load_unit_calendar(UNIT, calendar)
    assert unit.name == "duty-round-the-clock"
    saturday = datetime(2026, 7, 25, 5, 0, tzinfo=UTC)
    assert due(read_limit("2 WH"), saturday, unit) == saturday + timedelta(hours=2)
    assert due(read_limit("2 WH"), saturday, calendar) > saturday + timedelta(days=1)
    assert unit.works_on(date(2026, 1, 1))


def test_a_unit_s_own_days_count_over_the_country_s(calendar: WorkingCalendar) -> None:
    name = '{kk: "Демалыс", ru: "Каникулы", en: "Holidays"}'
    text = UNIT.split("week:", maxsplit=1)[0] + (
        f"days_off:\n  - {{date: 2026-11-02, name: {name}}}\n"
        'working_days:\n  - {date: 2026-10-26, source: "order of the unit"}\n'
    )
    unit = load_unit_calendar(text, calendar)
    assert (unit.works_on(date(2026, 11, 2)), calendar.works_on(date(2026, 11, 2))) == (False, True)
    assert (unit.works_on(date(2026, 10, 26)), calendar.works_on(date(2026, 10, 26))) == (True, False)
    with pytest.raises(BadText, match=r"unit line \d+: hours: the spans follow each other"):
        load_unit_calendar(UNIT.replace('["00:00", "23:59"]', '["10:00", "09:00"]'), calendar, "unit")


@given(day=st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_a_calendar_year_is_missed_from_the_last_quarter_before_it(calendar: WorkingCalendar, day: date) -> None:
    assert calendar.missing_on(day) == ((2028,) if day >= date(2027, 10, 1) else ())


STARTS = st.datetimes(datetime(2023, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zone by strategy


@given(start=STARTS, days=st.integers(1, 60))
def test_working_days_are_as_many_as_a_walk_over_the_days_counts(
    calendar: WorkingCalendar, start: datetime, days: int
) -> None:
    end = calendar.local(due(Limit(days, Unit.WORKING_DAYS), start, calendar))
    first = calendar.local(start).date()
    if not calendar.works_on(first) or start >= calendar.hours_of(first)[-1][1]:
        first += timedelta(days=1)
        while not calendar.works_on(first):
            first += timedelta(days=1)
    walked = [first + timedelta(days=n) for n in range(1, (end.date() - first).days + 1)]
    assert sum(map(calendar.works_on, walked)) == days


@given(start=STARTS, months=st.integers(1, 24))
def test_months_end_in_the_month_that_many_later(calendar: WorkingCalendar, start: datetime, months: int) -> None:
    begins, ends = calendar.local(start), calendar.local(due(Limit(months, Unit.MONTHS), start, calendar))
    assert (ends.year - begins.year) * 12 + ends.month - begins.month == months
    assert ends.day <= begins.day
