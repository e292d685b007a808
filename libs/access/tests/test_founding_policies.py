"""Decides that the policies of founding bodies and letting people in say what was agreed; a row is one sentence of it."""

import pytest

from tereze.access import Actor, Resource, decide

US, THEM = "agc_us", "agc_them"
BELOW = {"above": frozenset({US})}


def actor(*roles, kind="regional_department", region="KZ-75"):
    return Actor("s", US, kind, frozenset(roles), "stf_1", region or None)


FOUNDING = [
    (["operator"], "ministry", "", {"agency_kind": "ombudsman"}, "operator-founds-bodies"),
    (["head"], "regional_department", "KZ-75", {**BELOW, "agency_kind": "school"}, "superiors-found-units"),
    (["manager"], "regional_department", "KZ-75", {**BELOW, "agency_kind": "school"}, "superiors-found-units"),
    (["member", "system", "coordinator"], "regional_department", "KZ-75", {**BELOW, "agency_kind": "school"}, None),
    (["head"], "regional_department", "KZ-75", {"agency_kind": "school"}, None),
    (["head"], "school", "KZ-75", {**BELOW, "agency_kind": "window_desk"}, "only-operators-found-overseers"),
    (["head"], "window_desk", "KZ-75", {**BELOW, "agency_kind": "window_desk"}, "superiors-found-units"),
    (
        ["head"],
        "school",
        "KZ-75",
        {**BELOW, "agency_kind": "school", "region_code": "KZ-19"},
        "units-stay-in-the-region",
    ),
    (["head"], "police", "", {**BELOW, "agency_kind": "police", "region_code": "KZ-19"}, "superiors-found-units"),
]


@pytest.mark.parametrize(("roles", "kind", "region", "facts", "policy_id"), FOUNDING)
def test_founding(roles, kind, region, facts, policy_id):
    asked = Resource("agency", **{"region_code": "KZ-75", **facts})
    decision = decide(actor(*roles, kind=kind, region=region), "found_agency", asked)
    barred = policy_id in {None, "only-operators-found-overseers", "units-stay-in-the-region"}
    assert (decision.allowed, decision.policy_id) == (not barred, policy_id or "no-policy-permits")


@pytest.mark.parametrize("role", ["head", "manager", "operator"])
def test_nobody_closes_their_own_body(role):
    assert not decide(actor(role), "close_agency", Resource("agency", owner_agency_id=US)).allowed
    assert decide(actor(role), "close_agency", Resource("agency", owner_agency_id=THEM, **BELOW)).allowed


GIVING = {
    "member": set(),
    "system": set(),
    "coordinator": set(),
    "ombudsman": set(),
    "manager": {"member", "manager"},
    "head": {"member", "manager", "head", "coordinator", "system"},
    "operator": {"member", "manager", "head", "coordinator", "system", "operator", "ombudsman"},
}


@pytest.mark.parametrize("where", [{"owner_agency_id": US}, {"owner_agency_id": THEM, **BELOW}])
@pytest.mark.parametrize(("role", "given"), GIVING.items())
def test_each_gives_roles_up_to_their_own(role, given, where):
    able = {
        wanted
        for wanted in GIVING
        if decide(actor(role), "give_role", Resource("agency", role=wanted, **where)).allowed
    }
    assert able == given


@pytest.mark.parametrize("role", ["head", "operator"])
def test_nobody_gives_themselves_a_role(role):
    oneself = Resource("agency", owner_agency_id=US, staff="stf_1", role="member")
    assert decide(actor(role), "give_role", oneself).policy_id == "nobody-gives-themselves-a-role"


def test_of_another_agency_only_operators_give_roles():
    there = Resource("agency", owner_agency_id=THEM, role="member")
    assert [decide(actor(role), "give_role", there).allowed for role in ("head", "manager", "operator")] == [
        False,
        False,
        True,
    ]
