"""Decides that the policies about beds say what the field agreed; a row is one sentence of it."""

from typing import Any

import pytest

from tereze.access import Actor, Resource, decide

US, THEM = "agc_us", "agc_them"
OURS = frozenset({US})


def actor(*roles: str, kind: str = "health") -> Actor:
    return Actor("s", US, kind, frozenset(roles), "stf_1", region_code="KZ-75")


def placement(**facts: Any) -> Resource:
    return Resource("placement", **{"owner_agency_id": THEM, "region_code": "KZ-75", **facts})


READING = [
    (["member"], {}, None),
    (["member"], {"owner_agency_id": US}, "allegation identity location operational"),
    (["member"], {"offered": OURS}, "allegation location operational"),
    (["member"], {"offered": OURS, "accepted_holders": OURS}, "allegation identity location operational staff"),
    (["coordinator"], {"desks": OURS}, "allegation location operational"),
    (["member"], {"participants": OURS}, None),
    (["operator"], {}, None),
    (["member"], {"owner_agency_id": US, "excluded": OURS}, None),
]


@pytest.mark.parametrize(("roles", "facts", "labels"), READING)
def test_reading(roles: list[str], facts: dict[str, Any], labels: str | None) -> None:
    decision = decide(actor(*roles), "read_placement", placement(**facts))
    assert decision.allowed == (labels is not None)
    assert " ".join(sorted(decision.labels)) == (labels or "")


ACTING = [
    ("request_placement", ["member"], {"holders": OURS}, True),
    ("request_placement", ["system"], {"participants": OURS}, True),
    ("request_placement", ["member"], {}, False),
    ("request_placement", ["member"], {"holders": OURS, "excluded": OURS}, False),
    ("hold_bed", ["member"], {"owner_agency_id": US}, True),
    ("hold_bed", ["member"], {"offered": OURS}, False),
    ("decide_placement", ["member"], {"owner_agency_id": US}, False),
    ("decide_placement", ["head"], {"holders": OURS}, True),
    ("decide_placement", ["system"], {"owner_agency_id": US}, False),
    ("decide_placement", ["head"], {"offered": OURS, "accepted_holders": OURS}, False),
    ("admit_child", ["member"], {"offered": OURS}, True),
    ("admit_child", ["member"], {"owner_agency_id": US}, False),
    ("discharge_child", ["head"], {"offered": OURS}, True),
    ("review_placement", ["coordinator"], {"desks": OURS}, True),
    ("withdraw_placement", ["member"], {"desks": OURS, "excluded": OURS}, False),
]


@pytest.mark.parametrize(("action", "roles", "facts", "allowed"), ACTING)
def test_acting(action: Any, roles: list[str], facts: dict[str, Any], allowed: bool) -> None:
    assert decide(actor(*roles), action, placement(**facts)).allowed is allowed


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (actor("head", kind="regional_department"), True),
        (actor("member", kind="regional_department"), False),
        (actor("head", kind="ministry"), True),
        (actor("operator", kind="ombudsman"), True),
        (actor("head", kind="police"), False),
    ],
)
def test_who_opens_centres(who: Actor, allowed: bool) -> None:
    assert (
        decide(who, "manage_centre", Resource("centre", owner_agency_id=THEM, region_code="KZ-75")).allowed is allowed
    )


def test_a_department_opens_centres_of_its_own_region_only() -> None:
    far = Resource("centre", owner_agency_id=THEM, region_code="KZ-71")
    assert not decide(actor("head", kind="regional_department"), "manage_centre", far).allowed
