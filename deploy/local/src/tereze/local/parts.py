"""Decides how one part of a running stack is stopped for a while and brought back; must never do the supervisor's work itself."""

import time
from collections.abc import Callable

from tereze.local.layout import Layout
from tereze.local.state import Part, running_state

WITHIN = 90.0
LOOK_EVERY = 0.1


class NoSuchPart(RuntimeError):
    """No stack runs, or it has no such part, or the part does not follow."""


def stop_part(layout: Layout, name: str) -> None:
    """Keep one part stopped until ``start_part``; returns when it has ended."""
    find_part(layout, name)
    mark = layout.kept_stopped(name)
    mark.parent.mkdir(exist_ok=True)
    mark.touch()
    _await(layout, name, lambda part: part.condition == "stopped")


def start_part(layout: Layout, name: str) -> None:
    """Bring a part back; returns when it is ready."""
    find_part(layout, name)
    layout.kept_stopped(name).unlink(missing_ok=True)
    _await(layout, name, lambda part: part.condition == "ready")


def find_part(layout: Layout, name: str) -> Part:
    """One part as the supervisor last saw it. Raises NoSuchPart."""
    state = running_state(layout.state)
    if state is None:
        raise NoSuchPart(f"no stack runs on {layout.root}: ./tereze up first")
    found = next((part for part in state.parts if part.name == name), None)
    if found is None:
        raise NoSuchPart(f"no part is called {name}; there are: {' '.join(part.name for part in state.parts)}")
    return found


def _await(layout: Layout, name: str, holds: Callable[[Part], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not holds(find_part(layout, name)):
        if time.monotonic() > deadline:
            raise NoSuchPart(f"{name} did not follow within {WITHIN:g} s; see ./tereze logs {name}")
        time.sleep(LOOK_EVERY)
