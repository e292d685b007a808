"""Decides what is odd about an individual identification number (IIN); must never refuse one.

Rules: 12 digits, YYMMDD, century-and-sex digit, serial, check digit with weights 1..11 then 3..11,1,2 modulo 11. Since 2013
the digits are not bound to birth date and sex, so a disagreement is a flag and lowers a weight; it is not an error.
"""

from datetime import date

from tereze.contracts.words import Sex

_FIRST = tuple(range(1, 12))
_SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_CENTURY = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}


def normalise_iin(raw: str) -> str:
    """Digits only, as they are compared."""
    return "".join(character for character in raw if character.isdigit())


def check_digit(first_eleven: str) -> int | None:
    """The twelfth digit for eleven given ones, or None where such a number is never issued."""
    for weights in (_FIRST, _SECOND):
        remainder = sum(w * int(d) for w, d in zip(weights, first_eleven, strict=True)) % 11
        if remainder < 10:  # noqa: PLR2004 - a remainder of 10 has no digit
            return remainder
    return None


def iin_flags(raw: str, *, birth_date: date | None = None, sex: Sex = Sex.UNKNOWN) -> tuple[str, ...]:
    """Stable codes of what is odd: iin-not-twelve-digits, iin-check-digit, iin-birth-date-differs, iin-sex-differs."""
    digits = normalise_iin(raw)
    if len(digits) != 12 or not digits.isascii():  # noqa: PLR2004 - the number's length
        return ("iin-not-twelve-digits",)
    flags = []
    if check_digit(digits[:11]) != int(digits[11]):
        flags.append("iin-check-digit")
    century = _CENTURY.get(digits[6])
    if birth_date is not None and (
        century is None or digits[:6] != birth_date.strftime("%y%m%d") or century != birth_date.year // 100 * 100
    ):
        flags.append("iin-birth-date-differs")
    if sex is not Sex.UNKNOWN and century is not None and (int(digits[6]) % 2 == 1) != (sex is Sex.MALE):
        flags.append("iin-sex-differs")
    return tuple(flags)
