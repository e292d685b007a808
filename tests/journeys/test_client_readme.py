"""Every example of the client's README, run against a real window."""

import doctest
from pathlib import Path

import pytest

from tereze.local.stack import Stack

README = Path(__file__).parents[2] / "libs" / "client" / "README.md"


def test_every_example_does_what_it_says(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.FAIL_FAST
    result = doctest.testfile(
        str(README), module_relative=False, globs={"url": stack.url}, optionflags=flags, encoding="utf-8"
    )
    assert result.attempted > 20
    assert result.failed == 0
