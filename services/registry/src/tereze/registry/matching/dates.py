"""Decides which date a written one means and how near two of them are; must never turn half a date into a whole one."""

import re
from datetime import date

from rapidfuzz.distance import OSA

WHOLE = 8  # digits of a date written YYYYMMDD; 6 without its day, 4 where only the year is known
_YEAR = 4
_MONTHS = 12
_NUMBERS = re.compile(r"\d+")


def digits_of(born: date | None, year: int | None = None) -> str:
    """A birth date as compared: ``YYYYMMDD``, ``YYYY`` or nothing."""
    if born is not None:
        return f"{born:%Y%m%d}"
    return f"{year:04}" if year is not None else ""


def read_digits(written: str) -> str:
    """The digits of a date in any of three orders (2015-03-07, 07.03.2015, 03/17/2015), of a month, or of a year.

    Where day and month could be either, the day is taken to stand first, as people here write it. An impossible date
    (``19451337``) is kept as it stands: it is a slip of the date it looks like.
    """
    groups: list[str] = _NUMBERS.findall(written)
    joined = "".join(groups)
    if len(groups) == 1:
        return joined if len(joined) in (_YEAR, _YEAR + 2, WHOLE) else ""
    if len(groups) not in (2, 3) or not any(len(group) == _YEAR for group in groups):
        return ""
    if len(groups[0]) == _YEAR:
        year, rest = groups[0], groups[1:3]
    elif len(groups[-1]) == _YEAR:
        year, rest = groups[-1], groups[-2::-1]
    else:
        return ""
    if len(rest) == 2 and int(rest[0]) > _MONTHS >= int(rest[1]):  # noqa: PLR2004 - month and day
        rest = rest[::-1]
    return year + "".join(f"{int(part):02}" for part in rest)


def swapped(digits: str) -> str:
    """Day and month exchanged, where the other reading is a date too; nothing otherwise."""
    return digits[:4] + digits[6:] + digits[4:6] if len(digits) == WHOLE and digits[6:] <= f"{_MONTHS}" else ""


def unordered(digits: str) -> str:
    """A whole date with day and month in sorted order: the same for both readings."""
    month, day = sorted((digits[4:6], digits[6:]))
    return f"{digits[:4]}{month}{day}"


def slip(one: str, other: str) -> bool:
    """Whether one digit, or two neighbours exchanged, part two whole dates."""
    return OSA.distance(one, other, score_cutoff=1) <= 1


def parts_agree(one: str, other: str) -> int:
    """How many of year, month and day two whole dates share."""
    return (one[:4] == other[:4]) + (one[4:6] == other[4:6]) + (one[6:] == other[6:])
