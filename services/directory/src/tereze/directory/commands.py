"""Decides what the directory's commands accept and print; must never load demo agencies into production, nor make a second first operator."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from tereze.chassis.service import Runtime
from tereze.chassis.settings import ServiceSettings
from tereze.chassis.work import Work
from tereze.contracts.directory import Agency
from tereze.contracts.facts import Fact
from tereze.contracts.founding import FoundAgency
from tereze.contracts.words import AgencyKind
from tereze.directory.app import build
from tereze.directory.domain.country import PackMistake
from tereze.directory.domain.founding import CountryMissing, OperatorExists
from tereze.directory.founding import first_operator as make_first_operator
from tereze.directory.loading import load_pack as load
from tereze.directory.pack import read_pack

T = TypeVar("T")


def load_pack(arguments: list[str]) -> int:
    """``load-pack PATH [--demo]``: write and publish what changed; returns the exit status."""
    words = argparse.ArgumentParser(prog="python -m tereze.directory load-pack")
    words.add_argument("path", type=Path)
    words.add_argument("--demo", action="store_true", help="also the invented agencies and staff; never in production")
    asked = words.parse_args(arguments)
    settings = ServiceSettings()
    if asked.demo and settings.mode == "production":
        return _refuse("load-pack", "demo agencies and staff are refused while TEREZE_MODE=production")
    try:
        pack = read_pack(asked.path, today=datetime.now(tz=UTC).date(), demo=asked.demo)
        loaded = asyncio.run(_working(settings, lambda work: load(work, pack)))
    except PackMistake as mistake:
        return _refuse("load-pack", str(mistake))
    counts = asdict(loaded)
    left = counts.pop("left")
    changed = ", ".join(f"{count} {noun}" for noun, count in counts.items())
    as_they_are = f"; left as people have them since: {left}" if left else ""
    sys.stdout.write(f"pack {pack.name} {pack.version}: new or changed: {changed}{as_they_are}\n")
    return 0


def first_operator(arguments: list[str]) -> int:
    """``first-operator --subject … --name … --evidence … --agency SLUG …``: let the first operator in; returns the exit status."""
    words = argparse.ArgumentParser(prog="python -m tereze.directory first-operator")
    words.add_argument("--subject", required=True, help="the `sub` of their tokens")
    words.add_argument("--name", required=True, help="how they are called; it stays in the directory")
    words.add_argument("--evidence", required=True, help="where the papers of their vetting and training are")
    words.add_argument(
        "--agency", required=True, metavar="SLUG", help="the body they act for; founded where it is not there"
    )
    words.add_argument("--kind", type=AgencyKind, default=AgencyKind.MINISTRY, choices=list(AgencyKind))
    for language in ("kk", "ru", "en"):
        words.add_argument(f"--agency-{language}", metavar="NAME", help="its name, where it is founded")
    asked = words.parse_args(arguments)
    name = {language: getattr(asked, f"agency_{language}") or asked.agency for language in ("kk", "ru", "en")}
    try:
        body = FoundAgency.model_validate({"slug": asked.agency, "kind": asked.kind, "name": name})
        agency, staff_id = asyncio.run(
            _working(
                ServiceSettings(),
                lambda work: make_first_operator(work, body, asked.subject, asked.name, asked.evidence),
            )
        )
    except ValidationError as wrong:
        places = ", ".join("/".join(map(str, error["loc"])) for error in wrong.errors(include_input=False))
        return _refuse("first-operator", f"this cannot be meant: {places}")
    except CountryMissing:
        return _refuse(
            "first-operator", "load the country's pack first: without its rules everybody would be fit to act"
        )
    except OperatorExists:
        return _refuse("first-operator", "there is an operator already; operators add operators: tereze staff add")
    except Fact as fact:
        return _refuse("first-operator", fact.detail)
    return _welcome(agency, staff_id)


def _welcome(agency: Agency, staff_id: str) -> int:
    sys.stdout.write(
        f"operator {staff_id} of {agency.slug} {agency.agency_id}\n"
        f"their tokens name agency {agency.agency_id}; before they act they sign for themselves: tereze attest sign\n"
    )
    return 0


def _refuse(command: str, reason: str) -> int:
    sys.stderr.write(f"{command}: {reason}\n")
    return 2


async def _working(settings: ServiceSettings, do: Callable[[Work], Awaitable[T]]) -> T:
    runtime = Runtime.assemble(settings, build(settings))
    try:
        async with runtime.database.work() as work:
            return await do(work)
    finally:
        await runtime.close()
