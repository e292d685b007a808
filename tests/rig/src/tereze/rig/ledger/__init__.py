"""Decides whether the promise holds under kill -9 and prints it; must never report what it did not count."""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tereze.rig.ledger.mutants import MUTANTS
from tereze.rig.ledger.run import Plan, Verdict, run, say


def main(argv: Sequence[str]) -> int:
    """Run once; 0 only when the run was clean. With ``--mutant`` a clean run means that the rig is blind."""
    parser = argparse.ArgumentParser(
        prog="tereze ledger", description="Kill everything, again and again, and count what was lost."
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to hurt it")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument(
        "--mutant", choices=sorted(MUTANTS), help="run an altered, wrong system: must end with a non-zero code"
    )
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="tereze-ledger-") as folder:
        Path(folder).chmod(0o755)  # the database's own user walks through it
        verdict = run(Plan(seconds=given.seconds, mutant=given.mutant, seed=given.seed), Path(folder) / "data")
    _show(verdict, as_json=given.json)
    return 0 if verdict.clean else 1


def _show(verdict: Verdict, *, as_json: bool) -> None:
    harm = {
        "lost": verdict.found.lost,
        "doubled": verdict.found.doubled,
        "reordered": verdict.found.reordered,
        "clockless": verdict.found.clockless,
        "stuck": verdict.stuck,
    }
    for kind, items in harm.items():
        for item in items[:5]:
            say(f"{kind}: {item}")
    summary = verdict.summary()
    print(json.dumps(summary) if as_json else "\n".join(f"{name:>14}  {value}" for name, value in summary.items()))
