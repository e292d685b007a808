"""Decides who lives in the invented register: families with siblings and twins, names as common as names are; must never hold a real person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

import yaml

from tereze.contracts.iin import check_digit

_ROOTS: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "roots.yaml").read_text("utf-8"))
REGIONS = tuple(
    f"KZ-{number}" for number in (75, 79, 71, 63, 61, 35, 59, 55, 43, 47, 39, 31, 27, 23, 19, 15, 11, 10, 33, 62)
)
_FIRST, _DAYS = date(2008, 9, 1), 6_500
_RUSSIAN_SPEAKING, _TWINS, _NEW_YEARS_CHILDREN, _REMARRIED = 0.2, 0.015, 0.01, 0.04
_COMPOUND = 0.4
_CHILDREN = (1, 1, 2, 2, 2, 3, 3, 4)


@dataclass(frozen=True, slots=True)
class Person:
    """An invented child as they are, in Kazakh Cyrillic. ``family`` and ``patronymic`` have the ending of the child's sex."""

    family: str
    given: str
    patronymic: str
    born: date
    female: bool
    iin: str
    region: str
    phone: str
    mother: str
    address: str
    school: str


def live(count: int, seed: int) -> list[Person]:
    """``count`` children, siblings beside each other, each with a number of their own; the same for the same seed."""
    chance, found, numbers = Random(seed), list[Person](), set[str]()
    while len(found) < count:
        home = list(_household(chance))
        mine = {child.iin for child in home}
        if len(mine) == len(home) and numbers.isdisjoint(mine):
            found += home
            numbers |= mine
    return found[:count]


def sibling_of(person: Person, called: set[str], chance: Random, *, twin: bool) -> Person:
    """A brother or sister: everything of the home alike, a given name nobody there has, the same day of birth or another year's."""
    female = person.female if chance.random() < 0.5 else not person.female
    given = _given_besides(called, chance, female=female, russian=False)
    born = person.born if twin else person.born + timedelta(days=chance.choice((-1, 1)) * chance.randrange(330, 1500))
    father = person.patronymic.removesuffix("қызы").removesuffix("ұлы")
    father = father.removesuffix("овна").removesuffix("ович").removesuffix("евна").removesuffix("евич")
    return Person(
        family=_ended(_bare(person), female=female), given=given,
        patronymic=_patronymic(father, female=female, russian=not person.patronymic.endswith(("ұлы", "қызы"))),
        born=born, female=female, iin=_number(born, chance, female=female), region=person.region, phone=person.phone,
        mother=person.mother, address=person.address, school=person.school,
    )  # fmt: skip


def _household(chance: Random) -> Iterator[Person]:
    russian = chance.random() < _RUSSIAN_SPEAKING
    family = _family(chance, russian=russian)
    father, mother = _given(chance, female=False, russian=russian), _given(chance, female=True, russian=russian)
    home = {
        "region": chance.choice(REGIONS),
        "phone": f"+7 70{chance.randrange(10)} {chance.randrange(10**7):07}",
        "mother": f"{_ended(family, female=True)} {mother}",
        "address": f"{_common(_ROOTS['streets'], chance)} {chance.randrange(1, 200)}",
    }
    called: set[str] = set()
    born = _FIRST + timedelta(days=chance.randrange(_DAYS))
    for _ in range(chance.choice(_CHILDREN)):
        if chance.random() >= _TWINS:
            born += timedelta(days=chance.randrange(330, 1500))
        if chance.random() < _NEW_YEARS_CHILDREN:
            born = born.replace(month=1, day=1)
        if chance.random() < _REMARRIED:
            father = _given(chance, female=False, russian=russian)
        female = chance.random() < 0.5
        given = _given_besides(called, chance, female=female, russian=russian)
        yield Person(
            family=_ended(family, female=female), given=given,
            patronymic=_patronymic(father, female=female, russian=russian), born=born, female=female,
            iin=_number(born, chance, female=female), school=f"№ {chance.randrange(1, 400)}", **home,
        )  # fmt: skip


def _number(born: date, chance: Random, *, female: bool) -> str:
    while True:
        eleven = f"{born:%y%m%d}{6 if female else 5}{chance.randrange(10_000):04}"
        digit = check_digit(eleven)
        if digit is not None:
            return f"{eleven}{digit}"


def _given(chance: Random, *, female: bool, russian: bool) -> str:
    kind = "girls" if female else "boys"
    if russian:
        return _common(_ROOTS[f"russian_{kind}"], chance)
    if chance.random() < _COMPOUND:
        return _common(_ROOTS[f"{kind}_begin"], chance) + _common(_ROOTS[f"{kind}_end"], chance)
    return _common(_ROOTS[kind], chance)


def _given_besides(called: set[str], chance: Random, *, female: bool, russian: bool) -> str:
    """A given name that no other child of the home has; from now on this one is taken."""
    while (given := _given(chance, female=female, russian=russian)) in called:
        pass
    called.add(given)
    return given


def _family(chance: Random, *, russian: bool) -> str:
    if russian:
        return _common(_ROOTS["russian_roots"], chance) + _common(_ROOTS["russian_ends"], chance)
    root = _common(_ROOTS["family_roots"], chance)
    if chance.random() < _COMPOUND:
        root = _common(_ROOTS["boys_begin"], chance) + root.lower()
    return root + _common(_ROOTS["family_ends"], chance)


def _patronymic(father: str, *, female: bool, russian: bool) -> str:
    if not russian:
        return father + ("қызы" if female else "ұлы")
    soft = father.endswith(("й", "ь"))
    return (father[:-1] if soft else father) + ("ев" if soft else "ов") + ("на" if female else "ич")


def _ended(family: str, *, female: bool) -> str:
    return family + "а" if female and family.endswith(("ов", "ев", "ёв", "ин")) else family


def _bare(person: Person) -> str:
    return (
        person.family.removesuffix("а")
        if person.female and person.family.endswith(("ова", "ева", "ёва", "ина"))
        else person.family
    )


def _common(names: Sequence[str], chance: Random) -> str:
    """One of the names, the first far more often than the last."""
    return chance.choices(names, cum_weights=_shares(len(names)))[0]


@cache
def _shares(size: int) -> list[float]:
    return list(accumulate(1 / (rank + 8) for rank in range(size)))
