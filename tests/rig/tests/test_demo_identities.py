"""The registry's own rules, put to the demo's truth: whoever reads the file must find as many persons as there are children."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest

from tereze.contracts.referrals import Child
from tereze.registry.matching import Description, Known, decide, describe, keys, shipped_model
from tereze.rig.demodata.__main__ import PACK

LINES: list[dict[str, Any]] = [
    json.loads(line) for line in (PACK / "demo/referrals.ndjson").read_text(encoding="utf-8").splitlines()
]


def found_persons(lines: Iterable[dict[str, Any]]) -> dict[str, set[str]]:
    """The children each found person stands for."""
    descriptions: dict[str, list[Description]] = defaultdict(list)
    under: dict[tuple[str, str], set[str]] = defaultdict(set)
    children: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        child = describe(Child.model_validate_json(json.dumps(line["submission"]["child"])))
        candidates = sorted(set().union(*(under[key] for key in keys(child))))
        sharing = [Known(person, tuple(descriptions[person])) for person in candidates]
        decision = decide(child, sharing, shipped_model(), len(descriptions))
        person = decision.person_id or f"person {len(descriptions) + 1}"
        descriptions[person].append(child)
        children[person].add(line["child_ref"])
        for key in keys(child):
            under[key].add(person)
    return children


@pytest.mark.parametrize("lines", [LINES, LINES[::-1]], ids=["in order", "the other way round"])
def test_every_child_is_one_person_and_every_person_one_child(lines: list[dict[str, Any]]) -> None:
    children = found_persons(lines)
    assert [stood_for for stood_for in children.values() if len(stood_for) > 1] == []
    assert len(children) == len({line["child_ref"] for line in LINES})
