"""Decides what the registry's own commands accept and print; must never print, or leave in a file, anything but ids and weights."""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tereze.chassis.service import Runtime
from tereze.chassis.settings import ServiceSettings
from tereze.registry import refolding
from tereze.registry.app import build
from tereze.registry.matching.folding import VERSION
from tereze.registry.matching.model import document_at
from tereze.registry.settings import RegistrySettings
from tereze.registry.whole_register import Compared, compare_register, raise_reviews, read_register

_NEEDS = "this needs the linkage tools: install tereze-registry[training]; missing: {}"


def dedupe(arguments: list[str]) -> int:
    """``dedupe --out FILE | --raise``: compare the whole register with itself; returns the exit status."""
    words = argparse.ArgumentParser(prog="python -m tereze.registry dedupe")
    words.add_argument("--out", type=Path, help="NDJSON of ids and weights, for `tereze identity-review load`")
    words.add_argument("--raise", dest="ask", action="store_true", help="let each pair become a review at once")
    words.add_argument(
        "--model", type=Path, help="a model of `tereze registry train`; the one the registry decides by if left out"
    )
    asked = words.parse_args(arguments)
    if asked.out is None and not asked.ask:
        words.error("give --out FILE, or --raise, or both")
    try:
        settings = RegistrySettings()
        told = asyncio.run(_compare(settings, document_at(asked.model or settings.model), asked.out, ask=asked.ask))
    except ImportError as missing:
        return _refuse(_NEEDS.format(missing.name))
    except (OSError, ValueError) as reason:
        return _refuse(str(reason))
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def refold(arguments: list[str]) -> int:
    """``refold [--forget]``: fold the register by this release's tables, beside a release that reads by others; returns the exit status."""
    words = argparse.ArgumentParser(prog="python -m tereze.registry refold")
    words.add_argument("--forget", action="store_true", help="then drop what other releases' tables folded")
    asked = words.parse_args(arguments)
    told = asyncio.run(_refold(RegistrySettings(), forget=asked.forget))
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


async def _refold(settings: ServiceSettings, *, forget: bool) -> dict[str, Any]:
    runtime = Runtime.assemble(settings, build(settings))
    try:
        done = await refolding.refold(runtime, _tell_progress)
        if forget:
            await refolding.forget_other_foldings(runtime)
    finally:
        await runtime.close()
    return {"folding": VERSION, "folded": done, "forgot": forget}


def _tell_progress(done: int, waiting: int) -> None:
    sys.stderr.write(f"refold: {done} of {waiting} records\n")


async def _compare(
    settings: ServiceSettings, document: Mapping[str, Any], out: Path | None, *, ask: bool
) -> dict[str, Any]:
    runtime = Runtime.assemble(settings, build(settings))
    try:
        async with runtime.database.work() as work:
            register = await read_register(work)
        compared = await compare_register(runtime, register, document)
        if out is not None:
            _write(compared, out)
        raised = await raise_reviews(runtime, compared) if ask else None
    finally:
        await runtime.close()
    told = {"persons": register.n_persons, "not_described": register.not_described, "pairs": len(compared)}
    return told | ({"written_to": str(out)} if out else {}) | ({"raised": raised} if ask else {})


def _write(compared: Compared, out: Path) -> None:
    with out.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(proposal) + "\n" for proposal in compared)


def _refuse(reason: str) -> int:
    sys.stderr.write(f"dedupe: {reason}\n")
    return 2
