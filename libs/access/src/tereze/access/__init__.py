"""Decides who may see or do what, by policy and by label; must never do I/O beyond reading its own policy files."""

from tereze.access.decisions import Actor, Decision, Resource, decide, decide_each
from tereze.access.exclusion import Bodies, kept_out_by, units_of
from tereze.access.policies import Policy, policies
from tereze.access.redaction import redact

__all__ = [
    "Actor",
    "Bodies",
    "Decision",
    "Policy",
    "Resource",
    "decide",
    "decide_each",
    "kept_out_by",
    "policies",
    "redact",
    "units_of",
]
