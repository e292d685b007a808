"""Decides what ``load-pack`` accepts and prints; must never load demo agencies into production."""

import argparse
import asyncio
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tereze.chassis.service import Runtime
from tereze.chassis.settings import ServiceSettings
from tereze.directory.app import build
from tereze.directory.domain.country import Pack, PackMistake
from tereze.directory.loading import Loaded
from tereze.directory.loading import load_pack as load
from tereze.directory.pack import read_pack


def load_pack(arguments: list[str]) -> int:
    """``load-pack PATH [--demo]``: write and publish what changed; returns the exit status."""
    words = argparse.ArgumentParser(prog="python -m tereze.directory load-pack")
    words.add_argument("path", type=Path)
    words.add_argument("--demo", action="store_true", help="also the invented agencies and staff; never in production")
    asked = words.parse_args(arguments)
    settings = ServiceSettings()
    if asked.demo and settings.mode == "production":
        return _refuse("demo agencies and staff are refused while TEREZE_MODE=production")
    try:
        pack = read_pack(asked.path, today=datetime.now(tz=UTC).date(), demo=asked.demo)
        loaded = asyncio.run(_load(settings, pack))
    except PackMistake as mistake:
        return _refuse(str(mistake))
    changed = ", ".join(f"{count} {noun}" for noun, count in asdict(loaded).items())
    sys.stdout.write(f"pack {pack.name} {pack.version}: new or changed: {changed}\n")
    return 0


def _refuse(reason: str) -> int:
    sys.stderr.write(f"load-pack: {reason}\n")
    return 2


async def _load(settings: ServiceSettings, pack: Pack) -> Loaded:
    runtime = Runtime.assemble(settings, build(settings))
    try:
        async with runtime.database.work() as work:
            return await load(work, pack)
    finally:
        await runtime.close()
