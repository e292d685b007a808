"""Decides that the policies about sittings say what the field agreed; a row is one sentence of it."""

from typing import Any

import pytest

from tereze.access import Actor, Resource, decide

US, THEM = "agc_us", "agc_them"
OURS = frozenset({US})


def actor(*roles: str, kind: str = "police") -> Actor:
    return Actor("s", US, kind, frozenset(roles), "stf_1")


def sitting(**facts: Any) -> Resource:
    return Resource("sitting", **{"owner_agency_id": THEM, **facts})


ROWS = [
    ("read_sitting", ["member"], {}, False),
    ("read_sitting", ["member"], {"owner_agency_id": US}, True),
    ("read_sitting", ["member"], {"offered": OURS}, True),
    ("read_sitting", ["coordinator"], {"desks": OURS}, True),
    ("read_sitting", ["member"], {"holders": OURS}, False),
    ("read_sitting", ["member"], {"offered": OURS, "excluded": OURS}, False),
    ("read_sitting", ["member"], {"offered": OURS, "excluded": frozenset({"stf_1"})}, False),
    ("convene_commission", ["coordinator"], {"desks": OURS}, True),
    ("convene_commission", ["member"], {"holders": OURS}, True),
    ("convene_commission", ["member"], {"participants": OURS}, False),
    ("answer_commission", ["member"], {"offered": OURS}, True),
    ("answer_commission", ["member"], {"owner_agency_id": THEM}, False),
    ("lead_commission", ["member"], {"owner_agency_id": US}, True),
    ("lead_commission", ["head"], {"offered": OURS}, False),
    ("lead_commission", ["system"], {"owner_agency_id": US}, False),
]


@pytest.mark.parametrize(("action", "roles", "facts", "allowed"), ROWS)
def test_who_sees_and_leads_a_sitting(action: Any, roles: list[str], facts: dict[str, Any], allowed: bool) -> None:
    assert decide(actor(*roles), action, sitting(**facts)).allowed is allowed


def test_nobody_learns_from_a_sitting_who_the_child_is() -> None:
    for who in (actor("member"), actor("ombudsman", kind="ombudsman")):
        decision = decide(who, "read_sitting", sitting(owner_agency_id=US, offered=OURS, desks=OURS))
        assert decision.allowed
        assert "identity" not in decision.labels
