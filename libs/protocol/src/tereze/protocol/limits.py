"""Decides what a time limit is (wall minutes, months, working minutes or working days); must never know a calendar or the time."""

import re
from dataclasses import dataclass
from enum import StrEnum

_TEXT = re.compile(r"^(?P<amount>[1-9][0-9]{0,4}) ?(?P<unit>min W|h W|d W|w W|mo W|min WH|WH|WD)$")


class NotALimit(ValueError):
    """The text is not a time limit."""


class Unit(StrEnum):
    """How the time of a limit is counted."""

    WALL = "W"
    WORKING_HOURS = "WH"
    WORKING_DAYS = "WD"
    MONTHS = "mo W"


_UNITS = {
    "min W": (Unit.WALL, 1),
    "h W": (Unit.WALL, 60),
    "d W": (Unit.WALL, 24 * 60),
    "w W": (Unit.WALL, 7 * 24 * 60),
    "mo W": (Unit.MONTHS, 1),
    "min WH": (Unit.WORKING_HOURS, 1),
    "WH": (Unit.WORKING_HOURS, 60),
    "WD": (Unit.WORKING_DAYS, 1),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """``amount`` counts minutes for W and WH, days for WD, calendar months for mo W."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        """The shortest text that reads back as this limit."""
        if self.unit in {Unit.WORKING_DAYS, Unit.MONTHS}:
            return f"{self.amount} {self.unit}"
        if self.unit is Unit.WORKING_HOURS:
            return f"{self.amount // 60} WH" if self.amount % 60 == 0 else f"{self.amount} min WH"
        return f"{self.amount // 60} h W" if self.amount % 60 == 0 else f"{self.amount} min W"


def read_limit(text: str) -> Limit:
    """Read ``30 min W``, ``2 h W``, ``3 d W``, ``6 w W``, ``3 mo W``, ``4 WH`` or ``10 WD``; raises NotALimit."""
    found = _TEXT.match(text)
    if not found:
        raise NotALimit(f"{text!r} is not a limit; write for example '30 min W', '2 h W', '3 d W', '4 WH' or '1 WD'")
    unit, factor = _UNITS[found["unit"]]
    return Limit(int(found["amount"]) * factor, unit)
