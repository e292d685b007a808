from datetime import date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tereze.contracts.referrals import Child, RelatedPerson
from tereze.contracts.words import Sex
from tereze.registry.matching import (
    Decision,
    Description,
    Kind,
    Known,
    MatchedBy,
    decide,
    describe,
    keys,
    shipped_model,
)
from tereze.registry.matching.levels import compare

BORN = date(2015, 3, 7)
IIN = "150307599990"  # invented; its check digit does not hold, so it is flagged
SOUND, OTHER_SOUND = "150307599992", "150307599982"


def child(text: str = "", born: date | None = BORN, region: str = "", **more: Any) -> Description:
    family, given_name, patronymic = (text.split() + [""] * 3)[:3]
    boxes = {"family": family or None, "given": given_name or None, "patronymic": patronymic or None}
    return describe(Child(**boxes | {"birth_date": born} | more), region=region)


def known(*descriptions: Description, person: str = "per_1") -> Known:
    return Known(person, descriptions)


def decided(new: Description, *candidates: Known, n_persons: int = 1) -> Decision:
    """The decision among those candidates that share a key with the child, as the store would find them."""
    shared = set(keys(new))
    sharing = [one for one in candidates if shared & {key for each in one.descriptions for key in keys(each)}]
    return decide(new, sharing, shipped_model(), n_persons)


SAME = [
    ("Ахметов Айдос", "Akhmetov Aidos"),
    ("Ахметов Айдос", "Айдос Ахметов"),
    ("Ахметов Айдос", "Aidos Akhmetov Bolatovich"),
    ("Ахметова Әйгерім Болатқызы", "Akhmetova Aygerim Bolatovna"),
    ("Әлиев Шыңғыс", "Aliyev Chingiz"),
    ("Ахмет Айдос Болатұлы", "Ахметов Айдос Булатович"),
    ("Ахметов Айдос Болатұлы", "Ахмeтoв Aйдос Болатұлы"),
    ("Ахметов Айдос Болатұлы", "Ахметтв Айдсо Болатұлы"),
]


def test_a_guessed_year_that_is_off_joins_nobody_by_names_alone():
    dated = child("Терезебаева Айгерім", region="KZ-75")
    guessed = child("Терезебаева Айгерім", None, birth_year=BORN.year + 1, region="KZ-75")
    assert decided(guessed, known(dated)).kind is Kind.REVIEW


def test_without_a_birthday_names_a_father_and_a_region_join_nobody():
    said = {"region": "KZ-75"}
    dated = child("Терезебаева Айгерім Болатқызы", **said)
    assert decided(child("Терезебаева Айгерім Болатқызы", None, **said), known(dated)).kind is Kind.REVIEW
    with_a_year = child("Терезебаева Айгерім Болатқызы", None, birth_year=BORN.year, **said)
    assert decided(with_a_year, known(dated)).kind is Kind.LINK
    elsewhere = child("Терезебаева Айгерім Болатқызы", None, birth_year=BORN.year, region="KZ-10")
    assert decided(elsewhere, known(dated)).kind is Kind.REVIEW


@pytest.mark.parametrize(("one", "other"), [("Тоқтарова Сәуле", "Tocktarrova Saulleh")])
def test_a_spelling_by_ear_that_no_table_knows_is_the_child_it_sounds_like(one, other):
    said = {"region": "KZ-75", "sex": Sex.FEMALE}
    assert decided(child(other, **said), known(child(one, **said))).kind is Kind.LINK


def test_agreement_in_a_reading_is_worth_what_the_name_is_whatever_the_other_readings_are():
    one, other = child("Ахметова Юлия", region="KZ-75"), child("Akhmetova Iuliia", region="KZ-75")
    worth = [sum(shipped_model().weigh(compare(left, one))) for left in (one, other)]
    assert abs(worth[0] - worth[1]) < 6, "a rare reading of a common name makes nobody rare"


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_child_written_twice_is_one_person(one, other):
    assert decided(child(other), known(child(one))).person_id == "per_1"
    assert decided(child(one), known(child(other))).person_id == "per_1"


def test_day_and_month_may_be_swapped():
    first = known(child("Ахметов Айдос Болатұлы"))
    assert decided(child("Akhmetov Aidos", date(2015, 7, 3)), first).kind is Kind.LINK
    assert decided(child("Akhmetov Aidos", date(2011, 12, 24)), first).kind is Kind.NEW


def test_the_patronymic_may_stand_in_the_given_name():
    written = child(family="Ахметова", given="Айша Болатқызы")
    assert decided(written, known(child("Akhmetova Aisha Bolatovna"))).kind is Kind.LINK


def test_all_words_may_stand_in_one_box():
    assert decided(child(family="Ахметов Айдос Болатович"), known(child("Ахметов Айдос"))).person_id
    assert decided(child(given="Айдос Ахметов"), known(child("Ахметов Айдос"))).person_id


APART = [
    ("Ахметов Айдар", "Ахметов Айдос"),
    ("Ахметов Айдар Болатович", "Ахметов Айдар Серикович"),
    ("Ахметов Айдар", "Омаров Айдар"),
    ("Қалқанбаев Ернұр", "Қалқанбаев Ержан"),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_twins_and_namesakes_are_never_joined_unseen(one, other):
    assert decided(child(other), known(child(one))).kind is not Kind.LINK


@pytest.mark.parametrize("boxes", [("one",), ("other",), ("one", "other")], ids="-".join)
@pytest.mark.parametrize(("one", "other"), [("Ержан", "Ернұр"), ("Марат", "Мұрат"), ("Айдос", "Нұрлан")])
def test_twins_are_two_where_their_names_stand_in_each_others_box(one, other, boxes):
    twins = {"one": ["Сейтов", one], "other": ["Сейтов", other]}
    for exchanged in boxes:
        twins[exchanged].reverse()
    born_alike = [
        child(family=family, given=given_name, patronymic="Серікұлы", region="KZ-75", sex=Sex.MALE)
        for family, given_name in twins.values()
    ]
    for first, second in permutations(born_alike):
        decision = decided(second, known(first))
        assert decision.kind is not Kind.LINK
        assert "given-name-differs" in decision.flags


def test_twins_stay_two_however_much_of_their_home_agrees():
    home: dict[str, Any] = {"phone": "+7 701 000 00 01", "address": "Абай 1", "school": "№ 12"}
    mother = RelatedPerson(family="Ахметова", given="Гүлнар", relation="анасы")
    one, other = (
        describe(
            Child(family="Ахметов", given=name, patronymic="Болатұлы", birth_date=BORN, **home), caregivers=(mother,)
        )
        for name in ("Хасан", "Хусейн")
    )
    decision = decided(other, known(one))
    assert decision.kind is not Kind.LINK
    assert decision.weight > shipped_model().link_from(1)
    assert "given-name-differs" in decision.flags
    assert decided(other, known(one), known(other, person="per_2")).person_id == "per_2"


def test_another_sex_parts_and_says_so():
    decision = decided(child("Ахмет Нұр", sex=Sex.MALE), known(child("Ахмет Нұр", sex=Sex.FEMALE)))
    assert (decision.kind, decision.person_id, decision.candidate_id) == (Kind.REVIEW, None, "per_1")
    assert decision.flags == ("sex-differs",)


def test_two_sound_numbers_part_and_say_so():
    decision = decided(child("Ахмет Нұр", iin=SOUND), known(child("Ахмет Нұр", iin=OTHER_SOUND)))
    assert decision.person_id is None
    assert "iin-differs" in decision.flags


def test_a_mistyped_number_does_not_part():
    assert decided(child("Ахметов Айдос", iin=SOUND), known(child("Ахметов Айдос", iin=IIN))).kind is Kind.LINK


@pytest.mark.parametrize("number", [SOUND, IIN, "  150307-599992 "])
def test_an_equal_number_is_enough_even_flagged_and_with_a_slip_in_the_name(number):
    first = known(child("Ахметов Айдос", iin=number))
    for written in (child("Ахметоф Айдоос", date(2014, 1, 1), iin=number), child("", None, iin=number)):
        decision = decided(written, first)
        assert (decision.matched_by, decision.person_id) == (MatchedBy.IIN, "per_1")


def test_a_parents_number_in_the_childs_box_never_joins():
    decision = decided(child("Ахметова Гүлнәр", date(1988, 5, 15), iin=SOUND), known(child("Ахметов Айдос", iin=SOUND)))
    assert (decision.kind, decision.person_id) == (Kind.REVIEW, None)
    assert "iin-of-another" in decision.flags


def test_twins_with_one_number_typed_for_both_stay_apart():
    decision = decided(child("Ахметов Айдар", iin=SOUND), known(child("Ахметов Айдос", iin=SOUND)))
    assert decision.person_id is None


@pytest.mark.parametrize("number", ["000000000000", "12345", "нет"])
def test_a_number_that_is_none_finds_nobody(number):
    assert decided(child("", None, iin=number), known(child("Ахметов Айдос", iin=number))).kind is Kind.UNRESOLVED


@pytest.mark.parametrize(
    "vague",
    [
        {}, {"given": "Айша"}, {"family": "Ахметова", "given": "Айша"}, {"given": "Айша", "birth_date": BORN},
        {"given": "👶", "family": "—"}, {"family": "неизвестно", "given": "белгісіз", "birth_date": BORN},
    ],
)  # fmt: skip
def test_too_little_is_unresolved_and_matches_nobody(vague):
    described = describe(Child(**vague))
    assert keys(described) == ()
    assert decide(described, [known(described)], shipped_model(), 1).kind is Kind.UNRESOLVED


def test_two_certain_persons_are_no_certainty():
    two = known(child("Ахметов Айдос Болатович")), known(child("Ахметов Айдос Серикович"), person="per_2")
    decision = decided(child("Akhmetov Aidos"), *two)
    assert decision.kind is Kind.REVIEW
    assert "several-persons-match" in decision.flags


def test_the_number_decides_against_the_name():
    one, other = known(child("Ахметов Айдос", iin=SOUND)), known(child("Омаров Айдос"), person="per_2")
    decision = decided(child("Омаров Айдос", iin=SOUND), one, other)
    assert (decision.matched_by, decision.person_id) == (MatchedBy.IIN, "per_1")
    assert "name-points-elsewhere" in decision.flags


def test_the_larger_the_register_the_more_must_agree():
    first, again = known(child("Ахметов Айдос", date(2015, 1, 1))), child("Akhmetov Aidos", date(2015, 1, 1))
    assert decided(again, first, n_persons=1_000).kind is Kind.LINK
    assert decided(again, first, n_persons=4_000_000).kind is Kind.REVIEW


HARD = [
    "",
    "👶👶👶",
    "А" * 300,
    "Ахметов" * 42,
    "Aхмeтoв",
    "-",
    "ъьъь",
    "\u200f\u0000",
    "ÅÄÖ éèê",
    "Ли",
    "O'Коннор-Ұлы",
]


@pytest.mark.parametrize("name", HARD)
def test_hard_names_are_folded_compared_and_never_joined_with_another(name):
    written = describe(Child(family=name.strip("\u200f\u0000") or None, given="Айша", birth_date=BORN))
    assert Description.from_json(written.to_json()) == written
    assert decided(written, known(child("Омаров Данияр"))).kind is not Kind.LINK


def test_the_waterfall_adds_up_and_holds_no_name():
    decision = decided(child("Akhmetov Aidos"), known(child("Ахметов Айдос")))
    assert decision.waterfall is not None
    assert decision.waterfall.total == pytest.approx(sum(step.bits for step in decision.waterfall.steps), abs=0.1)
    told = repr(decision.waterfall.as_json())
    assert "aidos" not in told
    assert "2015" not in told


spellings = st.sampled_from(SAME[:6]).flatmap(st.sampled_from)
others = st.sampled_from(["Омарова Дана Серікқызы", "Сейтов Нұрлан", "Ким Виктория", "Қалқанбаев Ернұр"])
written = st.tuples(st.one_of(spellings, others), st.sampled_from([BORN, date(2012, 10, 21)]))


def clusters(arrived: tuple[tuple[int, Description], ...]) -> tuple[set[frozenset[int]], set[frozenset[int]]]:
    """Who ends up together by links alone, and who once everybody a decision names is followed too: reviewed or only kept."""
    persons: list[list[tuple[int, Description]]] = []
    joined: list[set[int]] = []
    for number, description in arrived:
        register = [known(*(each for _, each in held), person=f"{at:06}") for at, held in enumerate(persons)]
        decision = decided(description, *register)
        at = int(decision.person_id) if decision.person_id else len(persons)
        if decision.person_id:
            persons[at].append((number, description))
        else:
            persons.append([(number, description)])
        doubts = [one for one in (decision.candidate_id, decision.runner_up, *decision.also) if one]
        joined += [{at, int(one)} for one in doubts]
    links = {frozenset(number for number, _ in held) for held in persons}
    return links, {frozenset(n for at in group for n, _ in persons[at]) for group in groups(len(persons), joined)}


def groups(size: int, joined: list[set[int]]) -> list[set[int]]:
    found = [{at} for at in range(size)]
    for pair in joined:
        touched = [group for group in found if group & pair]
        found = [group for group in found if not group & pair] + [set().union(*touched)]
    return found


@given(st.lists(written, min_size=2, max_size=4))
def test_no_order_of_arrival_parts_two_without_naming_them(rows):
    described = tuple(enumerate(child(text, born) for text, born in rows))
    outcomes = [clusters(order) for order in permutations(described)]
    assert len({frozenset(followed) for _, followed in outcomes}) == 1


names = st.text(alphabet="абгдежзиклмнопрстуәғқңөұүһі", min_size=2, max_size=10)


@given(family=names, first=names, born=st.dates(date(2005, 1, 1), date(2026, 1, 1)), crossed=st.booleans())
def test_whoever_would_match_shares_a_key(family, first, born, crossed):
    one = describe(Child(family=family, given=first, birth_date=born))
    swapped = born.replace(day=born.month, month=born.day) if born.day <= 12 else born
    boxes = {"family": first, "given": family} if crossed else {"family": family, "given": first}
    other = describe(Child(**boxes, birth_date=swapped))
    if decide(other, [Known("per_1", (one,))], shipped_model(), 1).kind is Kind.LINK:
        assert set(keys(one)) & set(keys(other))
