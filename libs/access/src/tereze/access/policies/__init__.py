"""Decides how the policy texts beside this file are read, once; must never grant anything itself."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import cedarpy

from tereze.contracts.labels import Sensitivity

_TEXTS = Path(__file__).parent
_RESOURCE = {"Var": "resource"}


class UnreadablePolicy(ValueError):
    """A policy text is not Cedar, lacks its ``@id``, repeats one, names an unknown label, or uses the resource otherwise than by its facts."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy by its ``@id``; ``labels`` are what it lets the reader see."""

    policy_id: str
    effect: str
    labels: frozenset[Sensitivity]


@dataclass(frozen=True)
class Policies:
    """Every policy, parsed. ``by_key`` maps Cedar's positional ids to ours."""

    by_key: dict[str, Policy]
    _static: dict[str, dict[str, Any]]
    _about: dict[str, "About"] = field(default_factory=dict)

    def about(self, action: str) -> "About":
        """The policies that speak of an action, those that speak of every action among them; parsed once."""
        if action not in self._about:
            static = {key: body for key, body in self._static.items() if _speaks_of(body["action"], action)}
            document = {"staticPolicies": static, "templates": {}, "templateLinks": []}
            texts = cedarpy.PolicySet.from_json_str(json.dumps(document))
            self._about[action] = About(
                texts, frozenset(_asked_of_the_resource([body["conditions"] for body in static.values()]))
            )
        return self._about[action]


@dataclass(frozen=True, slots=True)
class About:
    """The policies that speak of one action, and the facts of the resource they ask: handing Cedar the others only costs time."""

    policies: cedarpy.PolicySet
    facts: frozenset[str]


def _speaks_of(scope: dict[str, Any], action: str) -> bool:
    """Whether a policy's action scope covers an action; a scope of another form than we know covers every one."""
    named = [scope["entity"]] if "entity" in scope else scope.get("entities")
    return named is None or any(entity["id"] == action for entity in named)


def _asked_of_the_resource(tree: object) -> Iterator[str]:
    """The names a policy reads as ``resource.name``. Raises UnreadablePolicy where it uses the resource in another way."""
    if tree == _RESOURCE:
        raise UnreadablePolicy("a policy may ask a resource only for its facts, as resource.name")
    branches = tree if isinstance(tree, list) else tree.values() if isinstance(tree, dict) else ()
    if isinstance(tree, dict) and tree.get("left") == _RESOURCE and "attr" in tree:
        yield tree["attr"]
        return
    for branch in branches:
        yield from _asked_of_the_resource(branch)


def _policy(annotations: dict[str, str], effect: str) -> Policy:
    if not annotations.get("id"):
        raise UnreadablePolicy("a policy has no @id")
    try:
        labels = frozenset(Sensitivity(word) for word in annotations.get("labels", "").split())
    except ValueError as error:
        raise UnreadablePolicy(f"{annotations['id']}: {error}") from None
    return Policy(policy_id=annotations["id"], effect=effect, labels=labels)


def read_policies(text: str) -> Policies:
    """Parse Cedar text. Raises UnreadablePolicy."""
    try:
        cedarpy.PolicySet.from_str(text)
    except ValueError as error:
        raise UnreadablePolicy(str(error)) from None
    static = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
    by_key = {key: _policy(body.get("annotations", {}), body["effect"]) for key, body in static.items()}
    if len({policy.policy_id for policy in by_key.values()}) != len(by_key):
        raise UnreadablePolicy("two policies share one @id")
    for body in static.values():
        list(_asked_of_the_resource(body["conditions"]))
    return Policies(by_key, static)


@cache
def policies() -> Policies:
    """The policies in force: every ``*.cedar`` file of this folder, read and parsed once a process."""
    return read_policies("\n".join(path.read_text("utf-8") for path in sorted(_TEXTS.glob("*.cedar"))))
