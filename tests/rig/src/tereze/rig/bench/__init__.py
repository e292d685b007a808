"""Decides which bench runs and how its figures are printed; must never print a figure without the peer measured in the same run."""

import argparse
import importlib
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

BENCHES = ("intake", "journey", "relay", "consumer", "timers", "protocol", "routing", "linkage", "match", "access")
SIZED = ("linkage", "match")  # those that take --n


def main(argv: Sequence[str]) -> int:
    """Run the named benches, one after another; the last line on stdout is JSON with ``--json``."""
    parser = argparse.ArgumentParser(prog="tereze bench", description="Measure one part beside a peer in the same run.")
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], default=[], metavar="{" + ",".join(BENCHES) + "}")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work: to see that it runs, not to quote")
    parser.add_argument("--n", default="", help="sizes of the register, for linkage and match: 10000,100000,1000000")
    given = parser.parse_args(argv)
    sizes = tuple(int(size) for size in given.n.split(",") if size)
    figures = {}
    for name in given.names or BENCHES:
        print(f"bench {name} …", file=sys.stderr, flush=True)
        figures[name] = importlib.import_module(f"tereze.rig.bench.{name}").measure(
            quick=given.quick, **({"sizes": sizes} if name in SIZED else {})
        )
    if given.json:
        print(json.dumps(figures if len(figures) > 1 else next(iter(figures.values()))))
    else:
        _show(figures)
    return 0


def _show(figures: Mapping[str, Mapping[str, Any]]) -> None:
    table = Table("bench", "figure", "value")
    for name, found in figures.items():
        for figure, value in found.items():
            table.add_row(name, figure, f"{value:,.3f}" if isinstance(value, float) else str(value))
    Console().print(table)
