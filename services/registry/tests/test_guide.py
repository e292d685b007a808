"""The guide for caseworkers shows what the code decides: every figure of its example is computed again."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tereze.client.cli.words import CATALOGUE
from tereze.contracts.referrals import Child
from tereze.contracts.words import Locale, Sex
from tereze.registry.matching import Decision, Description, Kind, Known, decide, describe, guards, shipped_model
from tereze.registry.matching.levels import LEVELS

GUIDE = (Path(__file__).parents[3] / "docs/guides/identity-decisions.md").read_text("utf-8")
WRITTEN = {"family": "family", "given": "given", "order of the boxes": "order", "patronymic": "patronymic",
           "birth date": "born", "sex": "sex", "region": "place"}  # fmt: skip


def boy(born: date, *names: str) -> Description:
    boxes: dict[str, Any] = dict(zip(("family", "given", "patronymic"), names, strict=False))
    return describe(Child(**boxes, birth_date=born, sex=Sex.MALE), region="KZ-75")


POLICE = boy(date(2016, 4, 9), "Қалқанбаев", "Ернұр", "Болатұлы")
SCHOOL = boy(date(2016, 9, 4), "Kalkanbaev", "Yernour")
TWIN = boy(date(2016, 4, 9), "Қалқанбаев", "Ержан", "Болатұлы")


def decided(child: Description, *known: Description) -> Decision:
    return decide(child, [Known("per_1", known)], shipped_model(), 1_000_000)


def shown(heading: str) -> list[tuple[str, str, float]]:
    """The steps in the table below a heading of the page."""
    rows = re.findall(
        r"^\| ([a-z ]+) \| ([a-z ]+) \| ([+−][\d.]+) \|$", GUIDE.split(heading)[1].split("\n## ")[0], re.MULTILINE
    )
    return [(WRITTEN[field], step.replace(" and ", " ").replace(" ", "_"), bits(worth)) for field, step, worth in rows]


def bits(written: str) -> float:
    return float(written.replace("−", "-"))


@pytest.mark.parametrize(
    ("heading", "decision", "kind"),
    [
        ("## A decision, step by step", decided(SCHOOL, POLICE), Kind.LINK),
        ("## His twin", decided(TWIN, POLICE, SCHOOL), Kind.NEW),
    ],
)
def test_the_example_is_what_the_code_decides_today(heading, decision, kind):
    drawn = decision.waterfall
    assert drawn is not None
    assert decision.kind is kind
    steps = [(one.field, one.level, one.bits) for one in drawn.steps]
    told = shown(heading)
    assert [one[:2] for one in told] == [one[:2] for one in steps]
    assert [one[2] for one in told] == pytest.approx([one[2] for one in steps], abs=0.051)
    section = GUIDE.split(heading)[1]
    together = re.search(r"[Tt]ogether(?:\*\* \| \| \*\*|: )([+−][\d.]+)", section)
    assert together is not None
    assert bits(together[1]) == pytest.approx(drawn.total, abs=0.051)


def test_the_thresholds_are_what_a_register_of_a_million_asks():
    drawn = decided(SCHOOL, POLICE).waterfall
    assert drawn is not None
    assert f"From {drawn.link_from:.1f} bits on" in GUIDE
    assert f"Between {drawn.review_from:.1f} and {drawn.link_from:.1f} bits" in GUIDE
    assert drawn.model in GUIDE


def test_every_field_level_and_guard_has_a_word_for_the_desk_and_every_guard_a_row_on_the_page():
    told = [f"compared.{field}" for field in LEVELS] + [
        f"agrees.{level}" for levels in LEVELS.values() for level in levels
    ]
    codes = {value for name, value in vars(guards).items() if name.isupper() and isinstance(value, str)}
    for locale in Locale:
        assert {*told, *(f"guard.{code}" for code in codes)} <= CATALOGUE[locale].keys()
    assert [code for code in sorted(codes) if f"`{code}`" not in GUIDE] == []


def test_the_twin_is_held_back_by_the_guard_that_the_page_names():
    assert decided(TWIN, POLICE, SCHOOL).flags == ("given-name-differs",)
    assert "| `given-name-differs` |" in GUIDE
