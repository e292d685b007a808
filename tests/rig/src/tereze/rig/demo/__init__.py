"""Decides how the demo is asked for (`./tereze demo`); must never report a figure it did not observe."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import stamina
from rich.console import Console

from tereze.client import TerezeError, Unreachable
from tereze.local.layout import DEFAULT_DATA, PACK
from tereze.rig.demo.journey import Journey
from tereze.rig.demo.lines import NotASet, read_lines
from tereze.rig.demo.progress import Silent, Telling
from tereze.rig.place import url_of

__all__ = ["main"]
_WRONG_USAGE = 2
_NO_WINDOW = 3


def main(arguments: Sequence[str]) -> int:
    """Submit the set, follow it to delivery, print the summary; returns 0 when nothing was lost."""
    stamina.instrumentation.set_on_retry_hooks([])  # what was retried is told by its outcome
    asked = _options().parse_args(list(arguments))
    err = Console(stderr=True, highlight=False)
    try:
        lines = read_lines(asked.file)
    except NotASet as no:
        err.print(f"The demo could not run: {no}", style="bold red", markup=False, soft_wrap=True)
        return _WRONG_USAGE
    try:
        journey = Journey(url_of(asked.url, asked.data), rate=asked.rate, patience=asked.patience)
        summary = asyncio.run(journey.run(lines, Silent() if asked.json else Telling(err)))
    except* TerezeError as errors:
        reason = _first(errors)
        err.print(f"The demo could not run: {reason}", style="bold red", markup=False, soft_wrap=True)
        if isinstance(reason, Unreachable):
            err.print("Is it running? ./tereze up starts it.")
        summary = None
    if summary is None:
        return _NO_WINDOW
    print(json.dumps(summary.as_json()))
    for fault in summary.faults:
        err.print(fault, style="bold red", markup=False)
    return 1 if summary.faults else 0


def _first(errors: BaseException) -> BaseException:
    """One of the errors that ended a run whose parts went on side by side."""
    return _first(errors.exceptions[0]) if isinstance(errors, BaseExceptionGroup) else errors


def _a_rate(value: str) -> float:
    rate = float(value)
    if not 0 < rate < float("inf"):
        raise argparse.ArgumentTypeError(f"{value} is no rate: say how many referrals a second, like 20")
    return rate


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./tereze demo", description="Submit a lifelike set and follow it to delivery."
    )
    parser.add_argument("--json", action="store_true", help="nothing but the summary")
    parser.add_argument(
        "--file", type=Path, default=PACK / "demo" / "referrals.ndjson", help="the set, one JSON a line"
    )
    parser.add_argument("--url", help="where the window is")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="or the data directory of the running stack")
    parser.add_argument("--rate", type=_a_rate, default=20.0, help="referrals a second")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds to wait for what was accepted")
    return parser
