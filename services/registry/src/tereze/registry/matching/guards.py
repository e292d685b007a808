"""Decides what no weight may outvote: twins, siblings, a number that must be somebody else's; must never make a match by itself.

A guard named here keeps two descriptions from being joined without a person's look, however much else agrees.
"""

from tereze.registry.matching.description import Description
from tereze.registry.matching.levels import FIELDS, Agreement

IIN_OF_ANOTHER = "iin-of-another"
IIN_DIFFERS = "iin-differs"
SEX_DIFFERS = "sex-differs"
PATRONYMIC_DIFFERS = "patronymic-differs"
GIVEN_NAME_DIFFERS = "given-name-differs"
GUARDS = (IIN_OF_ANOTHER, IIN_DIFFERS, SEX_DIFFERS, PATRONYMIC_DIFFERS, GIVEN_NAME_DIFFERS)

_FAMILY, _GIVEN, _PATRONYMIC, _BORN, _SEX, _IIN, _MOTHER = (
    FIELDS.index(field) for field in ("family", "given", "patronymic", "born", "sex", "iin", "mother")
)
_SAME_IIN = 2
_NEAR = 2  # of a name
_BORN_ALIKE = 3
_BORN_UNLIKE = 1


def same_number(agreement: Agreement) -> bool:
    """Whether both gave one number."""
    return agreement.levels[_IIN] == _SAME_IIN


def guards(one: Description, other: Description, agreement: Agreement) -> tuple[str, ...]:
    """Why these two may be joined by a person only; empty where nothing forbids it."""
    levels = agreement.levels
    if same_number(agreement):
        return (IIN_OF_ANOTHER,) if _contradicted(levels) else ()
    found = []
    if one.iin_is_sound and other.iin_is_sound and one.iin != other.iin:
        found.append(IIN_DIFFERS)
    if levels[_SEX] == 0:
        found.append(SEX_DIFFERS)
    if 0 <= levels[_PATRONYMIC] < _NEAR:
        found.append(PATRONYMIC_DIFFERS)
    if 0 <= levels[_GIVEN] < _NEAR:
        found.append(GIVEN_NAME_DIFFERS)
    return tuple(found)


def _contradicted(levels: tuple[int, ...]) -> bool:
    """Whether an equal number must be mistyped or somebody else's: given names apart, and the birth date does not
    speak for one child with two names. Of one family, born the same day, they are twins."""
    if not 0 <= levels[_GIVEN] < _NEAR:
        return False
    return levels[_BORN] < _BORN_ALIKE or levels[_FAMILY] >= _NEAR
