"""Decides what no weight may outvote: twins, siblings, a number that must be somebody else's; must never make a match by itself.

A guard named here keeps two descriptions from being joined without a person's look, however much else agrees.
"""

from collections.abc import Container

from tereze.registry.matching.description import Description
from tereze.registry.matching.levels import FIELDS, MISSING, Agreement

IIN_OF_ANOTHER = "iin-of-another"
IIN_DIFFERS = "iin-differs"
SEX_DIFFERS = "sex-differs"
PATRONYMIC_DIFFERS = "patronymic-differs"
GIVEN_NAME_DIFFERS = "given-name-differs"
BIRTH_DATE_DIFFERS = "birth-date-differs"
NAMES_ALONE = "names-alone"
# One description of a person is enough for these; the others are asked of the description that fits best.
OF_THE_PERSON = frozenset((IIN_OF_ANOTHER, IIN_DIFFERS, SEX_DIFFERS, PATRONYMIC_DIFFERS))

_FAMILY, _GIVEN, _PATRONYMIC, _BORN, _YEAR, _SEX, _IIN, _PHONE, _MOTHER = (
    FIELDS.index(field)
    for field in ("family", "given", "patronymic", "born", "born_year", "sex", "iin", "phone", "mother")
)
_SAME_IIN = 2
_NEAR, _SAME_NAME = 2, 3
_ALL_WORDS = _SAME_PHONE = 2
_BORN_ALIKE = 3
_YEAR_OFF = 1


def same_number(agreement: Agreement) -> bool:
    """Whether both gave one number."""
    return agreement.levels[_IIN] == _SAME_IIN


def guards(one: Description, other: Description, agreement: Agreement, names: Container[str] = ()) -> tuple[str, ...]:
    """Why these two may be joined by a person only; empty where nothing forbids it.

    ``names``: skeletons of given names that many bear. Two different ones are no slip, however near (Марат, Мұрат).
    """
    levels = agreement.levels
    if same_number(agreement):
        return (IIN_OF_ANOTHER,) if _contradicted(levels) else ()
    found = []
    if one.iin_is_sound and other.iin_is_sound and one.iin != other.iin:
        found.append(IIN_DIFFERS)
    if levels[_SEX] == 0:
        found.append(SEX_DIFFERS)
    if levels[_PATRONYMIC] == 0:
        found.append(PATRONYMIC_DIFFERS)
    if 0 <= levels[_GIVEN] < _NEAR or (levels[_GIVEN] == _NEAR and _are_two(one, other, names)):
        found.append(GIVEN_NAME_DIFFERS)
    a_guess = levels[_YEAR] == _YEAR_OFF and not _is_of_one_home(levels)
    if 0 in (levels[_BORN], levels[_YEAR]) or a_guess:
        found.append(BIRTH_DATE_DIFFERS)
    if levels[_BORN] == levels[_YEAR] == MISSING and not _is_of_one_home(levels):
        found.append(NAMES_ALONE)
    return tuple(found)


def _is_of_one_home(levels: tuple[int, ...]) -> bool:
    """Whether a father, a mother or a telephone is shared: names and a region alone are shared by strangers."""
    return levels[_PATRONYMIC] >= _SAME_NAME or levels[_MOTHER] == _ALL_WORDS or levels[_PHONE] == _SAME_PHONE


def _are_two(one: Description, other: Description, names: Container[str]) -> bool:
    return any(name in names for name in one.given[1:]) and any(name in names for name in other.given[1:])


def _contradicted(levels: tuple[int, ...]) -> bool:
    """Whether an equal number must be mistyped or somebody else's: given names apart, and the birth date does not
    speak for one child with two names. Of one family, born the same day, they are twins."""
    if not 0 <= levels[_GIVEN] < _NEAR:
        return False
    return levels[_BORN] < _BORN_ALIKE or levels[_FAMILY] >= _NEAR
