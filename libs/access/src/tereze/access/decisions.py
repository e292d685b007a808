"""Decides one question: may this actor do this to that; must never look anything up (facts are arguments)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import cedarpy

from tereze.access.policies import policies
from tereze.contracts.labels import Sensitivity

Action = Literal[
    "read_referral", "read_receipt",
    "read_case", "read_narrative", "read_events", "triage_case",
    "open_emergency_access", "read_emergency_access", "review_emergency_access", "read_own_emergency_access",
    "record_exclusion", "lift_exclusion", "read_exclusions", "read_disclosures",
    "receive_task", "accept_task", "decline_task", "start_task", "fulfil_task",
    "name_responsible", "record_contact", "record_evidence", "hold_task", "resume_task", "fail_task", "redirect_task",
    "offer_hand_over", "accept_hand_over", "end_hand_over", "reroute_task", "dispute_task", "decide_dispute",
    "confirm_task", "withdraw_task", "reopen_task", "void_task",
    "screen_out_case", "review_screening", "review_independently", "close_case", "reopen_case", "assign_task", "record_case_evidence",
    "acknowledge_escalation",
    "read_person", "read_looks", "join_persons", "confirm_joining",
    "record_birth", "end_identifier", "register_adoption", "unseal_adoption", "confirm_unsealing",
    "erase_person", "confirm_erasure",
    "read_family", "add_relation", "read_family_record", "write_family_entry", "load_roll", "match_patient",
    "read_review", "decide_review", "confirm_review",
    "subscribe",
    "manage_agency", "read_staff",
    "found_agency", "amend_agency", "close_agency", "give_role",
    "read_attestation", "sign_attestation", "record_attestation", "revoke_attestation",
    "open_investigation", "lead_investigation",
    "read_rota", "keep_rota", "read_workforce", "keep_posts", "read_caseload",
    "read_sla",
    "read_centre", "manage_centre", "request_placement", "read_placement", "hold_bed", "decide_placement",
    "ask_service", "read_service", "decide_service", "read_gaps",
    "draft_plan", "read_plan", "sign_plan", "lead_plan",
    "convene_commission", "read_sitting", "answer_commission", "lead_commission",
    "admit_child", "review_placement", "discharge_child", "withdraw_placement",
    "read_duty", "answer_duty",
]  # fmt: skip

NO_POLICY = "no-policy-permits"
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. ``agency_kind`` and ``roles`` are codes of ``contracts.words``; all come from our records, none from the token."""

    subject: str
    agency_id: str
    agency_kind: str
    roles: frozenset[str]
    staff_id: str
    region_code: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """What is asked about, as facts the policies may weigh; every set holds agency ids, ``excluded`` staff ids too.

    ``kind``: referral, case, person, task, sla, subscription, events, agency or duty. ``owner_agency_id``: whose it is (the referrer
    of a referral, the subscriber, the agency itself). ``holders``: accountable for a live task (of the case, or this one).
    ``offered``: offered the duty. ``accepted_holders``: holders that accepted. ``participants``: referrers on the case.
    ``desks``: window desks that hold the case's own clocks. ``told``: reached by an escalation. ``keepers``: owe a duty of the
    case itself. ``deciders``: rule on the dispute about the task. ``excluded``: agencies and
    persons that must not touch it. ``opened_to``: persons to whom emergency access opens it now.
    ``reviewers``: owe the findings of an independent review.
    ``above``: the body above the owner, or all of them where a body is founded or people are let in. ``staff``: the id of the
    person it is about. ``agency_kind``: of the body it is about. ``role``: the one to be given or taken.
    ``breached``: its time passed and nobody acted.
    """

    kind: str
    owner_agency_id: str = ""
    holders: frozenset[str] = _NOTHING
    offered: frozenset[str] = _NOTHING
    accepted_holders: frozenset[str] = _NOTHING
    participants: frozenset[str] = _NOTHING
    desks: frozenset[str] = _NOTHING
    told: frozenset[str] = _NOTHING
    keepers: frozenset[str] = _NOTHING
    deciders: frozenset[str] = _NOTHING
    excluded: frozenset[str] = _NOTHING
    opened_to: frozenset[str] = _NOTHING
    reviewers: frozenset[str] = _NOTHING
    risk: str = ""
    region_code: str = ""
    above: frozenset[str] = _NOTHING
    staff: str = ""
    agency_kind: str = ""
    role: str = ""
    breached: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. ``policy_id`` names every deciding policy (several are joined by a space); ``labels`` may be shown."""

    allowed: bool
    policy_id: str
    labels: frozenset[Sensitivity] = field(default_factory=frozenset)


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def _actor_entity(actor: Actor) -> dict[str, Any]:
    return {
        "uid": {"type": "Staff", "id": "actor"},
        "attrs": {
            "agency": actor.agency_id,
            "agency_kind": actor.agency_kind,
            "staff": actor.staff_id,
            "roles": sorted(actor.roles),
            "region_code": actor.region_code or "",
        },
        "parents": [],
    }


def _resource_entity(action: Action, resource: Resource, number: int) -> dict[str, Any]:
    attributes = {name: _plain(getattr(resource, name)) for name in policies().about(action).facts}
    return {"uid": {"type": resource.kind.capitalize(), "id": str(number)}, "attrs": attributes, "parents": []}


def _request(action: str, resource: Resource, number: int) -> dict[str, Any]:
    return {
        "principal": {"type": "Staff", "id": "actor"},
        "action": {"type": "Action", "id": action},
        "resource": {"type": resource.kind.capitalize(), "id": str(number)},
    }


def _decision(result: cedarpy.AuthzResult) -> Decision:
    deciding = [policies().by_key[key] for key in result.diagnostics.reasons]
    allowed = bool(result.allowed) and not result.diagnostics.errors  # a policy that fails to evaluate grants nothing
    names = " ".join(sorted(policy.policy_id for policy in deciding)) or NO_POLICY
    labels = frozenset[Sensitivity]().union(*(policy.labels for policy in deciding)) if allowed else frozenset()
    return Decision(allowed=allowed, policy_id=names, labels=labels)


def decide_each(actor: Actor, questions: Iterable[tuple[Action, Resource]]) -> Sequence[Decision]:
    """Answer many questions of one actor in one pass, in their order. About a list: keep what is allowed."""
    asked = list(questions)
    entities = [
        _actor_entity(actor),
        *(_resource_entity(action, resource, n) for n, (action, resource) in enumerate(asked)),
    ]
    facts = cedarpy.Entities.from_json_str(json.dumps(entities))  # parsed once, not once a question
    by_action: dict[Action, list[int]] = {}
    for number, (action, _) in enumerate(asked):
        by_action.setdefault(action, []).append(number)
    answers: dict[int, Decision] = {}
    for action, numbers in by_action.items():
        requests = [_request(action, asked[number][1], number) for number in numbers]
        results = cedarpy.is_authorized_batch(requests, policies().about(action).policies, facts)
        answers |= zip(numbers, map(_decision, results), strict=True)
    return [answers[number] for number in range(len(asked))]


def decide(actor: Actor, action: Action, resource: Resource) -> Decision:
    """Answer one question. A forbid beats every permit; without a permit the answer is no."""
    return decide_each(actor, [(action, resource)])[0]
