"""Decides how a demo's invented centres come in (``load-centres PATH``); must never load them into production or empty a bed."""

import argparse
import asyncio
import sys
from pathlib import Path

from tereze.chassis.service import Runtime
from tereze.chassis.work import Work
from tereze.contracts.ids import CentreId
from tereze.contracts.placements import (
    OpenCentre,
)
from tereze.protocol.located import locate
from tereze.protocol.parts import Part
from tereze.referral.app import build
from tereze.referral.beds import look_for_child
from tereze.referral.domain.centres import Centre, opened_centre
from tereze.referral.settings import ReferralSettings
from tereze.referral.store.centres import every_centre, keep_centre


class _Centre(OpenCentre, strict=False):
    centre_id: CentreId


class _Centres(Part):
    centres: tuple[_Centre, ...]


def read_centres(path: Path) -> list[Centre]:
    """The centres of a country folder's demo. Raises BadText with the line of each mistake."""
    text = (path / "demo" / "centres.yaml").read_text("utf-8")
    return [opened_centre(row, row.centre_id) for row in locate(text, "centres.yaml").read(_Centres).centres]


async def load_centres(work: Work, centres: list[Centre]) -> int:
    """Open those that are not there yet; returns how many. What people changed since stays as it is."""
    known = {centre.centre_id for centre in await every_centre(work)}
    fresh = [centre for centre in centres if centre.centre_id not in known]
    for centre in fresh:
        await keep_centre(work, centre)
        await look_for_child(work, centre)
    return len(fresh)


def main(arguments: list[str]) -> int:
    """The command; returns the exit status."""
    words = argparse.ArgumentParser(prog="python -m tereze.referral load-centres")
    words.add_argument("path", type=Path)
    asked = words.parse_args(arguments)
    settings = ReferralSettings()
    if settings.mode == "production":
        sys.stderr.write("load-centres: invented centres are refused while TEREZE_MODE=production\n")
        return 2
    opened = asyncio.run(_load(settings, read_centres(asked.path)))
    sys.stdout.write(f"centres opened: {opened}\n")
    return 0


async def _load(settings: ReferralSettings, centres: list[Centre]) -> int:
    runtime = Runtime.assemble(settings, build(settings))
    try:
        async with runtime.database.work() as work:
            return await load_centres(work, centres)
    finally:
        await runtime.close()
