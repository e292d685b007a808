"""Decides how a file of persons is read and folded; must never drop a row or guess a column it was not told of."""

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml

from tereze.contracts.iin import iin_flags, normalise_iin
from tereze.registry.domain.table import Cells, table_rows
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


def must_be_comparable(records: Records, path: Path) -> None:
    """Raises UnreadableRecords where there are no two records, or no column says anything about anybody."""
    if len(records.ids) < 2:  # noqa: PLR2004 - a pair
        raise UnreadableRecords(f"{path.name} holds a single record: there is nobody to compare it with")
    if not records.columns:
        raise UnreadableRecords(f"{path.name} has no column to compare; `--columns` names yours: {', '.join(COLUMNS)}")


def records_of(descriptions: Iterable[Description]) -> Records:
    """Descriptions that are folded already, as records without the rows they came from; numbered in their order."""
    described = tuple(descriptions)
    return Records(tuple(map(str, range(len(described)))), ("",) * len(described), ({},) * len(described), described)


def read_pairs(path: Path, records: Records) -> frozenset[tuple[int, int]]:
    """The true pairs, as positions of records in ascending order; pairs that may not count are left out."""
    place = {rec_id: position for position, rec_id in enumerate(records.ids)}
    rows = [[cell.strip() for cell in cells[:2]] for cells in _table(path)]
    if not rows or min(map(len, rows)) < 2:  # noqa: PLR2004 - a pair
        raise UnreadableRecords(f"{path.name}: pairs are two columns of rec_ids, a pair a line")
    if not set(rows[0]) <= place.keys():
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


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return (gzip.decompress(raw) if raw[:2] == _GZIP else raw).decode("utf-8-sig")
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableRecords(f"{path.name} is not a whole gzip file: {error}") from error
    except UnicodeDecodeError as error:
        raise UnreadableRecords(f"{path.name} is not UTF-8 text: {error.reason} at byte {error.start}") from error


def _table(path: Path) -> Iterator[Cells]:
    for line, cells in table_rows(_text(path)):
        if cells is None:
            raise UnreadableRecords(
                f"{path.name}, line {line}: a quotation mark opens and is not closed, or the line has no end"
            )
        yield cells


def _rows(path: Path) -> Iterator[dict[str, str]]:
    table = _table(path)
    heading = [name.strip() for name in next(table, ())]
    for cells in table:
        yield dict(zip_longest(heading, (cell.strip() for cell in cells[: len(heading)]), fillvalue=""))


def _told(columns: Path | None) -> dict[str, Any]:
    """Our name → theirs, as the mapping file says."""
    if columns is None:
        return {}
    try:
        told = yaml.safe_load(_text(columns)) or {}
    except yaml.YAMLError as error:
        raise UnreadableRecords(f"{columns.name} is not YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(told, dict) or not all(isinstance(one, str | list) for one in told.values()):
        raise UnreadableRecords(
            f"{columns.name}: one line a column, as in `family: surname` or `address: [street, house]`"
        )
    ours = ("rec_id", "set", *COLUMNS)
    if unknown := [name for name in told if name not in ours]:
        raise UnreadableRecords(f"{columns.name}: {unknown[0]} is none of our columns: {', '.join(ours)}")
    return told


def _mapping(first: Mapping[str, str], columns: Path | None) -> dict[str, Sequence[str]]:
    told = _told(columns)
    mapping: dict[str, Sequence[str]] = {}
    for name in ("rec_id", "set", *COLUMNS):
        theirs = told.get(name, name)
        wanted = [theirs] if isinstance(theirs, str) else [str(column) for column in theirs]
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
