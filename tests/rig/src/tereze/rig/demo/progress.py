"""Decides what is shown while the demo runs; must never write to stdout, which is for the summary."""

from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

STAGES = ("signed in", "accepted", "on a case", "cases complete")


class Watcher(Protocol):
    """Somebody who is told how far it is."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, *_: object) -> None:
        """End."""

    def reach(self, stage: str, done: int, total: int, note: str = "") -> None:
        """A stage got so far."""


class Silent:
    """Tells nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""

    def reach(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Nothing to tell."""


class Telling:
    """A bar for each stage."""

    def __init__(self, console: Console) -> None:
        columns = (
            TextColumn("  {task.description:<15}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
        )
        self._progress = Progress(*columns, console=console)
        self._bars: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def reach(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Move the bar of a stage."""
        if stage not in self._bars:
            self._bars[stage] = self._progress.add_task(stage, total=total, note=note)
        self._progress.update(self._bars[stage], completed=done, total=total, note=note)
