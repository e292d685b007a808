"""Decides how a year's calendar is shown before a person writes it down; must never write over a year."""

import argparse
import sys
from importlib.metadata import version

from tereze.protocol.building import estimated_days, read_decrees, year_text
from tereze.protocol.country import read_calendar


def write_year(asked: argparse.Namespace) -> int:
    """Print ``calendar/<year>.yaml`` as the holidays and the decrees give it."""
    decrees = read_decrees((asked.country / "decrees.yaml").read_text("utf-8"))
    doubts = [f"{day} is an estimate from the lunar calendar." for day in estimated_days(decrees, asked.year)]
    if not any(transfer.free.year == asked.year for transfer in decrees.transfers):
        doubts.append("No transfer is decreed for this year in decrees.yaml.")
    sys.stdout.write(
        year_text(
            decrees,
            asked.year,
            zone=str(read_calendar(asked.country).zone),
            source=f"holidays {version('holidays')} (PyPI); computed, compare it with what the government published",
            uncertain=doubts,
        )
    )
    return 0
