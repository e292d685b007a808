"""Decides how an invented child is reported: spellings, slips, what is left out; must never tell the registry who is meant."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from random import Random
from typing import Any

from tereze.contracts.referrals import Child, RelatedPerson
from tereze.contracts.words import Sex
from tereze.registry.matching import Description, describe
from tereze.rig.bench.register.population import REGIONS, Person, live, sibling_of
from tereze.rig.bench.register.spelling import BY_EAR, ELSEWHERE, HERE, KAZAKH, RUSSIAN, mistype, spell

_LAST_MONTH, _LARGEST_HOME = 12, 5
_A_PARENTS_NUMBER = "900130499991"  # invented
_ANOTHER_TOWN = 1_000_003
_REGISTERED_WITHOUT_PATRONYMIC, _REGISTERED_WITHOUT_NUMBER = 0.1, 0.05


@dataclass(frozen=True, slots=True)
class Habits:
    """How reports of one condition are made; each number is a share of reports."""

    schemes: tuple[str, ...]
    no_birth_date: float = 0.0
    year_only: float = 0.0
    number: float = 0.0
    parents_number: float = 0.0
    typed_wrong: float = 0.05
    swapped_names: float = 0.02
    day_and_month: float = 0.02
    date_slip: float = 0.01
    no_patronymic: float = 0.4
    phone: float = 0.25
    mother: float = 0.25
    moved: float = 0.08
    remarried: float = 0.01


KNOWN = Habits(schemes=(KAZAKH, KAZAKH, RUSSIAN, RUSSIAN, *HERE))
UNFAMILIAR = Habits(schemes=ELSEWHERE)
STRANGE = Habits(schemes=(BY_EAR,))
UNDATED = replace(KNOWN, no_birth_date=1.0, year_only=0.5)
EVERYDAY = replace(KNOWN, no_birth_date=0.1, year_only=0.5, number=0.3, parents_number=0.003)
NUMBERED = replace(KNOWN, number=0.7, parents_number=0.01)


SEEN = datetime(2026, 1, 1, tzinfo=UTC)
"""When everybody in the invented register was first reported."""

Said = dict[str, Any]
"""What was written of a child: the columns of a file of records, those not known left out."""


@dataclass(frozen=True, slots=True)
class Query:
    """A report and whom it is about: the position in the register, or None for somebody who is not in it."""

    said: Said
    about: int | None


def registered(person: Person, chance: Random) -> Said:
    """A person as the register knows them: Kazakh or Russian, the patronymic and the number nearly always, and home."""
    how = chance.choice((KAZAKH, RUSSIAN))
    said = _names(person, how) | {"birth_date": person.born, "phone": person.phone, "mother": _mother(person, how)}
    if chance.random() < _REGISTERED_WITHOUT_PATRONYMIC:
        del said["patronymic"]
    if chance.random() >= _REGISTERED_WITHOUT_NUMBER:
        said["iin"] = person.iin
    return said | _place(person)


def queries(people: list[Person], count: int, habits: Habits, seed: int) -> Iterator[Query]:
    """Half about members of the register, half about others: strangers, and brothers, sisters and twins of members."""
    chance, numbers = Random(seed), {person.iin for person in people}
    strangers = [person for person in live(count, seed + _ANOTHER_TOWN) if person.iin not in numbers]
    for number in range(count):
        if number % 2 == 0:
            about = chance.randrange(len(people))
            yield Query(report(people[about], habits, chance), about)
        elif number % 20 == 1:
            at = chance.randrange(len(people))
            near = sibling_of(people[at], _called_at_home(people, at), chance, twin=number % 40 == 1)
            if near.iin not in numbers:
                yield Query(report(near, habits, chance), None)
        else:
            yield Query(report(strangers.pop(), habits, chance), None)


def _called_at_home(people: list[Person], at: int) -> set[str]:
    return {
        one.given for one in people[max(0, at - _LARGEST_HOME) : at + _LARGEST_HOME] if one.phone == people[at].phone
    }


def report(person: Person, habits: Habits, chance: Random) -> Said:
    """What one reporter writes of a child."""
    how = chance.choice(habits.schemes)
    said = _names(person, how)
    if chance.random() < habits.no_patronymic:
        del said["patronymic"]
    for box in tuple(said):
        if chance.random() < habits.typed_wrong:
            said[box] = mistype(said[box], chance)
    if chance.random() < habits.swapped_names:
        said["family"], said["given"] = said["given"], said["family"]
    if chance.random() < habits.moved:
        person = replace(person, region=chance.choice(REGIONS))
    said |= _born(person.born, habits, chance) | _number(person, habits, chance) | _place(person)
    if chance.random() < habits.phone:
        said["phone"] = person.phone
    if chance.random() < habits.mother:
        said["mother"] = _mother(person, how)
    return said


def described(said: Said) -> Description:
    """The same as the registry folds it."""
    family, _, given = said.get("mother", "").partition(" ")
    mother = RelatedPerson(family=family, given=given, relation="анасы") if family and given else None
    child = Child(**{name: value for name, value in said.items() if name not in ("mother", "place")})
    return describe(child, region=said["place"], caregivers=(mother,) if mother else ())


def _names(person: Person, how: str) -> Said:
    father = person.patronymic
    if how == RUSSIAN and father.endswith(("ұлы", "қызы")):
        father = father.removesuffix("ұлы").removesuffix("қызы") + ("овна" if person.female else "ович")
    return {"family": spell(person.family, how), "given": spell(person.given, how), "patronymic": spell(father, how)}


def _mother(person: Person, how: str) -> str:
    return spell(person.mother, how)


def _place(person: Person) -> Said:
    return {"place": person.region, "sex": Sex.FEMALE if person.female else Sex.MALE}


def _born(born: date, habits: Habits, chance: Random) -> Said:
    if chance.random() < habits.no_birth_date:
        return {"birth_year": born.year} if chance.random() < habits.year_only else {}
    if chance.random() < habits.day_and_month and born.day <= _LAST_MONTH:
        return {"birth_date": born.replace(month=born.day, day=born.month)}
    if chance.random() < habits.date_slip:
        return {"birth_date": born.replace(year=born.year + chance.choice((-1, 1)), day=min(born.day, 28))}
    return {"birth_date": born}


def _number(person: Person, habits: Habits, chance: Random) -> Said:
    drawn = chance.random()
    if drawn < habits.parents_number:
        return {"iin": _A_PARENTS_NUMBER}
    return {"iin": person.iin} if drawn < habits.number + habits.parents_number else {}
