"""Decides that the policies say what the field agreed; a row is one sentence of it."""

from dataclasses import fields
from typing import Any, get_args

import pytest

from tereze.access import Actor, Resource, decide, decide_each
from tereze.access.decisions import Action
from tereze.access.policies import UnreadablePolicy, policies, read_policies

US, THEM = "agc_us", "agc_them"
OURS = frozenset({US})


def actor(*roles: str, kind: str = "police", staff: str = "stf_1") -> Actor:
    return Actor(subject="s", agency_id=US, agency_kind=kind, roles=frozenset(roles), staff_id=staff)


def case(**facts: Any) -> Resource:
    return Resource("case", owner_agency_id=THEM, **facts)


READING = [
    ("read_case", ["member"], {}, None),
    ("read_case", ["member"], {"participants": OURS}, "location operational"),
    ("read_case", ["member"], {"offered": OURS}, "allegation location operational"),
    ("read_case", ["member"], {"holders": OURS}, "allegation location operational"),
    (
        "read_case",
        ["system"],
        {"holders": OURS, "accepted_holders": OURS},
        "allegation identity location operational staff",
    ),
    ("read_case", ["member"], {"told": OURS}, "allegation location operational"),
    ("read_case", ["operator"], {}, "operational"),
    ("read_case", ["ombudsman"], {}, None),
    ("read_case", ["coordinator"], {"desks": OURS}, "allegation location operational reporter staff"),
    ("read_narrative", ["member"], {"holders": OURS}, None),
    ("read_narrative", ["member"], {"participants": OURS}, None),
    ("read_narrative", ["operator"], {}, None),
    ("read_narrative", ["member"], {"holders": OURS, "accepted_holders": OURS}, "allegation operational"),
    ("read_person", ["member"], {"holders": OURS}, None),
    ("read_person", ["member"], {"told": OURS, "participants": OURS, "desks": OURS, "offered": OURS}, None),
    ("read_person", ["member"], {"accepted_holders": OURS}, "allegation identity location operational"),
]


@pytest.mark.parametrize(("action", "roles", "facts", "labels"), READING)
def test_reading(action, roles, facts, labels):
    decision = decide(actor(*roles), action, case(**facts))
    assert decision.allowed == (labels is not None)
    assert " ".join(sorted(decision.labels)) == (labels or "")


def test_the_ombudsman_sees_any_case_without_identity():
    decision = decide(actor("ombudsman", kind="ombudsman"), "read_case", case())
    assert decision.allowed
    assert "identity" not in decision.labels


def test_the_ombudsman_learns_that_a_person_is_known_not_who():
    decision = decide(actor("ombudsman", kind="ombudsman"), "read_person", Resource("person"))
    assert decision.labels == {"operational"}
    assert not decide(actor("ombudsman"), "read_person", Resource("person")).allowed


def test_staff_are_shown_to_colleagues_and_to_whoever_lets_them_in():
    assert decide(actor("member"), "read_staff", Resource("agency", owner_agency_id=US)).labels == {
        "operational",
        "staff",
    }
    theirs, below = Resource("agency", owner_agency_id=THEM), Resource("agency", owner_agency_id=THEM, above=OURS)
    assert [decide(actor(role), "read_staff", theirs).allowed for role in ("head", "operator")] == [False, True]
    assert [decide(actor(role), "read_staff", below).allowed for role in ("member", "head")] == [False, True]


ACTING = [
    ("receive_task", ["member"], {"holders": OURS}, True),
    ("accept_task", ["system"], {"holders": OURS}, True),
    ("accept_task", ["coordinator"], {"holders": OURS}, False),
    ("accept_task", ["member"], {"offered": OURS}, True),
    ("start_task", ["member"], {"offered": OURS}, False),
    ("fulfil_task", ["head"], {"holders": OURS}, True),
    ("decline_task", ["member"], {"holders": OURS}, False),
    ("decline_task", ["manager"], {"holders": OURS}, True),
    ("decline_task", ["system"], {"holders": OURS}, True),
    ("decline_task", ["manager"], {}, False),
    ("triage_case", ["coordinator"], {"desks": OURS}, True),
    ("triage_case", ["head"], {"desks": OURS}, False),
    ("triage_case", ["coordinator"], {}, False),
]


@pytest.mark.parametrize(("action", "roles", "facts", "allowed"), ACTING)
def test_acting(action, roles, facts, allowed):
    assert decide(actor(*roles), action, Resource("task", **facts)).allowed is allowed


@pytest.mark.parametrize("action", ["read_referral", "subscribe", "read_sla"])
def test_what_is_ones_own_is_not_anothers(action):
    assert decide(actor("member"), action, Resource("subscription", owner_agency_id=US)).allowed
    assert not decide(actor("member"), action, Resource("subscription", owner_agency_id=THEM)).allowed


@pytest.mark.parametrize(
    "action", ["read_case", "read_events", "read_narrative", "read_person", "accept_task", "triage_case"]
)
def test_exclusion_beats_every_permission(action):
    everything = dict.fromkeys(("holders", "offered", "accepted_holders", "participants", "desks", "told"), OURS)
    decision = decide(actor("head", "coordinator", "operator", "member"), action, case(**everything, excluded=OURS))
    assert not decision.allowed
    assert decision.policy_id == "excluded-bodies-know-nothing"
    assert decision.labels == frozenset()


@pytest.mark.parametrize("action", ["read_case", "read_events", "accept_task", "record_exclusion", "read_disclosures"])
def test_an_excluded_person_is_refused_whatever_their_agency_may(action):
    everything = dict.fromkeys(("holders", "offered", "accepted_holders", "participants", "desks", "told"), OURS)
    person, colleague = actor("head", "coordinator"), actor("head", "coordinator", staff="stf_2")
    about = case(**everything, excluded=frozenset({"stf_1"}))
    assert decide(person, action, about).policy_id == "excluded-bodies-know-nothing"
    assert decide(colleague, action, about).allowed


KEEPING_OUT = [
    (["coordinator"], "window_desk", {"desks": OURS}, True),
    (["coordinator"], "window_desk", {}, False),
    (["ombudsman"], "ombudsman", {}, True),
    (["ombudsman"], "police", {}, False),
    (["head", "manager", "member", "operator"], "police", {"holders": OURS, "accepted_holders": OURS}, False),
]


@pytest.mark.parametrize(
    ("action", "roles", "facts", "allowed"),
    [
        ("open_emergency_access", ["member"], {}, True),
        ("open_emergency_access", ["ombudsman"], {}, True),
        ("open_emergency_access", ["system"], {}, False),
        ("open_emergency_access", ["operator"], {}, False),
        ("open_emergency_access", ["member"], {"excluded": frozenset({"stf_1"})}, False),
        ("read_case", ["member"], {"opened_to": frozenset({"stf_1"})}, True),
        ("read_narrative", ["member"], {"opened_to": frozenset({"stf_1"})}, True),
        ("read_person", ["member"], {"opened_to": frozenset({"stf_1"})}, True),
        ("read_case", ["member"], {"opened_to": frozenset({"stf_2"})}, False),
        ("read_events", ["member"], {"opened_to": frozenset({"stf_1"})}, False),
        ("read_case", ["member"], {"opened_to": frozenset({"stf_1"}), "excluded": frozenset({"agc_us"})}, False),
        ("read_family_record", ["member"], {"opened_to": frozenset({"stf_1"})}, False),
        ("accept_task", ["manager"], {"opened_to": frozenset({"stf_1"})}, False),
        ("review_emergency_access", ["coordinator"], {"desks": frozenset({"agc_us"})}, True),
        ("review_emergency_access", ["head"], {"keepers": frozenset({"agc_us"})}, True),
        ("review_emergency_access", ["member"], {"desks": frozenset({"agc_us"})}, False),
        ("read_own_emergency_access", ["head"], {"owner_agency_id": "agc_us"}, True),
        ("read_own_emergency_access", ["member"], {"owner_agency_id": "agc_us"}, False),
    ],
)
def test_what_an_emergency_opens_and_to_whom(action: Any, roles: list[str], facts: Any, allowed: bool) -> None:
    actor = Actor("s", "agc_us", "school", frozenset(roles), "stf_1")
    assert decide(actor, action, Resource("case", **facts)).allowed is allowed


@pytest.mark.parametrize("action", ["record_exclusion", "lift_exclusion", "read_exclusions", "read_disclosures"])
@pytest.mark.parametrize(("roles", "kind", "facts", "allowed"), KEEPING_OUT)
def test_keeping_out(action, roles, kind, facts, allowed):
    assert decide(actor(*roles, kind=kind), action, case(**facts)).allowed is allowed


def test_the_deciding_policies_are_named():
    assert decide(actor("member"), "read_case", case()).policy_id == "no-policy-permits"
    both = decide(actor("member"), "read_case", case(holders=OURS, participants=OURS))
    assert both.policy_id == "holder-previews-the-case referrer-follows-the-case"


def test_many_questions_are_answered_in_their_order():
    mine, other = case(holders=OURS), case()
    answers = decide_each(actor("member"), [("read_case", mine), ("read_case", other), ("read_narrative", mine)])
    assert [answer.allowed for answer in answers] == [True, False, False]
    assert decide_each(actor("member"), []) == []


def test_an_unknown_action_is_refused():
    assert not decide(actor("head", "operator"), "erase_everything", case(holders=OURS, accepted_holders=OURS)).allowed


@pytest.mark.parametrize(
    "text",
    [
        "permit (principal, action, resource);",
        '@id("a") permit (principal, action, resource); @id("a") forbid (principal, action, resource);',
        '@id("a") @labels("secret") permit (principal, action, resource);',
        '@id("a") permit (principal, action, resource) when { resource == principal };',
        "grant everything",
    ],
)
def test_a_careless_policy_is_not_read(text):
    with pytest.raises(UnreadablePolicy):
        read_policies(text)


def test_policies_ask_only_facts_we_know():
    known = {item.name for item in fields(Resource)} - {"kind"}
    asked = {action: policies().about(action).facts for action in get_args(Action)}
    assert {action: facts - known for action, facts in asked.items() if not facts <= known} == {}
    assert [
        action for action, facts in asked.items() if "excluded" not in facts
    ] == []  # the forbid speaks of every action


def test_every_permission_says_what_it_shows():
    assert [p.policy_id for p in policies().by_key.values() if p.effect == "permit" and not p.labels] == []


ATTESTING = [
    ("sign_attestation", ["member"], {"staff": "stf_1"}, "one-signs-for-oneself"),
    ("sign_attestation", ["head"], {"staff": "stf_2", "owner_agency_id": US}, None),
    ("record_attestation", ["head"], {"staff": "stf_2", "owner_agency_id": US}, "superiors-attest"),
    ("record_attestation", ["manager"], {"staff": "stf_2", "above": OURS}, "superiors-attest"),
    ("record_attestation", ["member"], {"staff": "stf_2", "owner_agency_id": US}, None),
    ("record_attestation", ["head"], {"staff": "stf_2", "owner_agency_id": THEM}, None),
    ("record_attestation", ["operator"], {"staff": "stf_2", "owner_agency_id": THEM}, "operator-attests"),
    ("revoke_attestation", ["head"], {"staff": "stf_2", "owner_agency_id": US}, "superiors-attest"),
    ("read_attestation", ["member"], {"staff": "stf_1"}, "one-reads-ones-own-attestation"),
    ("read_attestation", ["member"], {"staff": "stf_2", "owner_agency_id": US}, None),
]


@pytest.mark.parametrize(("action", "roles", "facts", "policy_id"), ATTESTING)
def test_attesting(action, roles, facts, policy_id):
    decision = decide(actor(*roles), action, Resource("attestation", **facts))
    assert (decision.allowed, decision.policy_id) == (policy_id is not None, policy_id or "no-policy-permits")


@pytest.mark.parametrize("action", ["record_attestation", "revoke_attestation"])
@pytest.mark.parametrize("role", ["head", "operator"])
def test_nobody_attests_themselves_whatever_their_role(action, role):
    decision = decide(actor(role), action, Resource("attestation", owner_agency_id=US, staff="stf_1"))
    assert (decision.allowed, decision.policy_id) == (False, "nobody-attests-themselves")


INVESTIGATING = [
    (["head"], "police", {"owner_agency_id": US}, "superiors-investigate"),
    (["manager"], "police", {"above": OURS}, "superiors-investigate"),
    (["head"], "police", {"owner_agency_id": US, "excluded": OURS}, "excluded-bodies-know-nothing"),
    (["member"], "police", {"owner_agency_id": US}, None),
    (["operator"], "ministry", {"owner_agency_id": THEM}, "operator-investigates"),
    (["ombudsman"], "ombudsman", {"owner_agency_id": THEM}, "ombudsman-investigates"),
    (["ombudsman"], "police", {"owner_agency_id": THEM}, None),
    (["operator"], "ministry", {"owner_agency_id": THEM, "staff": "stf_1"}, "nobody-investigates-themselves"),
]


@pytest.mark.parametrize("action", ["open_investigation", "lead_investigation"])
@pytest.mark.parametrize(("roles", "kind", "facts", "policy_id"), INVESTIGATING)
def test_investigating(action, roles, kind, facts, policy_id):
    decision = decide(actor(*roles, kind=kind), action, Resource("investigation", **{"staff": "stf_2", **facts}))
    barred = policy_id in {None, "excluded-bodies-know-nothing", "nobody-investigates-themselves"}
    assert (decision.allowed, decision.policy_id) == (not barred, policy_id or "no-policy-permits")
