"""What people really type, through the whole registry: nothing is lost, and nothing is joined by mistake."""

from datetime import date
from typing import Any

import pytest

from tereze.contracts.identities import PersonIdentified, ReviewOpened
from tereze.contracts.referrals import Child
from tereze.contracts.words import Sex

Cases = list[tuple[str, dict[str, Any]]]
pytestmark = pytest.mark.usefixtures("counter")  # a desk that may be asked
BORN = date(2014, 2, 3)
KNOWN = Child(family="Қалқанбаев", given="Әлімжан", birth_date=BORN, sex=Sex.MALE, iin="140203500018")
SISTER = Child(family="Қалқанбаева", given="Сәуле", birth_date=BORN, sex=Sex.FEMALE)
SAME: Cases = [
    ("mixed scripts in one word", {"family": "Қалqанбаев", "given": "Әлiмжaн"}),
    ("a Latin a in Cyrillic", {"family": "Қaлқaнбaев", "given": "Әлімжaн"}),
    ("emoji beside the letters", {"family": "Қалқанбаев😀", "given": "👶Әлімжан"}),
    ("marks nobody sees", {"family": "\u202eҚалқан\u200bбаев", "given": "Әлім\u00adжан"}),
    ("all in one box", {"family": "Қалқанбаев Әлімжан", "given": None}),
]
NOBODY: Cases = [
    ("no name", {"family": None, "given": None}),
    ("emoji alone", {"family": "😀", "given": "👶"}),
    ("marks alone", {"family": "—", "given": "..."}),
    ("words that say no name", {"family": "неизвестно", "given": "белгісіз"}),
]
ANOTHER: Cases = [
    ("300 letters", {"family": "Қ" + "ал" * 149 + "а", "given": "Ә" * 300}),
    ("300 letters of one", {"family": "Қ" * 300, "given": "Ә" * 300}),
]
TWO: Cases = [
    ("by and, in Russian", {"given": "Әлімжан и Сәуле"}),
    ("by and, in Kazakh", {"given": "Әлімжан мен Сәуле"}),
    ("by a comma", {"given": "Әлімжан, Сәуле"}),
    ("of two families", {"family": "Қалқанбаев и Омаров"}),
    ("with the number of one", {"given": "Сәуле и Әлімжан", "iin": KNOWN.iin}),
]


def written(how: dict[str, Any]) -> Child:
    return KNOWN.model_copy(update={"iin": None, "sex": Sex.UNKNOWN, **how})


async def told(registry: Any, *reports: Any) -> tuple[list[PersonIdentified], int]:
    """Who each report was put to, and how often a person is asked."""
    await registry.tell(*reports)
    events = await registry.told()
    by_referral = {event.referral_id: event for event in events if isinstance(event, PersonIdentified)}
    asked = sum(isinstance(event, ReviewOpened) for event in events)
    return [by_referral[event.referral_id] for event in reports], asked


def named(cases: Cases) -> Any:
    return pytest.mark.parametrize("how", [how for _, how in cases], ids=[name for name, _ in cases])


@named(SAME)
async def test_it_is_the_child_all_the_same(registry, report, how):
    (one, other), asked = await told(registry, report(KNOWN), report(written(how)))
    assert (other.person_id, asked) == (one.person_id, 0)


@named(NOBODY)
async def test_what_names_nobody_is_kept_and_is_nobodys(registry, report, how):
    (one, other, again), asked = await told(registry, report(KNOWN), report(written(how)), report(written(how)))
    assert len({one.person_id, other.person_id, again.person_id}) == 3
    assert (other.matched_by, asked) == ("unresolved", 0)


@named(ANOTHER)
async def test_an_endless_name_is_kept_and_joined_with_nobody(registry, report, how):
    (one, other), _ = await told(registry, report(KNOWN), report(written(how)))
    assert one.person_id != other.person_id


async def test_a_year_alone_is_a_question(registry, report):
    (one, other), asked = await told(registry, report(KNOWN), report(written({"birth_date": None, "birth_year": 2014})))
    assert (one.person_id != other.person_id, asked) == (True, 1)


@named(TWO)
async def test_two_children_in_one_form_are_joined_with_neither_and_somebody_is_asked(registry, report, how):
    (one, sister, both), asked = await told(registry, report(KNOWN), report(SISTER), report(written(how)))
    assert both.person_id not in {one.person_id, sister.person_id}
    assert "two-children" in both.flags
    assert asked >= 1


async def test_a_child_is_not_put_to_a_form_of_two_children_either(registry, report):
    form = written({"given": "Әлімжан и Сәуле"})
    (both, one), asked = await told(registry, report(form), report(KNOWN))
    assert (both.person_id != one.person_id, asked) == (True, 1)
    (again,), _ = await told(registry, report(written({})))
    assert again.person_id == one.person_id, "who fits the child alone is the child"
