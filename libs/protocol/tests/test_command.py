"""Decides that the protocol command answers without a server, and names what is wrong where it stands."""

import json
import shutil
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from tereze.contracts.words import Category, Locale, Risk
from tereze.protocol.cli import main
from tereze.protocol.country import read_country

COUNTRY = Path(__file__).resolve().parents[3] / "deploy" / "packs" / "kz"
Spoil = Callable[[str, str, str], Path]


@pytest.fixture
def spoil(tmp_path: Path) -> Spoil:
    """The shipped country with one text changed in one file."""
    folder = tmp_path / "kz"
    shutil.copytree(COUNTRY, folder, ignore=shutil.ignore_patterns("staff.yaml", "referrals.ndjson"))

    def change(name: str, written: str, instead: str) -> Path:
        path = folder / name
        text = path.read_text()
        assert written in text
        path.write_text(text.replace(written, instead, 1))
        return folder

    return change


def check(folder: Path, capsys: pytest.CaptureFixture[str], *, at: str = "2026-07-24") -> tuple[int, Any]:
    code = main(["check", str(folder), "--json", "--at", at])
    return code, json.loads(capsys.readouterr().out)


def test_the_shipped_country_has_no_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    code, told = check(COUNTRY, capsys)
    assert (code, told["mistakes"]) == (0, [])


PACK = "protocol/kz-default-2.yaml"
MISTAKES = [
    (PACK, "      low: [patronage.visit]\n", "", r"kz-vac:neglect.steps: no row for risk low"),
    (PACK, "health.see_within_24h, guardianship.protect", "health.see_within_24h, guardianship.protekt", "no step"),
    (PACK, "    - level: agency_head", "    - level: ombudsman", "the levels are warning, breach"),
    (PACK, "      kk: \"Баланы медициналық тексеру\"", "      kk: \"\"", "there is no text in kk"),
    (PACK, "      en: \"Examine the child\"", "      en: \"Осмотреть\"", "letters of another language"),
    (PACK, "    sheet: online\n", "    sheet: onlyne\n", "there is no guidance sheet 'onlyne'"),
    (PACK, "    sheet: rights\n", "", "names no guidance sheet"),
    (PACK, "hold_caps: {critical: 1 WD, ", "hold_caps: {", "rules.hold_caps: no limit for risk critical"),
    (PACK, "assessment:", "assesment:", "assesment"),
    (PACK, "critical: 10 WD, high: 20 WD", "critical: 30 WD, high: 20 WD", "critical gives more time than high"),
    (PACK, "medium: 45 WD, low: 45 WD", "medium: 45 WD, low: 4500 WD", "longer than two years"),
    (PACK, "told_first: [social_patronage]", "told_first: [prosecutor]", "told first but is asked for nothing"),
    (PACK, "services: [addiction_treatment, rehab", "services: [rehab", "services.addiction_treatment: no category"),
    (PACK, "raised_to: medium", "raised_to: advice_only", "is no stricter than low"),
    ("guidance/kz-default-2/online.yaml", "teacher:", "teachers:", "kz-default-2/online.yaml line"),
    ("calendar/2026.yaml", "week: [mon", "week: [moon", "2026.yaml line"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: str(mistake[-1]))
def test_a_mistake_is_named_with_its_file_and_line(
    spoil: Spoil, capsys: pytest.CaptureFixture[str], mistake: tuple[str, str, str, str]
) -> None:
    *change, message = mistake
    code, told = check(spoil(*change), capsys)
    assert code == 1
    assert any(message in line and " line " in line for line in told["mistakes"]), told["mistakes"]


def test_a_row_nobody_can_reach_is_a_mistake(spoil: Spoil, capsys: pytest.CaptureFixture[str]) -> None:
    folder = spoil(PACK, "  police.check:\n", "  police.dance:\n    service: police\n    obligations: [acknowledge]\n"
                   "    sheet: any_concern\n    title: {kk: \"б\", ru: \"т\", en: \"d\"}\n  police.check:\n")  # fmt: skip
    code, told = check(folder, capsys)
    assert code == 1
    assert "steps.police.dance: no category asks for this step: it cannot be reached" in told["mistakes"][0]


def test_a_holder_that_exists_nowhere_is_a_mistake(spoil: Spoil, capsys: pytest.CaptureFixture[str]) -> None:
    folder = spoil("demo/agencies.yaml", '"kind": "prosecutor"', '"kind": "ministry"')
    code, told = check(folder, capsys)
    assert code == 1
    assert any("steps.prosecutor.oversee.service: there is no prosecutor anywhere" in line for line in told["mistakes"])


def test_working_limits_need_a_calendar(capsys: pytest.CaptureFixture[str]) -> None:
    code, told = check(COUNTRY, capsys, at="2031-03-01")
    assert code == 1
    assert any("no calendar for 2028, 2029, 2030, 2031" in line for line in told["mistakes"])


def test_next_year_s_calendar_is_missed_a_quarter_ahead(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(COUNTRY, capsys, at="2027-09-30")[1]["warnings"] == check(COUNTRY, capsys)[1]["warnings"]
    code, told = check(COUNTRY, capsys, at="2027-10-01")
    assert code == 0
    assert "calendar: 2028 is missing; limits will count without its days off" in told["warnings"]


def test_a_pack_with_a_mistake_is_refused_whole_and_the_one_before_it_stays(spoil: Spoil) -> None:
    folder = spoil(PACK, "high: 12 h W, ", "")
    country = read_country(folder)
    assert [pack.version for pack in country.protocols.packs] == ["kz-default/1"]
    [refused] = country.refused
    assert refused.source == "kz-default-2.yaml"
    assert "no limit for risk high" in refused.mistakes[0]


@pytest.mark.parametrize("language", Locale)
def test_explain_tells_in_each_language_who_must_act(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["explain", "--category", "sexual_contact", "--risk", "high", "--language", language]
    assert main([*words, "--at", "2026-07-24T16:40+05:00", "--sheets"]) == 0
    shown = capsys.readouterr().out
    assert "obligations.acknowledge.limits.high" in shown
    assert {"kk": "Бірінші хабардар болады", "ru": "Первыми извещаются", "en": "Told first"}[language] in shown
    assert {"kk": "Мұғалімге", "ru": "Учителю", "en": "For a teacher"}[language] in shown


@pytest.mark.parametrize(("category", "risk"), list(zip(Category, cycle(Risk), strict=False)))
def test_explain_answers_for_every_category(category: str, risk: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--category", category, "--risk", risk, "--at", "2026-07-24T16:40+05:00", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    due = [each["due_at"] for step in shown["steps"] for each in step["obligations"] if each["due_at"]]
    assert due
    assert min(due) > "2026-07-24T11:40:00Z"
    assert all(each["row"] for step in shown["steps"] for each in step["obligations"] if each["due_at"])


def test_explain_counts_from_the_assault(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["explain", "--category", "sexual_contact", "--risk", "high", "--json", "--at", "2026-07-24T11:40:00Z"]
    main([*words, "--occurred", "2026-07-22T09:40:00Z"])
    shown = json.loads(capsys.readouterr().out)
    health = next(step for step in shown["steps"] if step["service"] == "health")
    seen = next(each for each in health["obligations"] if each["obligation"] == "see_the_child")
    assert seen["due_at"] == "2026-07-25T09:40:00Z"
    assert seen["row"] == "steps.health.care_after_assault.from_event.see_the_child"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["explain", "--category", "neglect", "--risk", "low", "--version", "kz-default/9"], 2, "kz-default/9"),
        (["explain", "--category", "neglect", "--risk", "low", "--at", "2020-01-01"], 2, "no protocol is in force"),
        (["check", "/nowhere/at/all.yaml"], 2, "there is no such pack"),
        (["replay", "/nowhere.ndjson"], 2, "nowhere"),
    ],
)
def test_a_question_without_an_answer_says_why(
    words: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == code
    assert told in capsys.readouterr().err
