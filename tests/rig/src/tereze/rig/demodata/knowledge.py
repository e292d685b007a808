"""Decides what a reporter knows of a child and what they get wrong; must never leave two reports of one child unmatchable."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from tereze.contracts.iin import check_digit
from tereze.rig.demodata.children import DemoChild, Script

Number = Literal["none", "right", "wrong-check-digit", "short", "of-another-day", "spaced"]
Birth = Literal["full", "swapped", "year", "none"]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """One reporter's view of the child's particulars."""

    script: Script
    names: bool = True
    patronymic: bool = True
    boxes_swapped: bool = False
    birth: Birth = "full"
    number: Number = "none"


KK, RU, LATIN = (Knowledge(script) for script in Script)
STRANGER = Knowledge(Script.RUSSIAN, names=False, birth="none")
# Each tuple is the reports of one child, so that a right registry can tell it is one.
TWICE = (
    (replace(KK, number="right"), replace(RU, number="right")),
    (KK, replace(RU, patronymic=False)),
    (replace(RU, number="right"), LATIN),
    (KK, replace(LATIN, patronymic=False, birth="swapped")),
    (replace(RU, number="right"), replace(LATIN, number="spaced", birth="none")),
    (replace(KK, number="right"), replace(RU, number="wrong-check-digit")),
    (replace(RU, boxes_swapped=True, patronymic=False), KK),
    (replace(KK, number="right"), replace(RU, names=False, birth="none", number="right")),
)
THRICE = (
    (replace(KK, number="right"), replace(RU, patronymic=False), replace(LATIN, number="right")),
    (RU, replace(KK, patronymic=False), replace(LATIN, birth="swapped")),
)
ONCE = (
    replace(KK, number="right"), RU, replace(RU, number="right"), KK, replace(LATIN, number="right"),
    replace(KK, patronymic=False), replace(RU, patronymic=False, number="right"), replace(KK, birth="year"),
    replace(RU, number="short"), replace(KK, number="wrong-check-digit"), LATIN, replace(RU, number="of-another-day"),
)  # fmt: skip


def _number(child: DemoChild, number: Number) -> str | None:
    iin = child.iin
    match number:
        case "none":
            return None
        case "right":
            return iin
        case "spaced":
            return f"{iin[:6]} {iin[6:]}"
        case "short":
            return iin[:-1]
        case "wrong-check-digit":
            return f"{iin[:-1]}{(int(iin[-1]) + 1) % 10}"
        case "of-another-day":
            day = 1 + child.birth_date.day % 28
            eleven = f"{iin[:4]}{day:02}{iin[6:11]}"
            return f"{eleven}{check_digit(eleven) or 0}"


def _birth(born: date, birth: Birth) -> dict[str, Any]:
    match birth:
        case "none":
            return {}
        case "year":
            return {"birth_year": born.year}
        case "swapped":
            return {"birth_date": born.replace(day=born.month, month=born.day)}
        case "full":
            return {"birth_date": born}


def particulars(child: DemoChild, known: Knowledge) -> dict[str, Any]:
    """The fields of a contract ``Child`` as this reporter would fill them."""
    fields: dict[str, Any] = {"sex": child.sex, **_birth(child.birth_date, known.birth)}
    if known.names:
        family, given = child.family_name(known.script), child.given[known.script]
        fields["family"], fields["given"] = (given, family) if known.boxes_swapped else (family, given)
        if known.patronymic:
            fields["patronymic"] = child.patronymic(known.script)
    if iin := _number(child, known.number):
        fields["iin"] = iin
    return fields
