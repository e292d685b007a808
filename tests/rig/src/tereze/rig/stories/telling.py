"""Decides how a story is told and when it is broken; must never tell as fact what was not just observed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from rich.console import Console

T = TypeVar("T")
_LOOK_EVERY = 0.1


class StoryBroken(AssertionError):
    """The story does not hold on this window."""


class Listener(Protocol):
    """Somebody a story is told to."""

    def scene(self, text: str) -> None:
        """Where and when."""

    def beat(self, text: str) -> None:
        """One thing that was seen to be so."""


@dataclass
class Narrator:
    """Tells on a terminal, and remembers every beat."""

    console: Console
    beats: list[str] = field(default_factory=list)

    def scene(self, text: str) -> None:
        """A heading."""
        self.console.print(f"\n  {text}", style="bold", markup=False, soft_wrap=True)

    def beat(self, text: str) -> None:
        """One line with a mark that it was checked."""
        self.beats.append(text)
        self.console.print(f"    ✓ {text}", markup=False, soft_wrap=True)


def holds(fact: object, otherwise: str) -> None:
    """Break the story unless the fact is so."""
    if not fact:
        raise StoryBroken(otherwise)


def soon(look: Callable[[], T | None], otherwise: str, *, within: float = 30.0) -> T:
    """What ``look`` sees, as soon as it sees something; breaks the story after ``within`` seconds."""
    deadline = time.monotonic() + within
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise StoryBroken(f"{otherwise} (waited {within:g} s)")
        time.sleep(_LOOK_EVERY)


def at_rest(look: Callable[[], T], otherwise: str, *, still: float = 2.0) -> T:
    """What ``look`` sees once it sees the same for ``still`` seconds: what an earlier jump of the clock set going has ended."""
    seen, since = look(), time.monotonic()

    def unmoved() -> bool:
        nonlocal seen, since
        now = look()
        if now != seen:
            seen, since = now, time.monotonic()
        return time.monotonic() - since >= still

    soon(unmoved, otherwise, within=60.0)
    return seen


def as_json(story: str, beats: list[str], broken: str | None, seconds: float) -> dict[str, Any]:
    """What a program is told of a told story."""
    return {"story": story, "held": broken is None, "beats": beats, "broken": broken, "seconds": round(seconds, 1)}
