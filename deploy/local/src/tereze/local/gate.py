"""Decides what has to hold before a change is good, and in which order it is checked; must never skip a check silently."""

import subprocess
import sys
import time
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from tereze.local import show
from tereze.local.layout import REPOSITORY

SIDE_BY_SIDE = ("-n", "2", "-p", "tereze.local.halves")

CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Lint", ("ruff", "check", ".")),
    ("Format", ("ruff", "format", "--check", ".")),
    ("Types", ("mypy", "libs", "services", "deploy", "tests", "tereze", "conftest.py")),
    ("Walls", ("lint-imports",)),
)


class Which(Enum):
    """Which tests run, as pytest's marker expression."""

    EVERYDAY = "not slow"
    SLOW_ONLY = "slow"
    ALL = ""


def run(which: Which, words: Sequence[str]) -> int:
    """Run the checks, then pytest with ``words``; returns 0 when everything held."""
    started = time.monotonic()
    failed = [] if which is Which.SLOW_ONLY else [name for name, command in CHECKS if not _check(name, command)]
    code = _pytest(which, words)
    if code:
        failed.append("Tests" if code > 0 else f"Tests (ended by signal {-code})")
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    if failed:
        show.trouble(f"{', '.join(failed)} failed after {minutes} min {seconds} s.")
        return 1
    show.line("Everything", f"holds, after {minutes} min {seconds} s")
    return 0


def _check(name: str, command: Sequence[str]) -> bool:
    started = time.monotonic()
    words = [str(Path(sys.executable).with_name(command[0])), *command[1:]]
    done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    show.line(name, f"{verdict} {time.monotonic() - started:.1f} s")
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
    return done.returncode == 0


def _pytest(which: Which, words: Sequence[str]) -> int:
    marker = ["-m", which.value] if which.value else []
    workers = SIDE_BY_SIDE if which is Which.EVERYDAY else ()  # slow ones break things and count: they run alone
    given = [word for word in words if word != "--"]
    command = [sys.executable, "-m", "pytest", *workers, *marker, *given]
    return subprocess.run(command, cwd=REPOSITORY, check=False).returncode
