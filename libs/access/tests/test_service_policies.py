"""Decides that the policies about services say what the field agreed; a row is one sentence of it."""

from typing import Any

import pytest

from tereze.access import Actor, Resource, decide

US, THEM = "agc_us", "agc_them"
OURS = frozenset({US})
ROWS = [
    ("ask_service", "school", ["member"], {"participants": OURS}, True),
    ("ask_service", "school", ["member"], {"told": OURS}, False),
    ("ask_service", "school", ["member"], {"holders": OURS, "excluded": OURS}, False),
    ("read_service", "school", ["member"], {"owner_agency_id": US}, True),
    ("read_service", "guardianship", ["member"], {"offered": OURS}, True),
    ("read_service", "police", ["member"], {"holders": OURS}, False),
    ("decide_service", "guardianship", ["head"], {"offered": OURS}, True),
    ("decide_service", "guardianship", ["member"], {"offered": OURS}, False),
    ("decide_service", "school", ["head"], {"owner_agency_id": US}, False),
    ("read_gaps", "ombudsman", ["ombudsman"], {}, True),
    ("read_gaps", "ministry", ["head"], {}, True),
    ("read_gaps", "ministry", ["member"], {}, False),
    ("read_gaps", "police", ["head"], {}, False),
]


@pytest.mark.parametrize(("action", "kind", "roles", "facts", "allowed"), ROWS)
def test_who_asks_sees_and_decides(
    action: Any, kind: str, roles: list[str], facts: dict[str, Any], allowed: bool
) -> None:
    who = Actor("s", US, kind, frozenset(roles), "stf_1")
    assert decide(who, action, Resource("service", **{"owner_agency_id": THEM, **facts})).allowed is allowed
