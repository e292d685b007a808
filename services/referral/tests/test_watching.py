"""Decides that an operator sees what must be mended: a refused protocol, and a calendar that will be missing."""

from datetime import date
from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY

from tereze.protocol import Country, Protocols, Refused, WorkingCalendar, read_country
from tereze.referral.app import watch

COUNTRY = Path(__file__).resolve().parents[3] / "deploy" / "packs" / "kz"


def test_a_refused_protocol_is_counted_and_logged_with_its_lines(protocols: Protocols, capsys: Any) -> None:
    mistake = "kz-default-3.yaml line 7: version: no such version"
    watch(Country(protocols, (Refused("kz-default-3.yaml", (mistake,)),)), date(2026, 7, 24))
    assert REGISTRY.get_sample_value("tereze_protocols_refused") == 1
    assert mistake in capsys.readouterr().out
    watch(read_country(COUNTRY), date(2026, 7, 24))
    assert REGISTRY.get_sample_value("tereze_protocols_refused") == 0


def test_a_calendar_that_will_be_missing_is_told_a_quarter_ahead(
    calendar: WorkingCalendar, protocols: Protocols, capsys: Any
) -> None:
    country = Country(Protocols(protocols.packs, calendar), ())
    watch(country, date(2027, 9, 30))
    assert "without days off" not in capsys.readouterr().out
    watch(country, date(2027, 10, 1))
    assert "2028" in capsys.readouterr().out
    assert REGISTRY.get_sample_value("tereze_calendar_years_missing") is not None
