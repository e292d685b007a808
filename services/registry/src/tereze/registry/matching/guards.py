"""Decides what no weight may outvote: twins, siblings, a number that must be somebody else's; must never make a match by itself.

A guard named here keeps two descriptions from being joined without a person's look, however much else agrees.
"""

from collections.abc import Sequence

from tereze.registry.matching.description import Description
from tereze.registry.matching.levels import FIELDS, MISSING, Agreement, name_level
from tereze.registry.matching.listed import ListedNames
from tereze.registry.matching.names import Name, is_surname

IIN_OF_ANOTHER = "iin-of-another"
IIN_DIFFERS = "iin-differs"
SEX_DIFFERS = "sex-differs"
PATRONYMIC_DIFFERS = "patronymic-differs"
GIVEN_NAME_DIFFERS = "given-name-differs"
BIRTH_DATE_DIFFERS = "birth-date-differs"
NAMES_ALONE = "names-alone"
TWO_CHILDREN = "two-children"
# One description of a person is enough for these; the others are asked of the description that fits best.
OF_THE_PERSON = frozenset((IIN_OF_ANOTHER, IIN_DIFFERS, SEX_DIFFERS, PATRONYMIC_DIFFERS))

_FAMILY, _GIVEN, _ORDER, _PATRONYMIC, _BORN, _YEAR, _SEX, _IIN, _PHONE, _MOTHER, _PLACE = (
    FIELDS.index(field)
    for field in (
        "family",
        "given",
        "order",
        "patronymic",
        "born",
        "born_year",
        "sex",
        "iin",
        "phone",
        "mother",
        "place",
    )
)
NOBODY = ListedNames(())  # where it is not known what is a common name
_SAME_IIN = 2
_STRAIGHT = 1
_ALIKE, _NEAR, _SAME_NAME = 1, 2, 3
_ALL_WORDS = _SAME_PHONE = _SAME_YEAR = _SAME_PLACE = 2
_BORN_ALIKE = 3
_YEAR_OFF = 1


def same_number(agreement: Agreement) -> bool:
    """Whether both gave one number."""
    return agreement.levels[_IIN] == _SAME_IIN


def guards(one: Description, other: Description, agreement: Agreement, names: ListedNames = NOBODY) -> tuple[str, ...]:
    """Why these two may be joined by a person only; empty where nothing forbids it.

    ``names``: given names that many bear. Two different ones are no slip, however near (Марат, Мұрат).
    """
    levels = agreement.levels
    found = [TWO_CHILDREN] if one.of_several or other.of_several else []
    if same_number(agreement):
        return (*found, IIN_OF_ANOTHER) if _contradicted(levels) else tuple(found)
    if one.iin_is_sound and other.iin_is_sound and one.iin != other.iin:
        found.append(IIN_DIFFERS)
    if levels[_SEX] == 0:
        found.append(SEX_DIFFERS)
    if levels[_PATRONYMIC] == 0:
        found.append(PATRONYMIC_DIFFERS)
    if _given_names_differ(one, other, levels, names):
        found.append(GIVEN_NAME_DIFFERS)
    a_guess = levels[_YEAR] == _YEAR_OFF and not _is_of_one_home(levels)
    if 0 in (levels[_BORN], levels[_YEAR]) or a_guess:
        found.append(BIRTH_DATE_DIFFERS)
    if levels[_BORN] == MISSING and not (_is_surely_of_one_home(levels) or _is_of_one_year_and_father(levels)):
        found.append(NAMES_ALONE)
    return tuple(found)


def are_siblings(found: tuple[str, ...], levels: tuple[int, ...]) -> bool:
    """Whether it is quite another given name that speaks against one child, or another one and a second thing (number, birth date,
    sex, father): two slips at once on a child who shares a home with somebody are a brother or a sister. Nobody needs to look, but at
    a form that names several."""
    if not {IIN_OF_ANOTHER, TWO_CHILDREN}.isdisjoint(found):
        return False
    return GIVEN_NAME_DIFFERS in found and (levels[_GIVEN] == 0 or len(found) > 1)


def _given_names_differ(one: Description, other: Description, levels: tuple[int, ...], names: ListedNames) -> bool:
    """Whether the given names are two. Twins share everything else: only names as near as a slip, or one that is read as the
    other, may pass."""
    if levels[_ORDER] == _STRAIGHT and _stands_crossed(one, names) and _stands_crossed(other, names):
        pair = one.crossed_given, other.crossed_given
        if _are_apart(name_level(*pair), [pair], names):
            return True
    pairs = [(one.given, other.given)]
    if levels[_ORDER] == 0:
        pairs = [(one.crossed_given, other.given), (one.given, other.crossed_given)]
    return _are_apart(levels[_GIVEN], pairs, names)


def _are_apart(level: int, pairs: Sequence[tuple[Name, Name]], names: ListedNames) -> bool:
    if level == _NEAR:
        return any(names.are_two(*pair) for pair in pairs)
    return level == 0 or (level == _ALIKE and not any(names.is_read_as(*pair) for pair in pairs))


def _stands_crossed(child: Description, names: ListedNames) -> bool:
    """Whether the given name seems to stand in the family's box and the family name in the given one's. A school that exchanged them
    for a whole class exchanged them for twins: then it is their family name that agrees as a given one."""
    if not child.family or not child.given or any(reading in names for reading in child.given[1:]):
        return False
    is_listed = any(reading in names for reading in child.crossed_given[1:])
    return is_listed or (is_surname(child.given[1]) and not is_surname(child.crossed_given[1]))


def _is_of_one_home(levels: tuple[int, ...]) -> bool:
    """Whether a father, a mother or a telephone is shared: names and a region alone are shared by strangers."""
    return levels[_PATRONYMIC] >= _SAME_NAME or levels[_MOTHER] == _ALL_WORDS or levels[_PHONE] == _SAME_PHONE


def _is_surely_of_one_home(levels: tuple[int, ...]) -> bool:
    """Whether a telephone or both parents are shared: of the children of a country some have one name and one father's name."""
    return levels[_PHONE] == _SAME_PHONE or (levels[_PATRONYMIC] >= _SAME_NAME and levels[_MOTHER] == _ALL_WORDS)


def _is_of_one_year_and_father(levels: tuple[int, ...]) -> bool:
    """Whether year, father's name and region are shared, where a birthday is not known."""
    return levels[_YEAR] == _SAME_YEAR and levels[_PATRONYMIC] >= _SAME_NAME and levels[_PLACE] == _SAME_PLACE


def _contradicted(levels: tuple[int, ...]) -> bool:
    """Whether an equal number must be mistyped or somebody else's: given names apart, and the birth date does not
    speak for one child with two names. Of one family, born the same day, they are twins."""
    if not 0 <= levels[_GIVEN] < _NEAR:
        return False
    return levels[_BORN] < _BORN_ALIKE or levels[_FAMILY] >= _NEAR
