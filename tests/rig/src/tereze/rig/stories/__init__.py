"""Decides which stories there are and how one is asked for (`./tereze trigger NAME`); must never call a broken story told."""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import stamina
from rich.console import Console

from tereze.client import TerezeError
from tereze.local.demo_clock import NotNow
from tereze.local.layout import DEFAULT_DATA, Layout
from tereze.local.parts import NoSuchPart
from tereze.local.state import running_state
from tereze.rig.stories import (
    adoption,
    commission,
    eligibility,
    expected_child,
    institution,
    outage,
    same_child_twice,
    school_report,
    sexual_violence,
    suicide_attempt,
    three_small_things,
    unvetted_monitor,
)
from tereze.rig.stories.ground import Ground, RunningGround
from tereze.rig.stories.telling import Listener, Narrator, StoryBroken, as_json

_NO_STACK = 3


@dataclass(frozen=True, slots=True)
class Story:
    """One story: what it shows, and how it is told."""

    title: str
    tell: Callable[[Ground, Listener], None]


STORIES: Mapping[str, Story] = {
    "school-report": Story(school_report.TITLE, school_report.tell),
    "same-child-twice": Story(same_child_twice.TITLE, same_child_twice.tell),
    "sexual-violence": Story(sexual_violence.TITLE, sexual_violence.tell),
    "institution": Story(institution.TITLE, institution.tell),
    "three-small-things": Story(three_small_things.TITLE, three_small_things.tell),
    "expected-child": Story(expected_child.TITLE, expected_child.tell),
    "adoption": Story(adoption.TITLE, adoption.tell),
    "outage": Story(outage.TITLE, outage.tell),
    "unvetted-monitor": Story(unvetted_monitor.TITLE, unvetted_monitor.tell),
    "suicide-attempt": Story(suicide_attempt.TITLE, suicide_attempt.tell),
    "commission": Story(commission.TITLE, commission.tell),
    "eligibility": Story(eligibility.TITLE, eligibility.tell),
}


def main(arguments: Sequence[str]) -> int:
    """Tell one story on the running stack; returns 0 when it held."""
    stamina.instrumentation.set_on_retry_hooks([])  # what was retried is told by its outcome
    asked = _options().parse_args(list(arguments))
    if asked.name is None:
        _list_stories(as_document=asked.json)
        return 0
    err = Console(stderr=True, highlight=False, quiet=asked.json)
    layout = Layout(asked.data.resolve())
    running = running_state(layout.state)
    if running is None:
        Console(stderr=True).print(f"No stack runs on {layout.root}: ./tereze up first.", markup=False)
        return _NO_STACK
    story = STORIES[asked.name]
    err.print(f"  {story.title}", style="bold cyan", markup=False, soft_wrap=True)
    narrator, broken, began = Narrator(err), None, time.monotonic()
    try:
        story.tell(RunningGround(layout, running.url), narrator)
    except (StoryBroken, TerezeError, NotNow, NoSuchPart) as reason:
        broken = str(reason)
        Console(stderr=True).print(f"    ✗ {broken}", style="bold red", markup=False)
    if asked.json:
        print(json.dumps(as_json(asked.name, narrator.beats, broken, time.monotonic() - began), ensure_ascii=False))
    return 0 if broken is None else 1


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./tereze trigger", description="Tell one story live; it fails where it does not hold."
    )
    parser.add_argument("name", nargs="?", choices=sorted(STORIES), help="without a name, the stories are listed")
    parser.add_argument("--json", action="store_true", help="nothing but one JSON document")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="the data directory of the running stack")
    return parser


def _list_stories(*, as_document: bool) -> None:
    if as_document:
        print(json.dumps([{"name": name, "title": story.title} for name, story in STORIES.items()]))
        return
    for name, story in STORIES.items():
        print(f"{name:<18} {story.title}")
