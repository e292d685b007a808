from datetime import date
from typing import Any

import pytest

from tereze.contracts.referrals import Child
from tereze.registry.matching import Decision, Description, Kind, Known, decide, describe, keys, shipped_model

BORN = date(2015, 3, 7)


def child(text: str = "", born: date | None = BORN, **more: Any) -> Description:
    family, given_name, patronymic = (text.split() + [""] * 3)[:3]
    written = Child(
        family=family or None, given=given_name or None, patronymic=patronymic or None, birth_date=born, **more
    )
    return describe(written, region="KZ-75")


def known(*descriptions: Description, person: str = "per_1") -> Known:
    return Known(person, descriptions)


def decided(new: Description, *candidates: Known, n_persons: int = 1) -> Decision:
    """The decision among those candidates that share a key with the child, as the store would find them."""
    shared = set(keys(new))
    sharing = [one for one in candidates if shared & {key for each in one.descriptions for key in keys(each)}]
    return decide(new, sharing, shipped_model(), n_persons)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ахметов Айдос", "Akhmetov Aidos"), ("Ахметов Айдос", "Айдос Ахметов"), ("Әлиев Шыңғыс", "Aliyev Chingiz")],
)
def test_one_child_written_twice_is_linked(one, other):
    assert decided(child(other), known(child(one))).person_id == "per_1"
    assert decided(child(one), known(child(other))).person_id == "per_1"


def test_twins_are_never_linked():
    decision = decided(child("Ахметов Айдар Болатович"), known(child("Ахметов Айдос Болатович")))
    assert decision.kind is not Kind.LINK
    assert "given-name-differs" in decision.flags


def test_a_description_rests_and_comes_back_whole():
    written = child("Ахметова Әйгерім Болатқызы", iin="150307699993", phone="+7 701 000 00 01")
    assert Description.from_json(written.to_json()) == written


def test_the_waterfall_adds_up_and_holds_no_name():
    decision = decided(child("Akhmetov Aidos"), known(child("Ахметов Айдос")))
    assert decision.waterfall is not None
    assert decision.waterfall.total == pytest.approx(sum(step.bits for step in decision.waterfall.steps), abs=0.1)
    told = repr(decision.waterfall.as_json())
    assert "aidos" not in told
    assert "2015" not in told
