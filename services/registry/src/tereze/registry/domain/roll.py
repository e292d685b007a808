"""Decides what a row of a roll says, or what is wrong with it; must never drop a row, or guess what was not written."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError

from tereze.contracts.iin import iin_flags
from tereze.contracts.labels import Contract
from tereze.contracts.referrals import Child, RelatedPerson, SealedForRegistry
from tereze.contracts.rolls import RollFormat, RowFault
from tereze.contracts.several import box_of_several
from tereze.contracts.words import Kinship, Sex
from tereze.registry.domain.table import lines_of, table_rows

_ALIASES = {
    "фамилия": "family", "тегі": "family", "имя": "given", "аты": "given", "отчество": "patronymic",
    "әкесінің аты": "patronymic", "дата рождения": "birth_date", "туған күні": "birth_date", "пол": "sex",
    "жынысы": "sex", "иин": "iin", "жсн": "iin", "телефон": "phone", "адрес": "address", "мекенжайы": "address",
    "школа": "school", "мектебі": "school",
}  # fmt: skip
C = TypeVar("C", bound=Contract)
_COLUMNS = frozenset(
    {"family", "given", "patronymic", "birth_date", "sex", "iin", "phone", "address", "school",
     "mother_family", "mother_given", "mother_birth_date", "mother_iin"}
)  # fmt: skip
_SEX = {
    **dict.fromkeys(("m", "male", "м", "муж", "мужской", "ұл", "ер"), Sex.MALE),
    **dict.fromkeys(("f", "female", "ж", "жен", "женский", "қыз", "әйел"), Sex.FEMALE),
}
_YEAR = re.compile(r"(19|20)\d\d\Z")
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})\Z")
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})\Z")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``said`` is absent where it cannot be taken; then ``faults`` say why."""

    line: int
    said: SealedForRegistry | None
    faults: tuple[RowFault, ...] = ()


class _Broken(ValueError):
    """The row cannot be taken."""

    def __init__(self, code: str, column: str | None = None) -> None:
        super().__init__(code)
        self.fault = RowFault(column=column, code=code)


def read_roll(written: str, how: RollFormat, *, loaded_on: date = date.max) -> Iterator[Row]:
    """Every row of a roll, in order; blank lines are none. Nobody in it is born after ``loaded_on``."""
    numbered = _of_csv(written) if how is RollFormat.CSV else _of_ndjson(written)
    for line, cells in numbered:
        yield cells if isinstance(cells, Row) else _row(line, cells, loaded_on)


def _of_csv(written: str) -> Iterator[tuple[int, Mapping[str, str] | Row]]:
    heading: list[str] | None = None
    for line, cells in table_rows(written):
        if cells is None:
            yield line, Row(line, None, (RowFault(code="unclosed-quote"),))
        elif heading is None:
            heading = [_column(cell) for cell in cells]
        elif len(cells) != len(heading):
            yield line, Row(line, None, (RowFault(code="wrong-number-of-columns"),))
        else:
            yield line, dict(zip(heading, cells, strict=True))


def _of_ndjson(written: str) -> Iterator[tuple[int, Mapping[str, str] | Row]]:
    for line, text in enumerate(lines_of(written), start=1):
        if not text.strip():
            continue
        try:
            cells = json.loads(text)
        except (ValueError, RecursionError):
            cells = None
        if not isinstance(cells, dict):
            yield line, Row(line, None, (RowFault(code="not-a-json-object"),))
        elif nested := next((name for name, cell in cells.items() if isinstance(cell, (dict, list, bool))), None):
            yield line, Row(line, None, (RowFault(column=_column(nested), code="not-as-documented"),))
        else:
            yield line, {_column(str(name)): str(cell) for name, cell in cells.items() if cell is not None}


def _row(line: int, cells: Mapping[str, str], loaded_on: date) -> Row:
    said = {name: cell.strip() for name, cell in cells.items() if cell.strip()}
    odd = [RowFault(column=name, code="unknown-column") for name in cells if name not in _COLUMNS]
    try:
        child = _child(said)
        mother = _mother(said)
        _check_born(child, loaded_on)
    except _Broken as broken:
        return Row(line, None, (broken.fault, *odd))
    if child.iin is not None:
        flags = iin_flags(child.iin, birth_date=child.birth_date, sex=child.sex)
        odd += [RowFault(column="iin", code=code) for code in flags]
    return Row(line, SealedForRegistry(child=child, caregivers=(mother,) if mother else ()), tuple(odd))


def _child(said: Mapping[str, str]) -> Child:
    for name in ("family", "given"):
        if name in said and not _LETTER.search(said[name]):
            raise _Broken("not-a-name", name)
    if not (said.get("iin") or (said.get("family") and said.get("given"))):
        raise _Broken("neither-name-nor-number")
    facts: dict[str, Any] = {
        name: said[name]
        for name in ("family", "given", "patronymic", "iin", "phone", "address", "school")
        if name in said
    }
    if "sex" in said:
        if said["sex"].lower() not in _SEX:
            raise _Broken("unknown-sex", "sex")
        facts["sex"] = _SEX[said["sex"].lower()]
    child = _shape(Child, facts | _born(said.get("birth_date"), "birth_date", year="birth_year"))
    if box := box_of_several(child):
        raise _Broken("two-children", box)
    return child


def _mother(said: Mapping[str, str]) -> RelatedPerson | None:
    facts: dict[str, Any] = {
        name: said[f"mother_{name}"] for name in ("family", "given", "iin") if f"mother_{name}" in said
    }
    facts |= _born(said.get("mother_birth_date"), "mother_birth_date", year=None)
    return _shape(RelatedPerson, {**facts, "kinship": Kinship.MOTHER}) if facts else None


def _shape(model: type[C], facts: dict[str, Any]) -> C:
    try:
        return model(**facts)
    except ValidationError as error:
        column = str(error.errors(include_input=False)[0]["loc"][0])
        raise _Broken("not-as-documented", column) from None


def _born(written: str | None, column: str, *, year: str | None) -> dict[str, Any]:
    """A date with the year or the day first, or the year alone; one that could only be month first is read so."""
    if written is None:
        return {}
    if year is not None and _YEAR.match(written):
        return {year: int(written)}
    try:
        if (found := _DAY_FIRST.match(written)) is not None:
            day, month, of = (int(part) for part in found.groups())
            born = date(of, day, month) if month > 12 >= day else date(of, month, day)  # noqa: PLR2004 - months
        elif (found := _YEAR_FIRST.match(written)) is not None:
            born = date(*(int(part) for part in found.groups()))
        else:
            born = date.fromisoformat(written)
    except ValueError:
        raise _Broken("unreadable-date", column) from None
    return {"birth_date": born}


def _check_born(child: Child, loaded_on: date) -> None:
    born, year = child.birth_date, child.birth_year
    if (born is not None and born > loaded_on) or (year is not None and year > loaded_on.year):
        raise _Broken("in-the-future", "birth_date")


def _column(heading: str) -> str:
    name = heading.strip().lower()
    return _ALIASES.get(name, name.replace(" ", "_"))
