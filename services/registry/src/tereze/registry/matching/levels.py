"""Decides how far two descriptions agree, field by field, in a few levels; must never weigh them or know what is common.

The highest level of a field is full agreement, 0 disagreement, ``MISSING`` where one side does not know.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz.distance import JaroWinkler, Levenshtein
from rapidfuzz.fuzz import ratio, token_sort_ratio

from tereze.registry.matching.dates import WHOLE, parts_agree, slip, swapped
from tereze.registry.matching.description import Description
from tereze.registry.matching.folding import heard, rough
from tereze.registry.matching.names import Name

MISSING = -1
_NEAR, _ALIKE = 0.9, 0.78
_SOUNDS_NEAR, _SOUNDS_ALIKE = (
    0.7,
    0.55,
)  # reached by three in a thousand, and by two in a hundred, of names drawn at random
_TEXT_NEAR, _TEXT_ALIKE = 88, 65
_LONG_ENOUGH_FOR_A_SLIP = 4
_YEAR = 4
_NEAR_NAME = 2
BETWEEN = "\n"  # the two spellings of a name that agrees nearly only
EITHER_BOX = "~"  # before a value that stood in the family's box on one side and in the given name's on the other
_PARTS_OF_A_DATE = 2

NAME = ("differ", "alike", "near", "same_skeleton", "same_letters")
LEVELS: dict[str, tuple[str, ...]] = {
    "family": NAME,
    "given": NAME,
    "order": ("crossed", "straight"),
    "patronymic": NAME,
    "born": ("differ", "two_parts", "slip", "day_month_swapped", "same"),
    "born_year": ("differ", "a_year_off", "same"),
    "sex": ("differ", "same"),
    "iin": ("differ", "slip", "same"),
    "phone": ("differ", "slip", "same"),
    "mother": ("differ", "some_words", "all_words"),
    "place": ("differ", "near", "same"),
    "suburb": ("differ", "alike", "near", "same"),
    "postcode": ("differ", "slip", "same"),
    "address": ("differ", "alike", "near", "same"),
    "school": ("differ", "near", "same"),
}
FIELDS = tuple(LEVELS)
NAMES = tuple(at for at, field in enumerate(FIELDS) if LEVELS[field] is NAME)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Levels in the order of ``FIELDS``; ``values`` are what agrees, where how common it is matters (empty elsewhere)."""

    levels: tuple[int, ...]
    values: tuple[str, ...]

    def level(self, field: str) -> str | None:
        """The name of one field's level; None where it was not compared."""
        found = self.levels[FIELDS.index(field)]
        return None if found == MISSING else LEVELS[field][found]


def compare(one: Description, other: Description) -> Agreement:
    """How far two descriptions agree."""
    family, given, order = _names(one, other)
    born, year = _born(one.born, other.born)
    patronymic = name_level(one.patronymic, other.patronymic)
    levels = (
        family, given, order, patronymic, born, year,
        _exact(one.sex, other.sex),
        _code(one.iin, other.iin),
        _code(one.phone, other.phone),
        _mother(one.mother, other.mother),
        _text(one.place, other.place, 3), _text(one.suburb, other.suburb, 4),
        _code(one.postcode, other.postcode),
        _text(one.address, other.address, 4), _text(one.school, other.school, 3),
    )  # fmt: skip
    return Agreement(levels, _values(one, other, levels))


def name_level(one: Name, other: Name) -> int:
    """How far two names agree: letters, a skeleton of any reading, or nearness of their skeletons, in writing or in sound."""
    if not one or not other:
        return MISSING
    if one[0] == other[0]:
        return 4
    if not set(one[1:]).isdisjoint(other[1:]):
        return 3
    nearness = max(JaroWinkler.similarity(left, right) for left in one for right in other)
    if nearness >= _NEAR or any(_one_slip(left, right) for left in one for right in other):
        return 2
    sound = max(sound_nearness(left, right) for left in one[1:] for right in other[1:])
    if sound >= _SOUNDS_NEAR:
        return 2
    return int(nearness >= _ALIKE or sound >= _SOUNDS_ALIKE or rough(one[1]) == rough(other[1]))


def sound_nearness(one: str, other: str) -> float:
    """How near two skeletons sound, 1 being alike: the share of letters to be changed, half as much where the change stays within
    the vowels or within the consonants of one place of articulation."""
    written = Levenshtein.normalized_similarity(one, other)
    return float(written + Levenshtein.normalized_similarity(heard(one), heard(other))) / 2


def _one_slip(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= _LONG_ENOUGH_FOR_A_SLIP and slip(one, other)


def _names(one: Description, other: Description) -> tuple[int, int, int]:
    """Family, given, and order of the boxes: crossed only where that agrees better. Whose boxes were exchanged nobody knows: where one
    word agrees and the other does not, it is the family's, for brothers share that."""
    family, given = name_level(one.family, other.family), name_level(one.given, other.given)
    if max(family, given) < _NEAR_NAME and MISSING not in (family, given):
        crossed = min(_crossed(one, other), _crossed(other, one), key=_least_of_the_given)
        if min(crossed) >= _NEAR_NAME or sum(crossed) > family + given + _NEAR_NAME:
            return (*crossed, 0)
    return family, given, 1 if max(family, given) >= _NEAR_NAME else MISSING


def _least_of_the_given(names: tuple[int, int]) -> tuple[int, int]:
    family, given = names
    return given, -family


def _crossed(one: Description, other: Description) -> tuple[int, int]:
    return name_level(one.crossed_family, other.family), name_level(one.crossed_given, other.given)


def _born(one: str, other: str) -> tuple[int, int]:
    """The whole date's level, or only the year's where a whole date is not known on both sides."""
    if not one or not other:
        return MISSING, MISSING
    if len(one) == len(other) == WHOLE:
        return _whole_dates(one, other), MISSING
    apart = abs(int(one[:_YEAR]) - int(other[:_YEAR]))
    return MISSING, max(0, 2 - apart)


def _whole_dates(one: str, other: str) -> int:
    if one == other:
        return 4
    if one == swapped(other):
        return 3
    if slip(one, other):
        return 2
    return int(parts_agree(one, other) >= _PARTS_OF_A_DATE)


def _exact(one: str, other: str) -> int:
    return int(one == other) if one and other else MISSING


def _code(one: str, other: str) -> int:
    if not one or not other:
        return MISSING
    return 2 if one == other else int(slip(one, other))


def _text(one: str, other: str, levels: int) -> int:
    """Nearness of folded words in any order, in three levels or four."""
    if not one or not other:
        return MISSING
    if one == other:
        return levels - 1
    nearness = max(token_sort_ratio(one, other), ratio(one.replace(" ", ""), other.replace(" ", "")))
    return (nearness >= _TEXT_NEAR) + (levels > 3 and nearness >= _TEXT_ALIKE)  # noqa: PLR2004 - the finer scale


def _are_near(one: str, other: str) -> bool:
    return JaroWinkler.similarity(one, other) >= _NEAR or sound_nearness(one, other) >= _SOUNDS_NEAR


def _mother(one: Name, other: Name) -> int:
    if not one or not other:
        return MISSING
    fewer, more = sorted((one, other), key=len)
    met = sum(any(_are_near(word, each) for each in more) for word in fewer)
    return 2 if met == len(fewer) else int(met > 0)


# Whose frequency says how much full agreement is worth: the skeleton of a name, the day of a birth date, a whole text.
VALUES: dict[str, Callable[[Description], str]] = {
    "family": lambda child: child.family[1],
    "given": lambda child: child.given[1],
    "patronymic": lambda child: child.patronymic[1],
    "born": lambda child: child.born[4:],
    "place": lambda child: child.place,
    "suburb": lambda child: child.suburb,
    "postcode": lambda child: child.postcode,
    "school": lambda child: child.school,
}
_AGREES_FROM = {
    "family": 3,
    "given": 3,
    "patronymic": 3,
    "born": 4,
    "place": 2,
    "suburb": 3,
    "postcode": 2,
    "school": 2,
}


def _shared(field: str, one: Description, other: Description) -> str:
    """What agrees: of two names the skeleton that they share, the first reading of either where it is shared: names are counted
    by it, and another would be taken for one that nobody bears."""
    if LEVELS[field] is NAME:
        names: tuple[Name, Name] = getattr(one, field), getattr(other, field)
        shared = set(names[0][1:]).intersection(names[1][1:])
        if shared:
            return min(shared.intersection(name[1] for name in names) or shared)
    return min(VALUES[field](one), VALUES[field](other))


def _values(one: Description, other: Description, levels: tuple[int, ...]) -> tuple[str, ...]:
    known = [
        _shared(field, one, other) if field in VALUES and level >= _AGREES_FROM[field] else ""
        for field, level in zip(FIELDS, levels, strict=True)
    ]
    for at in NAMES:
        if 0 < levels[at] < _AGREES_FROM[FIELDS[at]]:
            spelt = (getattr(child, FIELDS[at]) for child in (one, other))
            known[at] = BETWEEN.join(sorted(name[1] for name in spelt)) if levels[FIELDS.index("order")] else ""
    if levels[FIELDS.index("order")] == 0:
        known[:2] = (value and EITHER_BOX + value for value in known[:2])
    return tuple(known)
