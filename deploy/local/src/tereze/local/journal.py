"""Decides how what happens to the stack is written down and read back; must never hold a secret or a person's data."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One thing that happened: a step of a start, an ended component, a restart."""

    kind: str
    subject: str
    text: str = ""
    at: str = ""
    seconds: float = 0.0


class Journal:
    """An append-only file of entries that several threads may write and other processes follow."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def write(self, kind: str, subject: str, text: str = "", *, seconds: float = 0.0) -> None:
        """Append one entry with the time of now."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"kind": kind, "subject": subject, "text": text, "at": at, "seconds": round(seconds, 2)})
        with self._lock, self.path.open("a") as out:
            out.write(line + "\n")

    def end(self) -> int:
        """Where the next entry will begin."""
        return self.path.stat().st_size if self.path.exists() else 0


class Follower:
    """Reads the entries another process appends, from one place of the file on."""

    def __init__(self, path: Path, offset: int) -> None:
        self._path = path
        self._offset = offset

    def new(self) -> Iterator[Entry]:
        """What was written since the last call; a half-written last line waits."""
        if not self._path.exists():
            return
        with self._path.open("rb") as journal:
            journal.seek(self._offset)
            for line in journal:
                if not line.endswith(b"\n"):
                    return
                self._offset += len(line)
                fields: dict[str, Any] = json.loads(line)
                yield Entry(**fields)


class Stopwatch:
    """How long a step took."""

    def __init__(self) -> None:
        self._from = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since it was made."""
        return time.monotonic() - self._from
