"""Decides how a story reaches the stack it plays on: its clock and its parts; must never touch a stack that was not given to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol

from tereze.local import demo_clock, parts
from tereze.local.layout import Layout
from tereze.local.stack import Stack


class Ground(Protocol):
    """A demo stack: where it is, its clock, its parts."""

    @property
    def url(self) -> str:
        """The window's URL."""

    def now(self) -> datetime:
        """The demo's time."""

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

    def now(self) -> datetime:
        """As ``./tereze clock show`` tells."""
        return datetime.now(UTC) + demo_clock.ahead(demo_clock.find_postgres(self._layout))

    def jump(self, by: timedelta) -> None:
        """As ``./tereze clock`` does."""
        postgres = demo_clock.find_postgres(self._layout)
        demo_clock.set_ahead(postgres, demo_clock.ahead(postgres) + by)

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

    def now(self) -> datetime:
        """Read from its database server."""
        return datetime.now(UTC) + demo_clock.ahead(self._stack.postgres)

    def jump(self, by: timedelta) -> None:
        """Write the clock into every service's database."""
        demo_clock.set_ahead(self._stack.postgres, demo_clock.ahead(self._stack.postgres) + by)

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
