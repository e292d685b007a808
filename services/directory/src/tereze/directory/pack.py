"""Decides how a country pack's files are read into regions, districts, series, agencies and staff; must never touch a database."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from tereze.contracts.attestations import AttestationRules
from tereze.contracts.catchments import Catchment, District
from tereze.contracts.directory import Agency, OfficialSeries, Region, StaffMember
from tereze.contracts.labels import Contract
from tereze.directory.domain.country import Pack, PackMistake

C = TypeVar("C", bound=Contract)


def read_pack(root: Path, *, today: date, demo: bool = False) -> Pack:
    """Read the pack under ``root``; with ``demo`` its invented agencies and staff too. Raises PackMistake, naming the file."""
    head = _load(root / "pack.yaml", dict)
    return Pack(
        name=str(head.get("name")),
        version=str(head.get("version")),
        regions=_regions(root / "regions.csv"),
        rules=_shape(root / "attestation.yaml", AttestationRules, _load(root / "attestation.yaml", dict)),
        districts=_districts(root / "districts.csv"),
        series=tuple(_series(path, today) for path in sorted((root / "series").glob("*.yaml"))),
        agencies=_each(root / "demo" / "agencies.yaml", Agency) if demo else (),
        staff=_each(root / "demo" / "staff.yaml", StaffMember) if demo else (),
        catchments=_each(root / "demo" / "catchments.yaml", Catchment) if demo else (),
        unattested=tuple(map(str, _load(root / "demo" / "unattested.yaml", list))) if demo else (),
    )


def _regions(path: Path) -> tuple[Region, ...]:
    return tuple(
        _shape(path, Region, {"code": row["iso_3166_2"], "kind": row["kind"], "name": _names(row)})
        for row in _rows(path, "iso_3166_2", "kind", "kk", "ru", "en")
    )


def _districts(path: Path) -> tuple[District, ...]:
    return tuple(
        _shape(path, District, {"code": row["code"], "region_code": row["region_code"], "name": _names(row)})
        for row in _rows(path, "code", "region_code", "kk", "ru", "en")
    )


def _names(row: dict[str, str]) -> dict[str, str]:
    return {language: row[language] for language in ("kk", "ru", "en")}


def _series(path: Path, today: date) -> OfficialSeries:
    head = dict(_load(path, dict))
    regions = head.pop("regions", {})
    table = path.with_suffix(".csv")
    counts = ("earlier_cases", "later_cases", "growth_percent_published")
    rows = [
        {
            "published_name": row["published_name"],
            "region_code": regions.get(row["published_name"]),
            "list": row["list"],
            **{column: _number(table, row[column]) for column in counts},
        }
        for row in _rows(table, "published_name", "list", *counts)
    ]
    return _shape(path, OfficialSeries, {**head, "loaded_on": today, "rows": rows})


def _number(path: Path, text: str) -> float | None:
    try:
        return json.loads(text) if text else None
    except json.JSONDecodeError:
        raise PackMistake(f"{path}: '{text}' is not a number") from None


def _each(path: Path, shape: type[C]) -> tuple[C, ...]:
    return tuple(_shape(path, shape, entry) for entry in _load(path, list))


def _shape(path: Path, shape: type[C], values: Any) -> C:
    try:
        return shape.model_validate_json(json.dumps(values, default=str))
    except ValidationError as mistake:
        first = mistake.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PackMistake(f"{path}: {shape.__name__}.{where}: {first['msg']}") from None


def _load(path: Path, kind: type) -> Any:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PackMistake(f"{path} is missing") from None
    except yaml.YAMLError as mistake:
        raise PackMistake(f"{path} is not YAML: {mistake}") from None
    if not isinstance(content, kind):
        raise PackMistake(f"{path} should hold a {kind.__name__}")
    return content


def _rows(path: Path, *columns: str) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(columns) - set(reader.fieldnames or ())
            if missing:
                raise PackMistake(f"{path}: columns missing: {', '.join(sorted(missing))}")
            return [{column: row[column] or "" for column in columns} for row in reader]
    except FileNotFoundError:
        raise PackMistake(f"{path} is missing") from None
