from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tereze.contracts.referrals import Child
from tereze.contracts.words import Sex
from tereze.registry.domain.exact import Known, MatchedBy, decide, describe, match_keys

BORN = date(2015, 3, 7)
IIN = "150307599990"  # invented; its check digit does not hold, so it is flagged
SOUND, OTHER_SOUND = "150307599992", "150307599982"


def child(text: str = "", born: date | None = BORN, **more: Any) -> Child:
    family, given_name, patronymic = (text.split() + [""] * 3)[:3]
    return Child(
        family=family or None, given=given_name or None, patronymic=patronymic or None, birth_date=born, **more
    )


def known(*children: Child, person: str = "per_1") -> Known:
    return Known(person, tuple(describe(each) for each in children))


def outcome(new: Child, *candidates: Known) -> tuple[str, str | None]:
    """The decision among those candidates that share a key with the child, as the store would find them."""
    keys = set(match_keys(describe(new)))
    sharing = [
        candidate for candidate in candidates if keys & {k for d in candidate.descriptions for k in match_keys(d)}
    ]
    decision = decide(describe(new), sharing)
    return decision.matched_by.value, decision.person_id


SAME = [
    ("Ахметов Айдос", "Akhmetov Aidos"),
    ("Ахметов Айдос", "Айдос Ахметов"),
    ("Ахметов Айдос", "Aidos Akhmetov Bolatovich"),
    ("Ахметова Әйгерім Болатқызы", "Akhmetova Aygerim Bolatovna"),
    ("Әлиев Шыңғыс", "Aliyev Chingiz"),
    ("Ахмет Айдос Болатұлы", "Ахметов Айдос Булатович"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_child_written_twice_is_one_person(one, other):
    assert outcome(child(other), known(child(one))) == ("name_birth_date", "per_1")
    assert outcome(child(one), known(child(other))) == ("name_birth_date", "per_1")


def test_day_and_month_may_be_swapped_where_both_readings_are_dates():
    assert outcome(child("Akhmetov Aidos", date(2015, 7, 3)), known(child("Ахметов Айдос")))[0] == "name_birth_date"
    assert outcome(child("Akhmetov Aidos", date(2015, 7, 4)), known(child("Ахметов Айдос")))[0] == "new"


def test_the_patronymic_may_stand_in_the_given_name():
    written = Child(family="Ахметова", given="Айша Болатқызы", birth_date=BORN)
    assert outcome(written, known(child("Akhmetova Aisha Bolatovna")))[0] == "name_birth_date"


def test_all_words_may_stand_in_one_box():
    assert outcome(Child(family="Ахметов Айдос Болатович", birth_date=BORN), known(child("Ахметов Айдос")))[1]
    assert outcome(Child(given="Айдос Ахметов", birth_date=BORN), known(child("Ахметов Айдос")))[1]


APART = [
    ("Ахметов Айдар", "Ахметов Айдос"),
    ("Ахметов Айдар Болатович", "Ахметов Айдар Серикович"),
    ("Ахметов Айдар", "Омаров Айдар"),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_twins_and_namesakes_stay_apart(one, other):
    assert outcome(child(other), known(child(one))) == ("new", None)


def test_another_sex_parts_and_says_so():
    decision = decide(describe(child("Ахмет Нұр", sex=Sex.MALE)), [known(child("Ахмет Нұр", sex=Sex.FEMALE))])
    assert (decision.matched_by, decision.person_id, decision.flags) == (MatchedBy.NEW, None, ("sex-differs",))


def test_two_sound_numbers_part_and_say_so():
    decision = decide(describe(child("Ахмет Нұр", iin=SOUND)), [known(child("Ахмет Нұр", iin=OTHER_SOUND))])
    assert decision.person_id is None
    assert "iin-differs" in decision.flags


def test_a_mistyped_number_does_not_part():
    assert outcome(child("Ахмет Нұр", iin=SOUND), known(child("Ахмет Нұр", iin=IIN)))[0] == "name_birth_date"


@pytest.mark.parametrize("number", [SOUND, IIN, "  150307-599992 "])
def test_an_equal_number_is_enough_even_flagged_and_with_a_slip_in_the_name(number):
    assert outcome(
        child("Ахметоф Айдоос", date(2014, 1, 1), iin=number), known(child("Ахметов Айдос", iin=number))
    ) == (
        "iin",
        "per_1",
    )
    assert outcome(child("", None, iin=number), known(child("Ахметов Айдос", iin=number)))[0] == "iin"


def test_a_parents_number_in_the_childs_box_never_merges():
    decision = decide(
        describe(child("Ахметова Гүлнәр", date(1988, 5, 15), iin=SOUND)), [known(child("Ахметов Айдос", iin=SOUND))]
    )
    assert (decision.matched_by, decision.person_id) == (MatchedBy.NEW, None)
    assert "iin-of-another" in decision.flags


def test_twins_with_one_number_typed_for_both_stay_apart():
    assert outcome(child("Ахметов Айдар", iin=SOUND), known(child("Ахметов Айдос", iin=SOUND))) == ("new", None)


@pytest.mark.parametrize("number", ["000000000000", "12345", "нет"])
def test_a_number_that_is_none_finds_nobody(number):
    assert outcome(child("", None, iin=number), known(child("Ахметов Айдос", iin=number))) == ("unresolved", None)


@pytest.mark.parametrize(
    "vague",
    [Child(), Child(given="Айша"), Child(family="Ахметова", given="Айша"), Child(given="Айша", birth_date=BORN)],
)
def test_too_little_is_unresolved_and_matches_nobody(vague):
    assert match_keys(describe(vague)) == ()
    assert decide(describe(vague), [known(vague)]).matched_by is MatchedBy.UNRESOLVED


def test_two_certain_persons_are_no_certainty():
    two = known(child("Ахметов Айдос Болатович")), known(child("Ахметов Айдос Серикович"), person="per_2")
    decision = decide(describe(child("Akhmetov Aidos")), two)
    assert decision.person_id is None
    assert "several-persons-match" in decision.flags


def test_the_number_decides_against_the_name():
    one, other = known(child("Ахметов Айдос", iin=SOUND)), known(child("Омаров Айдос"), person="per_2")
    decision = decide(describe(child("Омаров Айдос", iin=SOUND)), [one, other])
    assert (decision.matched_by, decision.person_id) == (MatchedBy.IIN, "per_1")
    assert "name-points-elsewhere" in decision.flags


names = st.text(alphabet="абгдежзиклмнопрстуәғқңөұүһі", min_size=2, max_size=10)


@given(family=names, first=names, born=st.dates(date(2005, 1, 1), date(2026, 1, 1)), crossed=st.booleans())
def test_whoever_would_match_shares_a_key(family, first, born, crossed):
    one = describe(Child(family=family, given=first, birth_date=born))
    swapped = born.replace(day=born.month, month=born.day) if born.day <= 12 else born
    boxes = {"family": first, "given": family} if crossed else {"family": family, "given": first}
    other = describe(Child(**boxes, birth_date=swapped))
    if match_keys(one):
        assert set(match_keys(one)) == set(match_keys(other))
        assert decide(other, [Known("per_1", (one,))]).person_id == "per_1"
