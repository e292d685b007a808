"""Decides which invented children the demo knows and how their names are spelled; must never take a real child."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from pathlib import Path
from typing import Any

import yaml

from tereze.contracts.iin import check_digit
from tereze.contracts.words import Sex
from tereze.rig.demodata.fixed import number, pick

Spellings = tuple[str, str, str]
_NAMES: dict[str, list[list[str]]] = yaml.safe_load((Path(__file__).parent / "names.yaml").read_text(encoding="utf-8"))
_FIRST_BIRTH, _BIRTH_DAYS = date(2010, 2, 1), 3_300
_UNISSUED_LOOKING_SERIALS = 10
_LAST_MONTH = 12


class Script(IntEnum):
    """Which spelling of a name a reporter uses; the value is its place in ``names.yaml``."""

    KAZAKH = 0
    RUSSIAN = 1
    LATIN = 2


@dataclass(frozen=True, slots=True)
class DemoChild:
    """An invented child as they are; reports about them may know less, or know it wrong."""

    ref: str
    family: Spellings
    given: Spellings
    father: Spellings
    birth_date: date
    sex: Sex
    iin: str

    def family_name(self, script: Script) -> str:
        """Family name with the ending of the child's sex."""
        return self.family[script] + ("a" if script is Script.LATIN else "а") * (self.sex is Sex.FEMALE)

    def patronymic(self, script: Script) -> str:
        """Patronymic as each language builds it."""
        endings = (("ұлы", "қызы"), ("ович", "овна"), ("uly", "kyzy"))
        return self.father[script] + endings[script][self.sex is Sex.FEMALE]


def invented_iin(birth_date: date, sex: Sex, first_serial: int) -> str:
    """A number with a right check digit and one of the serials 0000–0009; see the pack's README on why these."""
    for step in range(_UNISSUED_LOOKING_SERIALS):
        serial = (first_serial + step) % _UNISSUED_LOOKING_SERIALS
        eleven = f"{birth_date:%y%m%d}{6 if sex is Sex.FEMALE else 5}{serial:04}"
        digit = check_digit(eleven)
        if digit is not None:
            return f"{eleven}{digit}"
    raise AssertionError("ten serials of one day cannot all be without a check digit")


def _spellings(kind: str, *of: object) -> Spellings:
    kazakh, russian, latin = pick(_NAMES[kind], *of, kind)
    return kazakh, russian, latin


def _birth(ref: str, *, swappable: bool) -> date:
    born = _FIRST_BIRTH + timedelta(days=number(_BIRTH_DAYS, ref, "born"))
    return born.replace(day=1 + number(_LAST_MONTH - 1, ref, "day")) if swappable else born


def _child(ref: str, **known: Any) -> DemoChild:
    sex = known.get("sex") or pick((Sex.FEMALE, Sex.MALE), ref, "sex")
    born = known.get("birth_date") or _birth(ref, swappable=known.get("swappable", False))
    return DemoChild(
        ref=ref,
        family=known.get("family") or _spellings("families", ref),
        given=known.get("given") or _spellings("girls" if sex is Sex.FEMALE else "boys", ref),
        father=known.get("father") or _spellings("fathers", ref),
        birth_date=born,
        sex=sex,
        iin=invented_iin(born, sex, known.get("serial", number(_UNISSUED_LOOKING_SERIALS, ref, "serial"))),
    )


def _distinct(candidates: Iterator[DemoChild]) -> Iterator[DemoChild]:
    seen: set[tuple[str, str, tuple[int, ...]]] = set()
    for child in candidates:
        born = child.birth_date
        key = (child.family[1], child.given[1], (*sorted((born.day, born.month)), born.year))
        if key not in seen:
            seen.add(key)
            yield child


def children(count: int, *, first: int, swappable: bool = False) -> list[DemoChild]:
    """``count`` children that no two reports could confuse by name and birth date."""
    candidates = (_child(f"c-{first + index:03}", swappable=swappable) for index in range(count))
    distinct = list(_distinct(candidates))
    assert len(distinct) == count, "two invented children fell together; change the seed words"
    return distinct


def twins(first: int) -> tuple[DemoChild, DemoChild]:
    """Same family, father, birth date and sex; other names and numbers. They must stay two."""
    one = _child(f"c-{first:03}", serial=0)
    kind = "girls" if one.sex is Sex.FEMALE else "boys"
    given = next(tuple(names) for names in _NAMES[kind] if names[1][0] != one.given[1][0])
    other = _child(
        f"c-{first + 1:03}",
        family=one.family, father=one.father, sex=one.sex, birth_date=one.birth_date, given=given, serial=5,
    )  # fmt: skip
    return one, other


def siblings(first: int) -> tuple[DemoChild, DemoChild]:
    """Same family and father, born two years apart. They must stay two."""
    one = _child(f"c-{first:03}")
    later = one.birth_date + timedelta(days=700 + number(90, first))
    return one, _child(f"c-{first + 1:03}", family=one.family, father=one.father, birth_date=later)


def address(language: int, *of: object) -> str:
    """An address in a street that the demo made up."""
    return f"{pick(_NAMES['streets'], *of)[language]}, {1 + number(80, *of, 'house')}"
