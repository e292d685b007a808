"""Decides how a story reaches the stack it plays on: its clock and its parts; must never touch a stack that was not given to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

from tereze.local import demo_clock, parts
from tereze.local.layout import Layout
from tereze.local.postgres import Postgres
from tereze.local.stack import Stack


class Ground(Protocol):
    """A demo stack: where it is, its clock, its parts."""

    @property
    def url(self) -> str:
        """The window's URL."""

    def jump(self, by: timedelta) -> None:
        """Move the demo clock forward."""

    def stop(self, part: str) -> None:
        """Stop one part and keep it stopped."""

    def start(self, part: str) -> None:
        """Bring a part back; returns when it is ready."""


class RunningGround:
    """The stack that ``./tereze up`` runs on a data directory."""

    def __init__(self, layout: Layout, url: str) -> None:
        self._layout = layout
        self.url = url

    def jump(self, by: timedelta) -> None:
        """As ``./tereze clock`` does."""
        demo_clock.change(self._layout, f"+{round(by.total_seconds())}s")

    def stop(self, part: str) -> None:
        """As ``./tereze stop`` does."""
        parts.stop_part(self._layout, part)

    def start(self, part: str) -> None:
        """As ``./tereze start`` does."""
        parts.start_part(self._layout, part)


class OwnGround:
    """A stack that this process started, as tests do."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.url = stack.url

    def jump(self, by: timedelta) -> None:
        """Write the clock into every service's database."""
        postgres: Postgres = self._stack.postgres
        demo_clock.set_ahead(postgres, demo_clock.ahead(postgres) + by)

    def stop(self, part: str) -> None:
        """Shut the part down in order."""
        self._stack.components[part].stop()

    def start(self, part: str) -> None:
        """Start it and wait until it is ready."""
        self._stack.components[part].start()


@contextmanager
def without(ground: Ground, part: str) -> Iterator[None]:
    """Do without one part for a while; it comes back whatever happens."""
    ground.stop(part)
    try:
        yield
    finally:
        ground.start(part)
