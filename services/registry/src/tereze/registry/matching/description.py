"""Decides how a written child is folded for comparison; must never look anything up or keep more than comparison needs."""

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any

from tereze.contracts.iin import iin_flags, normalise_iin
from tereze.contracts.referrals import Child, RelatedPerson
from tereze.contracts.several import box_of_several
from tereze.contracts.words import Sex
from tereze.registry.matching.dates import WHOLE, digits_of
from tereze.registry.matching.folding import skeleton
from tereze.registry.matching.names import Name, family_name, father_name, given_name, is_patronymic, known_name

_IIN_LENGTH = 12
_PHONE_DIGITS = 10  # without the country's 7 or the trunk's 8
_SHORTEST_PHONE = 6
_MOTHER = frozenset(map(skeleton, ("мать", "мама", "ана", "анасы", "шеше", "шешесі", "mother", "mum", "ana")))


@dataclass(frozen=True, slots=True)
class Description:
    """A written child, folded. Empty: not known. ``crossed_…`` reads the two name boxes the other way round; ``of_several``: the
    boxes name more than one child."""

    family: Name = ()
    given: Name = ()
    crossed_family: Name = ()
    crossed_given: Name = ()
    patronymic: Name = ()
    born: str = ""
    sex: str = ""
    iin: str = ""
    iin_flags: tuple[str, ...] = ()
    phone: str = ""
    mother: Name = ()
    place: str = ""
    suburb: str = ""
    postcode: str = ""
    address: str = ""
    school: str = ""
    due: str = ""
    of_several: bool = False

    @property
    def iin_is_sound(self) -> bool:
        """Whether the number's own digits raise no doubt."""
        return bool(self.iin) and not self.iin_flags

    @property
    def tells_who(self) -> bool:
        """Whether it says enough to be somebody: a number, a whole name with anything beside it, an unborn child's mother,
        or one name with two things that few share. Whoever does not is nobody's match."""
        if self.iin or (self.due and self.mother):
            return True
        rare = (len(self.born) == WHOLE, *map(bool, (self.phone, self.mother, self.address, self.school)))
        beside = any(rare) or any((self.born, self.patronymic, self.place, self.suburb, self.postcode))
        if self.family and self.given:
            return beside
        return bool(self.family or self.given) and sum(rare) > 1

    def to_json(self) -> bytes:
        """The description as it rests, encrypted, beside its source record: what is folded once is read many times."""
        return json.dumps(astuple(self), separators=(",", ":"), ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, text: bytes | str) -> "Description":
        """The description of ``to_json`` again. Fields that a later release added are not known of it."""
        kept: list[Any] = [tuple(value) if isinstance(value, list) else value for value in json.loads(text)]
        return cls(*kept)


def describe(child: Child, *, region: str = "", caregivers: Iterable[RelatedPerson] = (), due: str = "") -> Description:
    """Fold what was written. ``region`` is where the child is; ``due`` (YYYY-MM) says when an unborn child is expected.

    Words in the wrong box are put right where their ending tells.
    """
    mother = next((one for one in caregivers if skeleton(one.relation or "") in _MOTHER), None)
    return fold(
        family=child.family, given=child.given, patronymic=child.patronymic,
        born=digits_of(child.birth_date, child.birth_year),
        sex="" if child.sex is Sex.UNKNOWN else child.sex.value,
        iin=_number(normalise_iin(child.iin or "")),
        iin_flags=iin_flags(child.iin, birth_date=child.birth_date, sex=child.sex) if child.iin else (),
        phone=child.phone,
        mother=" ".join(filter(None, (mother.family, mother.given))) if mother else None,
        place=region, address=child.address, school=child.school, due=due, of_several=box_of_several(child) is not None,
    )  # fmt: skip


def fold(
    *,
    family: str | None = None,
    given: str | None = None,
    patronymic: str | None = None,
    iin: str = "",
    phone: str | None = None,
    mother: str | None = None,
    **others: Any,
) -> Description:
    """A description from boxes as written, the number normalised.

    ``others``: born, sex, iin_flags, of_several, place, suburb, postcode, address, school, due.
    """
    family, given, patronymic = _boxes(family, given, patronymic)
    return Description(
        family=family_name(family),
        given=given_name(given),
        crossed_family=family_name(given),
        crossed_given=given_name(family),
        patronymic=father_name(patronymic),
        iin=iin,
        phone=_phone(phone or ""),
        mother=_words(mother or "", besides=family_name(family)[1:]),
        born=others.pop("born", ""),
        sex=others.pop("sex", ""),
        iin_flags=tuple(others.pop("iin_flags", ())),
        of_several=others.pop("of_several", False),
        **{name: _plain(value or "") for name, value in others.items()},
    )


def _boxes(*written: str | None) -> tuple[str, str, str]:
    family, given, patronymic = (known_name(one) or "" for one in written)
    words = f"{family} {given}".split() if not (family and given) else given.split()
    if not patronymic and len(words) > 1 and is_patronymic(words[-1]):
        patronymic = words.pop()
    if family and given:
        return family, " ".join(words), patronymic
    if len(words) > 1:
        return words[0], " ".join(words[1:]), patronymic
    return (" ".join(words), "", patronymic) if family else ("", " ".join(words), patronymic)


def _number(digits: str) -> str:
    return digits if len(digits) == _IIN_LENGTH and len(set(digits)) > 1 else ""


def _phone(written: str) -> str:
    digits = "".join(character for character in written if character.isdecimal())[-_PHONE_DIGITS:]
    return digits if len(digits) >= _SHORTEST_PHONE and len(set(digits)) > 1 else ""


def _words(written: str, *, besides: Name) -> Name:
    """A whole name in an unknown order: the stems of its words, sorted, without the patronymic, and without the child's
    own family name, which tells nothing new."""
    words = [word for word in written.split() if known_name(word)]
    kept = [word for word in words if not is_patronymic(word)] or words
    names = [name for word in kept if set(family_name(word)[1:]).isdisjoint(besides) and (name := given_name(word))]
    return tuple(sorted({name[1] for name in names}))


def _plain(written: str) -> str:
    """Words and numbers of an address, a place, a school: folded, in the order they stand."""
    words = (skeleton(word) + "".join(filter(str.isdecimal, word)) for word in written.split())
    return " ".join(filter(None, words))
