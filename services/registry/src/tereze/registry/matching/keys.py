"""Decides under which keys a child is looked up and found; must never let a key tell more than that two descriptions may be one child.

A key is text; the store keeps only its blind fingerprint. Keys are coarser than the decision: boxes in either order, day and month
in either order, names by their rough sound. Two descriptions that share no key are never compared, so every fact that may be
missing or wrong needs a family of keys without it.
"""

from collections.abc import Iterable, Iterator
from itertools import product

from tereze.registry.matching.dates import WHOLE, unordered
from tereze.registry.matching.description import Description
from tereze.registry.matching.folding import VERSION, rough
from tereze.registry.matching.names import Name

Key = tuple[str, str]
MOST_PERSONS_A_KEY = 50
_YEAR = 4


def keys(description: Description) -> tuple[Key, ...]:
    """(family of keys, text) under which to look for the child and to be found; none for one that tells of nobody."""
    if not description.tells_who:
        return ()
    found = dict.fromkeys(_all(description))
    return tuple((family, f"{VERSION}|{text}") for family, text in found)


def batch_keys(description: Description) -> tuple[Key, ...]:
    """The keys of ``keys`` and those only a batch can afford: too common to be kept for every person of a large register,
    cheap where a file is compared with itself. They reach children with several slips at once."""
    return tuple(dict.fromkeys((*_all(description), *_wide(description))))


def _all(child: Description) -> Iterator[Key]:
    if child.iin:
        yield "iin", child.iin
    if child.due and child.mother:
        yield "mother_due", "|".join((*child.mother, child.due))
    families, givens = _sounds(child.family), _sounds(child.given)
    either, pairs = _distinct(families + givens), [sorted(pair) for pair in product(families, givens)]
    yield from _dated(child, either, pairs)
    for part in _distinct((*child.mother[:2], *_sounds(child.patronymic))):
        yield from (("pair_relative", "|".join((*pair, rough(part)))) for pair in pairs)
    if child.phone:
        yield "phone", child.phone
    yield from _placed(child, either, pairs)


def _dated(child: Description, either: list[str], pairs: list[list[str]]) -> Iterator[Key]:
    year = child.born[:_YEAR]
    if len(child.born) == WHOLE:
        day = unordered(child.born)
        yield from (("name_birth", f"{part}|{day}") for part in either)
        initials = sorted(part[:1] for part in (*child.family[1:2], *child.given[1:2]))
        yield "initials_birth", "|".join((*initials, day, child.sex))
        if child.place:
            yield "place_birth", f"{child.place}|{day}|{child.sex}"
    if year:
        yield from (("pair_year", "|".join((*pair, year))) for pair in pairs)
        if child.school:
            yield from (("school_given_year", f"{child.school}|{part}|{year}") for part in _sounds(child.given))


def _placed(child: Description, either: list[str], pairs: list[list[str]]) -> Iterator[Key]:
    for where in filter(None, (child.place, child.suburb, child.postcode)):
        yield from (("pair_place", "|".join((*pair, where))) for pair in pairs)
    for where in filter(None, (child.suburb, child.postcode, child.address)):
        yield from (("name_where", f"{part}|{where}") for part in either)


def _sounds(name: Name) -> list[str]:
    return _distinct(rough(one) for one in name[1:])


def _distinct(parts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(part for part in parts if part))


def _wide(child: Description) -> Iterator[Key]:
    names = [rough(name[1]) for name in (child.family, child.given) if name]
    if len(names) > 1:
        yield "pair", "|".join(sorted(names))
    yield from _parts_of_date(child, names)
    area = (child.suburb or child.place).partition(" ")[0]
    house = next(filter(str.isdecimal, child.address.split()), "")
    for part in names:
        if area:
            yield "name_area", f"{part}|{rough(area)}"
        if house:
            yield "name_house", f"{part}|{house}"
    for family, value in (("address", child.address), ("mother", "|".join(child.mother))):
        if value:
            yield family, value


def _parts_of_date(child: Description, names: list[str]) -> Iterator[Key]:
    born, year = child.born, child.born[:_YEAR]
    if not year:
        return
    places = [where for where in (child.suburb, child.postcode) if where]
    yield from (("year_where", f"{year}|{where}") for where in places)
    yield from (("name_year", f"{part}|{year}") for part in names)
    if len(born) == WHOLE:
        yield "born", unordered(born)
        for kept in (born[4:], born[:6], born[:4] + born[6:]):
            yield from (("part_of_birth", f"{part}|{kept}") for part in (*names, *places))
