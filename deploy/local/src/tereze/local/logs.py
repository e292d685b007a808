"""Decides which lines of which logs are shown; must never change a log."""

import sys
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

from tereze.local.layout import Layout

LOOK_EVERY = 0.2


class NoSuchLog(LookupError):
    """No component of that name has written a log here."""


def show_logs(layout: Layout, name: str | None, *, lines: int, follow: bool) -> None:
    """Write the last ``lines`` of one log, or of every one with its name in front; with ``follow``, go on until Ctrl-C."""
    folder = layout.log("any").parent
    there = sorted(folder.glob("*.log"), key=lambda path: path.stem)
    found = [path for path in there if name is None or path.stem == name or path.stem.startswith(f"{name}-")]
    if not found:
        if not there:
            raise NoSuchLog(f"no logs in {folder} yet: ./tereze up first")
        raise NoSuchLog(f"no log of {name} in {folder}. There are: {', '.join(path.stem for path in there)}")
    width = max(len(path.stem) for path in found) if len(found) > 1 else 0
    places = {path: _show_end(path, lines, width) for path in found}
    with suppress(KeyboardInterrupt):
        while follow:
            for path in found:
                places[path] = _show_new(path, places[path], width)
            time.sleep(LOOK_EVERY)


def _show_end(path: Path, lines: int, width: int) -> int:
    with path.open("rb") as log:
        for line in deque(log, maxlen=lines):
            _write(path, line, width)
        return log.tell()


def _show_new(path: Path, offset: int, width: int) -> int:
    with path.open("rb") as log:
        log.seek(offset)
        for line in log:
            if line.endswith(b"\n"):
                _write(path, line, width)
                offset += len(line)
    return offset


def _write(path: Path, line: bytes, width: int) -> None:
    front = f"{path.stem:<{width}} | " if width else ""
    sys.stdout.write(front + line.decode(errors="replace").rstrip("\n") + "\n")
    sys.stdout.flush()
