"""Decides how the policy texts beside this file are read, once; must never grant anything itself."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cedarpy

from tereze.contracts.labels import Sensitivity

_TEXTS = Path(__file__).parent


class UnreadablePolicy(ValueError):
    """A policy text is not Cedar, lacks its ``@id``, repeats one, or names an unknown label."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy by its ``@id``; ``labels`` are what it lets the reader see."""

    policy_id: str
    effect: str
    labels: frozenset[Sensitivity]


@dataclass(frozen=True, slots=True)
class Policies:
    """Every policy, parsed. ``by_key`` maps Cedar's positional ids to ours."""

    parsed: cedarpy.PolicySet
    by_key: dict[str, Policy]


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
        parsed = cedarpy.PolicySet.from_str(text)
    except ValueError as error:
        raise UnreadablePolicy(str(error)) from None
    static = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
    by_key = {key: _policy(body.get("annotations", {}), body["effect"]) for key, body in static.items()}
    if len({policy.policy_id for policy in by_key.values()}) != len(by_key):
        raise UnreadablePolicy("two policies share one @id")
    return Policies(parsed=parsed, by_key=by_key)


@cache
def policies() -> Policies:
    """The policies in force: every ``*.cedar`` file of this folder, read and parsed once a process."""
    return read_policies("\n".join(path.read_text("utf-8") for path in sorted(_TEXTS.glob("*.cedar"))))
