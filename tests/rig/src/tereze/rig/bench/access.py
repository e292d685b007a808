"""Decides how long one access decision takes, alone and in a list; must never time a decision that nobody checked."""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tereze.access import Actor, Resource, decide, decide_each

_US, _THEM = "agc_us", "agc_them"
_PAGE = 100
_RULE = {"read_case": ("holders", "offered", "participants", "desks", "told")}
"""The peer: a bare rule in a dict, without labels, without a policy's name, with the exclusion written into the code."""


def _cases() -> list[Resource]:
    """A page of cases as a list meets them: some held, some offered, some a stranger's, some one is kept out of."""
    ours, theirs = frozenset({_US}), frozenset({_THEM})
    shapes = (
        Resource("case", holders=ours, accepted_holders=ours, desks=theirs),
        Resource("case", holders=theirs, participants=ours, desks=theirs),
        Resource("case", holders=theirs, desks=theirs, told=theirs),
        Resource("case", holders=ours, desks=theirs, excluded=frozenset({_US, "stf_somebody"})),
    )
    return [replace(shapes[place % len(shapes)], owner_agency_id=f"agc_{place}") for place in range(_PAGE)]


def _bare(actor: Actor, resource: Resource) -> bool:
    if actor.agency_id in resource.excluded or actor.staff_id in resource.excluded:
        return False
    return any(actor.agency_id in getattr(resource, standing) for standing in _RULE["read_case"])


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Microseconds of one core a decision: in a list of 100, alone, and by the bare rule; medians of many rounds."""
    actor = Actor("s", _US, "police", frozenset({"member"}), "stf_me", "KZ-75")
    cases, rounds = _cases(), 20 if quick else 200
    listed = [may.allowed for may in decide_each(actor, [("read_case", case) for case in cases])]
    assert listed == [_bare(actor, case) for case in cases], "the peer answers something else"
    batch = _microseconds(lambda: decide_each(actor, [("read_case", case) for case in cases]), rounds) / _PAGE
    alone = _microseconds(lambda: decide(actor, "read_case", cases[0]), rounds * 5)
    bare = _microseconds(lambda: [_bare(actor, case) for case in cases], rounds) / _PAGE
    return {
        "decision_in_a_list_us": batch,
        "decision_alone_us": alone,
        "bare_rule_us": bare,
        "times_the_bare_rule": batch / bare,
        "under_100_us_in_a_list": batch <= 100,
    }


def _microseconds(work: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return statistics.median(taken) * 1_000_000
