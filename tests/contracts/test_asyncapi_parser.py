from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tereze.rig.apidocs.__main__ import FOLDER
from tereze.rig.apidocs.shapes import every_event

RunNode = Callable[..., dict[str, Any]]
_WORSE_THAN_A_HINT = (0, 1)


@pytest.fixture(scope="module")
def parsed(run_node: RunNode) -> dict[str, Any]:
    return run_node("parse.mjs", str(FOLDER / "asyncapi.yaml"))


def test_the_asyncapi_projects_own_parser_accepts_the_document(parsed: dict[str, Any]) -> None:
    assert [found for found in parsed["diagnostics"] if found["severity"] in _WORSE_THAN_A_HINT] == []
    assert parsed["accepted"]
    assert parsed["version"].startswith("3.")


def test_it_finds_every_topic_and_every_event(parsed: dict[str, Any]) -> None:
    assert {channel for channel in parsed["channels"] if channel} == {shape.topic for shape in every_event()}
    assert {shape.type for shape in every_event()} <= set(parsed["messages"])


def test_it_refuses_a_document_that_is_broken_on_purpose(run_node: RunNode, tmp_path: Path) -> None:
    document = yaml.safe_load((FOLDER / "asyncapi.yaml").read_text(encoding="utf-8"))
    next(iter(document["operations"].values()))["action"] = "shout"
    broken = tmp_path / "broken.yaml"
    broken.write_text(yaml.safe_dump(document), encoding="utf-8")
    told = run_node("parse.mjs", str(broken))
    assert [found for found in told["diagnostics"] if found["severity"] == 0]
