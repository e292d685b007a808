"""Decides whether two descriptions of a child mean one child; must never look anything up, and when in doubt keeps children apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tereze.contracts.iin import iin_flags, normalise_iin
from tereze.contracts.referrals import Child
from tereze.contracts.words import Sex
from tereze.registry.matching.folding import VERSION
from tereze.registry.matching.names import (
    family_stem,
    far_apart,
    given_skeleton,
    is_patronymic,
    known_name,
    patronymic_stem,
)

MODEL = f"exact-1/folding-{VERSION}"
_IIN_LENGTH = 12
_MONTHS = 12


class MatchedBy(StrEnum):
    """What settled who the child is."""

    IIN = "iin"
    NAME_BIRTH_DATE = "name_birth_date"
    NEW = "new"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class Names:
    """One reading of what stands in the name boxes, folded. An empty string: not known."""

    family: str
    given: str


@dataclass(frozen=True, slots=True)
class Description:
    """A written child, folded for comparison. ``crossed`` reads the two name boxes the other way round."""

    names: Names
    crossed: Names
    patronymic: str
    birth_date: date | None
    sex: Sex
    iin: str
    iin_flags: tuple[str, ...]

    @property
    def iin_is_sound(self) -> bool:
        """Whether the number's own digits raise no doubt."""
        return bool(self.iin) and not self.iin_flags


@dataclass(frozen=True, slots=True)
class Known:
    """A person that shares a key with the child, with every description they are known by."""

    person_id: str
    descriptions: tuple[Description, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """``person_id`` is absent where a new person is to be made. ``flags`` are codes a person should look at."""

    matched_by: MatchedBy
    person_id: str | None = None
    flags: tuple[str, ...] = ()


def describe(child: Child) -> Description:
    """Fold what was written. Words in the wrong box are put right where their ending tells."""
    family, given, patronymic = _boxes(child)
    iin = normalise_iin(child.iin or "")
    flags = iin_flags(child.iin, birth_date=child.birth_date, sex=child.sex) if child.iin else ()
    return Description(
        names=Names(family=family_stem(family), given=given_skeleton(given)),
        crossed=Names(family=family_stem(given), given=given_skeleton(family)),
        patronymic=patronymic_stem(patronymic),
        birth_date=child.birth_date,
        sex=child.sex,
        iin=iin if len(iin) == _IIN_LENGTH and len(set(iin)) > 1 else "",
        iin_flags=flags,
    )


def _boxes(child: Child) -> tuple[str, str, str]:
    family, given = known_name(child.family) or "", known_name(child.given) or ""
    patronymic = known_name(child.patronymic) or ""
    words = f"{family} {given}".split() if not (family and given) else given.split()
    if not patronymic and len(words) > 1 and is_patronymic(words[-1]):
        patronymic = words.pop()
    if family and given:
        return family, " ".join(words), patronymic
    if len(words) > 1:
        return words[0], " ".join(words[1:]), patronymic
    return (" ".join(words), "", patronymic) if family else ("", " ".join(words), patronymic)


def match_keys(description: Description) -> tuple[tuple[str, str], ...]:
    """(kind, text) under which to look for the child and to be found; two descriptions that may match share one.

    Keys are coarser than the decision: name boxes in either order, day and month in either order.
    """
    keys = []
    if description.iin:
        keys.append(("iin", description.iin))
    born, names = description.birth_date, description.names
    if born is not None and names.family and names.given:
        either_order = sorted((names.family, description.crossed.family))
        either_date = sorted((born.day, born.month))
        keys.append(("name_birth", "|".join(map(str, (VERSION, *either_order, born.year, *either_date)))))
    return tuple(keys)


def decide(child: Description, candidates: Sequence[Known], *, crowded: bool = False) -> Decision:
    """Who the child is among those who share a key; a new person where nobody, or more than one, is certain.

    ``crowded``: one of the keys is shared by so many that it tells nothing, and was left out.
    """
    if not match_keys(child):
        return Decision(MatchedBy.UNRESOLVED, flags=child.iin_flags)
    by_iin = [known for known in candidates if _is_by_iin(child, known)]
    by_name = [known for known in candidates if _is_by_name(child, known)]
    doubts = _doubts(child, candidates) + (("too-many-share-a-key",) if crowded else ())
    for matched_by, certain in ((MatchedBy.IIN, _narrowed(by_iin, by_name)), (MatchedBy.NAME_BIRTH_DATE, by_name)):
        if len(certain) == 1:
            elsewhere = ("name-points-elsewhere",) if by_name and certain[0] not in by_name else ()
            return Decision(matched_by, certain[0].person_id, _flags(child, doubts, elsewhere))
        if certain:
            doubts = (*doubts, "several-persons-match")
            break
    return Decision(MatchedBy.NEW, flags=_flags(child, doubts))


def _narrowed(by_iin: list[Known], by_name: list[Known]) -> list[Known]:
    return [known for known in by_iin if known in by_name] or by_iin


def _flags(child: Description, *more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for codes in (child.iin_flags, *more) for code in codes))


def _is_by_iin(child: Description, known: Known) -> bool:
    same = any(child.iin and child.iin == other.iin for other in known.descriptions)
    return same and not any(contradicts(child, other) for other in known.descriptions)


def _is_by_name(child: Description, known: Known) -> bool:
    same = any(same_name_and_birth_date(child, other) for other in known.descriptions)
    return same and not any(_parting(child, other) for other in known.descriptions)


def _doubts(child: Description, candidates: Sequence[Known]) -> tuple[str, ...]:
    doubts = []
    for other in (description for known in candidates for description in known.descriptions):
        if child.iin and child.iin == other.iin and contradicts(child, other):
            doubts.append("iin-of-another")
        if same_name_and_birth_date(child, other):
            doubts.extend(_parting(child, other))
    return tuple(doubts)


def contradicts(one: Description, other: Description) -> bool:
    """Whether an equal number must be mistyped or somebody else's: the given names are far apart, and the birth date
    does not speak for one child with two names. Of one family, born the same day, they are twins."""
    if not _given_far_apart(one, other):
        return False
    born_alike = one.birth_date is not None and other.birth_date is not None and _same_birth_date(one, other)
    return not born_alike or _same_family(one, other)


def same_name_and_birth_date(one: Description, other: Description) -> bool:
    """Whether family and given name fold alike in one order or the other, and the birth dates are one date."""
    alike = other.names in (one.names, one.crossed) or one.names in (other.names, other.crossed)
    complete = bool(one.names.given and one.names.family and one.birth_date and other.birth_date)
    return complete and alike and _same_birth_date(one, other)


def _parting(one: Description, other: Description) -> tuple[str, ...]:
    """Why two children of one name and birth date must stay apart."""
    reasons = []
    if one.patronymic and other.patronymic and far_apart(one.patronymic, other.patronymic):
        reasons.append("patronymic-differs")
    if Sex.UNKNOWN not in (one.sex, other.sex) and one.sex is not other.sex:
        reasons.append("sex-differs")
    if one.iin_is_sound and other.iin_is_sound and one.iin != other.iin:
        reasons.append("iin-differs")
    return tuple(reasons)


def _same_birth_date(one: Description, other: Description) -> bool:
    return other.birth_date in (one.birth_date, _swapped(one.birth_date))


def _swapped(born: date | None) -> date | None:
    """Day and month exchanged, where both readings are dates."""
    return born.replace(month=born.day, day=born.month) if born is not None and born.day <= _MONTHS else None


def _given_far_apart(one: Description, other: Description) -> bool:
    if not (one.names.given and other.names.given):
        return False
    return far_apart(one.names.given, other.names.given) and far_apart(one.crossed.given, other.names.given)


def _same_family(one: Description, other: Description) -> bool:
    families = {one.names.family, other.names.family}
    return len(families) == 1 and "" not in families
