"""Two spellings of a given name that are near each other: one name or two."""

import pytest

from tereze.registry.matching.guards import are_siblings
from tereze.registry.matching.listed import ListedNames
from tereze.registry.matching.names import given_name

LISTED = ListedNames(given_name(name)[1] for name in ("Марат", "Мұрат", "Әмір", "Өмір", "Айгүл", "Айнұр", "Серік"))


@pytest.mark.parametrize(("one", "other"), [("Марат", "Мұрат"), ("Әмір", "Өмір")])
def test_two_names_that_many_bear_are_two_however_near(one, other):
    assert LISTED.are_two(given_name(one), given_name(other))


@pytest.mark.parametrize(("spelt", "other"), [("Emyr", "Өмір"), ("Morat", "Марат"), ("Aignur", "Айгүл")])
def test_a_spelling_that_may_be_a_brothers_name_as_well_is_not_taken_for_this_one(spelt, other):
    assert LISTED.are_two(given_name(spelt), given_name(other))
    assert LISTED.are_two(given_name(other), given_name(spelt)), "and the other way round"


@pytest.mark.parametrize(("spelt", "other"), [("Сирек", "Серік"), ("Айкүл", "Айгүл")])
def test_a_slip_that_sounds_like_nobody_else_is_no_other_name(spelt, other):
    assert not LISTED.are_two(given_name(spelt), given_name(other))


def test_a_distant_spelling_is_read_as_the_only_name_it_is_near_to():
    assert LISTED.is_read_as(given_name("Sseereck"), given_name("Серік"))
    assert not LISTED.is_read_as(given_name("Марат"), given_name("Серік")), "a listed name is read as itself"


def test_another_given_name_and_another_number_are_a_brother_and_nobody_needs_to_look():
    near, apart = (3, 1), (3, 0)
    assert are_siblings(("given-name-differs", "iin-differs"), near)
    assert are_siblings(("given-name-differs",), apart)
    assert not are_siblings(("given-name-differs",), near)
    assert not are_siblings(("iin-of-another", "given-name-differs"), apart), "a disputed number is looked at"
