"""How flags and files become a referral."""

from pathlib import Path

import pytest
import typer

from tereze.client.cli.desk import Desk
from tereze.client.cli.submission import category_code, checked, day, from_file, instant
from tereze.contracts.words import Category, Circumstance

YAML = """
region_code: KZ-75
risk: high
categories: [kz-vac:physical]
narrative: Көгерген жерлері бар.
occurred_at: 2026-03-05 18:00:00+05:00
circumstances: [injured]
child: {given: Айгерім, birth_date: 2017-02-28}
"""


@pytest.fixture
def desk() -> Desk:
    return Desk(lang="en", environment={})


def test_a_yaml_file_is_read_with_its_dates(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(YAML, encoding="utf-8")
    submission = from_file(desk, str(tmp_path / "x.yaml"))
    assert submission.child.birth_date is not None
    assert submission.child.birth_date.isoformat() == "2017-02-28"
    assert submission.occurred_at is not None
    assert submission.occurred_at.utcoffset() is not None
    assert submission.categories == (Category.PHYSICAL,)
    assert submission.circumstances == (Circumstance.INJURED,)


@pytest.mark.parametrize("form", ["physical", "kz-vac:physical"])
def test_a_form_of_violence_in_a_file_may_be_as_short_as_in_a_flag(desk: Desk, tmp_path: Path, form: str) -> None:
    (tmp_path / "x.yaml").write_text(YAML.replace("kz-vac:physical", form), encoding="utf-8")
    assert from_file(desk, str(tmp_path / "x.yaml")).categories == (Category.PHYSICAL,)


@pytest.mark.parametrize("forms", ["physical", "[1]", "[rain]", "{physical: 1}", "[null]"])
def test_what_is_no_form_of_violence_is_pointed_at(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str], forms: str
) -> None:
    (tmp_path / "x.yaml").write_text(YAML.replace("[kz-vac:physical]", forms), encoding="utf-8")
    with pytest.raises(typer.Exit):
        from_file(desk, str(tmp_path / "x.yaml"))
    assert "/categories" in capsys.readouterr().err


def test_what_is_no_amount_keeps_its_zeros_and_its_plus_unquoted(desk: Desk, tmp_path: Path) -> None:
    child = "child: {iin: 010203500014, phone: +77011234567, school: 12, birth_year: 2017}"
    written = YAML.replace("child: {given: Айгерім, birth_date: 2017-02-28}", child)
    (tmp_path / "x.yaml").write_text(written, encoding="utf-8")
    read = from_file(desk, str(tmp_path / "x.yaml")).child
    assert (read.iin, read.phone, read.school, read.birth_year) == ("010203500014", "+77011234567", "12", 2017)


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\xff", b"- a\n  b: c\n- ["])
def test_a_file_that_cannot_be_read_is_wrong_usage(desk: Desk, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(typer.BadParameter):
        from_file(desk, str(tmp_path / "x.json"))


def test_every_wrong_part_is_pointed_at(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as end:
        checked(desk, {"risk": "urgent", "child": {"familly": "x"}})
    assert end.value.exit_code == 2
    told = capsys.readouterr().err
    for pointer in ("/risk", "/child/familly", "/region_code", "/narrative"):
        assert pointer in told


def test_short_codes_dates_and_times_are_understood() -> None:
    assert category_code("neglect") == category_code("kz-vac:neglect") == "kz-vac:neglect"
    assert day("2017-02-28") == "2017-02-28"
    assert instant("2026-03-06T16:40:00+05:00") == "2026-03-06T11:40:00+00:00"
    for reader in (day, instant, category_code):
        with pytest.raises(typer.BadParameter):
            reader("yesterday")
