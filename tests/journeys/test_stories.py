"""The stories of ./tereze trigger, told to a test."""

import pytest
from rich.console import Console

from tereze.local.stack import Stack
from tereze.rig.stories import STORIES
from tereze.rig.stories.ground import OwnGround
from tereze.rig.stories.telling import Narrator


@pytest.mark.parametrize("name", sorted(STORIES))
def test_story_holds(name: str, stack: Stack) -> None:
    narrator = Narrator(Console(quiet=True))
    STORIES[name].tell(OwnGround(stack), narrator)
    assert len(narrator.beats) >= 4
