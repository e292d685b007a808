"""Decides how a file of persons is read and folded; must never drop a row or guess a column it was not told of."""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tereze.contracts.iin import iin_flags, normalise_iin
from tereze.registry.matching.dates import read_digits
from tereze.registry.matching.description import Description, fold

COLUMNS = (
    "family", "given", "patronymic", "birth_date", "sex", "iin", "place", "mother", "phone", "address", "postcode",
    "suburb", "school",
)  # fmt: skip
# Names under which the same columns are widely published.
_ALSO_KNOWN = {
    "family": ("surname", "family_name", "last_name"),
    "given": ("given_name", "first_name", "name"),
    "birth_date": ("date_of_birth", "dob", "birthdate"),
    "iin": ("soc_sec_id",),
    "place": ("state", "region"),
    "address": ("street_number", "address_1", "address_2"),
    "phone": ("phone_number",),
}
_GZIP = b"\x1f\x8b"
_MALE = frozenset(("m", "male", "м", "муж", "мужской", "ер", "1"))
_FEMALE = frozenset(("f", "female", "ж", "жен", "женский", "әйел", "қыз", "2"))


class UnreadableRecords(ValueError):
    """What is wrong with a file of records or pairs."""


@dataclass(frozen=True)
class Records:
    """Rows of a file. ``sets``: empty strings where the file has no ``set`` column, and then any two rows may be one person."""

    ids: tuple[str, ...]
    sets: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    descriptions: tuple[Description, ...]

    @cached_property
    def is_link(self) -> bool:
        """Whether only pairs across sets count."""
        return len(set(self.sets)) > 1

    def may_pair(self, one: int, other: int) -> bool:
        """Whether two rows may be compared at all."""
        return one != other and (not self.is_link or self.sets[one] != self.sets[other])

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that hold anything."""
        return tuple(name for name in COLUMNS if any(row.get(name) for row in self.rows))


def read_records(path: Path, columns: Path | None = None) -> Records:
    """The records of a CSV, plain or gzipped. ``columns``: YAML, our name → theirs, or a list of theirs joined by spaces."""
    rows = list(_rows(path))
    if not rows:
        raise UnreadableRecords(f"{path.name} holds no records")
    mapping = _mapping(rows[0], columns)
    named = [{name: _joined(row, theirs) for name, theirs in mapping.items()} for row in rows]
    ids = tuple(row.pop("rec_id") for row in named)
    if len(set(ids)) != len(ids):
        raise UnreadableRecords(f"{path.name}: two records have one rec_id")
    sets = tuple(row.pop("set", "") for row in named)
    return Records(ids, sets, tuple(named), tuple(map(describe_row, named)))


def records_of(descriptions: Iterable[Description]) -> Records:
    """Descriptions that are folded already, as records without the rows they came from; numbered in their order."""
    described = tuple(descriptions)
    return Records(tuple(map(str, range(len(described)))), ("",) * len(described), ({},) * len(described), described)


def read_pairs(path: Path, records: Records) -> frozenset[tuple[int, int]]:
    """The true pairs, as positions of records in ascending order; pairs that may not count are left out."""
    place = {rec_id: position for position, rec_id in enumerate(records.ids)}
    rows = [[cell.strip() for cell in row[:2]] for row in csv.reader(_text(path)) if len(row) > 1]
    if rows and not set(rows[0]) <= place.keys():
        del rows[0]  # the heading
    found = set()
    for one, other in rows:
        if one not in place or other not in place:
            raise UnreadableRecords(f"{path.name}: {one} or {other} is no rec_id of the records")
        if records.may_pair(place[one], place[other]):
            found.add((min(place[one], place[other]), max(place[one], place[other])))
    return frozenset(found)


def describe_row(row: Mapping[str, str]) -> Description:
    """One row, folded. A number that is no IIN is compared all the same, digit by digit."""
    born, iin = read_digits(row.get("birth_date", "")), normalise_iin(row.get("iin", ""))
    return fold(
        born=born,
        sex=_sex(row.get("sex", "")),
        iin=iin,
        iin_flags=iin_flags(iin) if iin else (),
        **{name: row.get(name) for name in COLUMNS if name not in ("birth_date", "sex", "iin")},
    )


def _sex(written: str) -> str:
    word = written.strip().casefold()
    return "male" if word in _MALE else "female" if word in _FEMALE else ""


def _text(path: Path) -> io.StringIO:
    raw = path.read_bytes()
    return io.StringIO((gzip.decompress(raw) if raw[:2] == _GZIP else raw).decode("utf-8-sig"))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    for row in csv.DictReader(_text(path), skipinitialspace=True):
        yield {name.strip(): (value or "").strip() for name, value in row.items() if isinstance(name, str)}


def _mapping(first: Mapping[str, str], columns: Path | None) -> dict[str, Sequence[str]]:
    told: dict[str, Any] = yaml.safe_load(columns.read_text("utf-8")) if columns else {}
    mapping: dict[str, Sequence[str]] = {}
    for name in ("rec_id", "set", *COLUMNS):
        theirs = told.get(name, name)
        wanted = [theirs] if isinstance(theirs, str) else list(theirs)
        if not any(column in first for column in wanted) and name not in told:
            wanted = [column for column in _ALSO_KNOWN.get(name, ()) if column in first]
        missing = [column for column in wanted if column not in first]
        if missing and name in told:
            raise UnreadableRecords(f"no column {missing[0]} for {name}; there are {', '.join(first)}")
        if wanted and not missing:
            mapping[name] = wanted
    if "rec_id" not in mapping:
        raise UnreadableRecords(f"no column rec_id; there are {', '.join(first)}")
    return mapping


def _joined(row: Mapping[str, str], columns: Sequence[str]) -> str:
    return " ".join(filter(None, (row.get(column, "") for column in columns)))
