"""The automatic tier over the real keys, levels, model and guards: who ends up together does not depend on who was reported first."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tereze.contracts.referrals import Child
from tereze.contracts.words import Sex
from tereze.registry.matching import Description, Known, decide, describe, keys, shipped_model

FAMILIES = (
    ("Қалқанбаев", "Калканбаев", "Kalkanbayev"),
    ("Терезебаев", "Терезебаев", "Terezebayev"),
    ("Жұлдызтаев", "Жулдызтаев", "Zhuldyztayev"),
    ("Сейтов", "Сейтов", "Seitov"),
)
GIVEN = (
    ("Ернұр", "Ернур", "Yernur"),
    ("Ержан", "Ержан", "Yerzhan"),
    ("Әлихан", "Алихан", "Alikhan"),
    ("Айдос", "Айдос", "Aidos"),
    ("Нұрлан", "Нурлан", "Nurlan"),
)
FATHERS = (("Болатұлы", "Болатович", "Bolatuly"), ("Серікұлы", "Серикович", "Serikuly"))
DAYS = st.dates(date(2009, 1, 1), date(2018, 12, 31))
Written = tuple[int, Description]


@st.composite
def families(draw: Any) -> list[Written]:
    """Children of several families, twins among them, each told of up to three times, by whoever fills in forms as they do."""
    told: list[Written] = []
    names = draw(st.permutations(GIVEN))
    for number, family in enumerate(draw(st.lists(st.sampled_from(FAMILIES), min_size=1, max_size=2, unique=True))):
        born, father = draw(DAYS), draw(st.sampled_from(FATHERS))
        for twin in range(draw(st.integers(1, 2))):
            child = 2 * number + twin
            told += [(child, draw(written(family, names[child], father, born))) for _ in range(draw(st.integers(1, 3)))]
    return told


@st.composite
def written(draw: Any, family: Any, name: Any, father: Any, born: date) -> Description:
    spelling = draw(st.integers(0, 2))
    boxes = [family[spelling], name[spelling]]
    if draw(st.booleans()):
        boxes.reverse()
    if born.day <= 12 and draw(st.booleans()):
        born = born.replace(day=born.month, month=born.day)
    child = Child(
        family=boxes[0], given=boxes[1], patronymic=draw(st.sampled_from((None, father[spelling]))), birth_date=born,
        sex=draw(st.sampled_from((Sex.MALE, Sex.UNKNOWN))),
    )  # fmt: skip
    return describe(child, region="KZ-75")


def joined(arrived: list[tuple[int, Written]]) -> set[frozenset[int]]:
    """Which accounts (by their number) the automatic tier puts to one person, coming in this order."""
    persons: list[list[tuple[int, Description]]] = []
    for number, (_, description) in arrived:
        wanted = set(keys(description))
        register = [
            Known(f"{at:06}", tuple(one for _, one in held))
            for at, held in enumerate(persons)
            if any(wanted & set(keys(one)) for _, one in held)
        ]
        decision = decide(description, register, shipped_model(), len(persons))
        if decision.person_id is not None:
            persons[int(decision.person_id)].append((number, description))
        else:
            persons.append([(number, description)])
    return {frozenset(number for number, _ in held) for held in persons}


@settings(deadline=None, max_examples=300)
@given(told=families(), order=st.randoms(use_true_random=False))
def test_who_is_joined_does_not_depend_on_who_came_first(told: list[Written], order: Any) -> None:
    arrived = list(enumerate(told))
    first = joined(arrived)
    for group in first:
        assert len({told[number][0] for number in group}) == 1, "two children became one"
    for _ in range(4):
        order.shuffle(arrived)
        assert joined(arrived) == first
