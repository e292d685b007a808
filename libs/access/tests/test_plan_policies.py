"""Decides that the policies about family plans say what the field agreed; a row is one sentence of it."""

from typing import Any

import pytest

from tereze.access import Actor, Resource, decide

US, THEM = "agc_us", "agc_them"
OURS = frozenset({US})
ROWS = [
    ("read_plan", "school", ["member"], {}, False),
    ("read_plan", "school", ["member"], {"offered": OURS}, True),
    ("read_plan", "school", ["member"], {"participants": OURS}, False),
    ("read_plan", "school", ["member"], {"offered": OURS, "excluded": OURS}, False),
    ("draft_plan", "social_patronage", ["member"], {"holders": OURS}, True),
    ("draft_plan", "school", ["member"], {"holders": OURS}, False),
    ("draft_plan", "school", ["member"], {"accepted_holders": OURS}, True),
    ("draft_plan", "social_patronage", ["system"], {"accepted_holders": OURS}, False),
    ("sign_plan", "school", ["member"], {"offered": OURS}, True),
    ("sign_plan", "school", ["system"], {"offered": OURS}, False),
    ("sign_plan", "school", ["member"], {"owner_agency_id": US}, False),
    ("lead_plan", "social_patronage", ["member"], {"owner_agency_id": US}, True),
    ("lead_plan", "window_desk", ["coordinator"], {"desks": OURS}, True),
    ("lead_plan", "school", ["head"], {"offered": OURS}, False),
]


@pytest.mark.parametrize(("action", "kind", "roles", "facts", "allowed"), ROWS)
def test_who_sees_signs_and_leads(
    action: Any, kind: str, roles: list[str], facts: dict[str, Any], allowed: bool
) -> None:
    who = Actor("s", US, kind, frozenset(roles), "stf_1")
    assert decide(who, action, Resource("plan", **{"owner_agency_id": THEM, **facts})).allowed is allowed
