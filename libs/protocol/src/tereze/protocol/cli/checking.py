"""Decides how a country's protocols are checked and the mistakes told; must never call a pack good that a service refuses."""

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import yaml
from rich.console import Console

from tereze.contracts.words import AgencyKind
from tereze.protocol.around import Around, misfits
from tereze.protocol.building import differences
from tereze.protocol.calendar import WorkingCalendar
from tereze.protocol.country import guidance_folder, read_calendar, texts
from tereze.protocol.guidance import Sheet, load_sheet
from tereze.protocol.loader import load_pack
from tereze.protocol.located import BadText, locate
from tereze.protocol.pack import Pack


def check(asked: argparse.Namespace) -> int:
    """Tell every mistake with its line. Returns 1 when there is one."""
    today = (asked.at or datetime.now(UTC)).date()
    folder, only = _folder(asked.pack)
    mistakes, warnings = check_country(folder, today, only)
    if asked.json:
        sys.stdout.write(json.dumps({"mistakes": mistakes, "warnings": warnings}, ensure_ascii=False) + "\n")
        return int(bool(mistakes))
    console = Console(highlight=False, soft_wrap=True)
    for line in mistakes:
        console.print(f"✗ {line}", style="red", markup=False)
    for line in warnings:
        console.print(f"! {line}", style="yellow", markup=False)
    if mistakes:
        console.print(f"{len(mistakes)} mistakes: a pack with one is refused whole, and the version before it stays.")
    else:
        console.print(f"{asked.pack}: every row can be reached, every child has an answer.", markup=False)
    return int(bool(mistakes))


def check_country(folder: Path, today: date, only: str | None = None) -> tuple[list[str], list[str]]:
    """Mistakes and warnings of a country's folder, or of one protocol file in it."""
    try:
        calendar = read_calendar(folder)
    except BadText as found:
        return str(found).splitlines(), []
    mistakes: list[str] = []
    warnings = [
        f"calendar: {year} is missing; limits will count without its days off" for year in calendar.missing_on(today)
    ]
    warnings += differences(folder, calendar)
    for name, text in texts(folder / "protocol"):
        if only in {None, name}:
            told, warned = _check_pack(folder, name, text, today, calendar)
            mistakes += told
            warnings += warned
    return mistakes, warnings


def _check_pack(
    folder: Path, name: str, text: str, today: date, calendar: WorkingCalendar
) -> tuple[list[str], list[str]]:
    try:
        pack = load_pack(text, name)
    except BadText as found:
        return str(found).splitlines(), []
    sheets, mistakes = _sheets(folder, pack)
    around = Around(today, bodies_of(folder), calendar, sheets)
    told = locate(text, name).tell(misfits(pack, around))
    if not sheets and not mistakes:  # a version from before there was guidance
        kept = [line for line in told if "guidance" not in line]
        return kept, [f"{name}: this version has no guidance sheets"] if kept != told else []
    return mistakes + told, []


def _sheets(folder: Path, pack: Pack) -> tuple[Mapping[str, Sheet], list[str]]:
    found: dict[str, Sheet] = {}
    mistakes: list[str] = []
    where = guidance_folder(folder, pack.version)
    for name, text in texts(where):
        try:
            sheet = load_sheet(text, f"{where.name}/{name}")
        except BadText as told:
            mistakes += str(told).splitlines()
            continue
        found[sheet.sheet] = sheet
    return found, mistakes


def bodies_of(folder: Path) -> dict[str, frozenset[AgencyKind]]:
    """The kinds of agency that each region of a country's folder has, national ones included; empty where it lists none."""
    listed = next(
        (path for path in (folder / "agencies.yaml", folder / "demo" / "agencies.yaml") if path.exists()), None
    )
    if listed is None:
        return {}
    agencies = yaml.load(listed.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    national = {AgencyKind(agency["kind"]) for agency in agencies if not agency.get("region_code")}
    return {
        region: frozenset(national | {AgencyKind(a["kind"]) for a in agencies if a.get("region_code") == region})
        for region in _regions(folder)
    }


def _regions(folder: Path) -> Iterator[str]:
    with (folder / "regions.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row["iso_3166_2"]


def _folder(pack: Path) -> tuple[Path, str | None]:
    if pack.is_dir():
        return pack, None
    if not pack.exists():
        raise FileNotFoundError(f"{pack}: there is no such pack")
    return pack.resolve().parent.parent, pack.name
