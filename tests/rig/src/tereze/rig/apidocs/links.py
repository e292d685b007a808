"""Decides which answer leads to which call, and which headers answers carry; must never link to what the answer does not name."""

from typing import Any

Schema = dict[str, Any]
_TASK = {"task_id": "$response.body#/task_id", "header.If-Match": "$response.header.ETag"}
_FIRST_TASK = {"task_id": "$response.body#/items/0/task_id"}
_CASE = {"case_id": "$response.body#/case_id", "header.If-Match": "$response.header.ETag"}
_SUBSCRIPTION = {"subscription_id": "$response.body#/subscription_id"}
_PLACEMENT = {"placement_id": "$response.body#/placement_id", "header.If-Match": "$response.header.ETag"}
_OF_PLACEMENT = (
    "choose_centre", "decide_stay", "admit_to_centre", "review_stay", "discharge_from_centre", "withdraw_request",
)  # fmt: skip
_SITTING = {"sitting_id": "$response.body#/sitting_id", "header.If-Match": "$response.header.ETag"}
_OF_SITTING = ("answer_to_commission", "adjourn", "record_sitting")
_PLAN = {"plan_id": "$response.body#/plan_id", "header.If-Match": "$response.header.ETag"}
_OF_PLAN = (
    "sign_own_services", "record_home_visit", "review_of_plan", "amend_family_plan", "end_family_plan",
)  # fmt: skip
_SERVICE = {"request_id": "$response.body#/request_id", "header.If-Match": "$response.header.ETag"}
_CENTRE = {"centre_id": "$response.body#/centre_id", "header.If-Match": "$response.header.ETag"}
_BEFORE_ACCEPTANCE = ("receive", "accept", "decline")
_LINKS: tuple[tuple[str, tuple[str, ...], dict[str, str]], ...] = (
    ("submit_referral", ("read_referral",), {"referral_id": "$response.body#/referral_id"}),
    ("read_referral", ("read_case",), {"case_id": "$response.body#/case_id"}),
    ("list_cases", ("read_case",), {"case_id": "$response.body#/items/0/case_id"}),
    ("read_case", ("triage",), _CASE),
    ("read_case", ("read_person",), {"person_id": "$response.body#/person_id"}),
    ("list_tasks", ("read_task",), _FIRST_TASK),
    ("read_task", (*_BEFORE_ACCEPTANCE, "start", "fulfil"), _TASK),
    ("receive", ("accept", "decline"), _TASK),
    ("accept", ("start", "fulfil"), _TASK),
    ("start", ("fulfil",), _TASK),
    ("ask_for_service", ("read_service_request", "decide_on_service"), _SERVICE),
    ("read_service_request", ("decide_on_service",), _SERVICE),
    ("list_family_plans", ("read_family_plan",), {"plan_id": "$response.body#/items/0/plan_id"}),
    ("draft_family_plan", ("read_family_plan", "sign_own_services"), _PLAN),
    ("read_family_plan", _OF_PLAN, _PLAN),
    ("list_sittings", ("read_sitting",), {"sitting_id": "$response.body#/items/0/sitting_id"}),
    ("convene", ("read_sitting", *_OF_SITTING), _SITTING),
    ("read_sitting", _OF_SITTING, _SITTING),
    ("list_centres", ("read_centre",), {"centre_id": "$response.body#/items/0/centre_id"}),
    ("open_centre", ("set_capacity",), _CENTRE),
    ("list_placements", ("read_placement",), {"placement_id": "$response.body#/items/0/placement_id"}),
    ("request_placement", ("read_placement", "choose_centre", "decide_stay", "withdraw_request"), _PLACEMENT),
    ("read_placement", _OF_PLACEMENT, _PLACEMENT),
    ("create_subscription", ("read_subscription", "list_deliveries", "test_subscription"), _SUBSCRIPTION),
)
_ETAGGED = (
    "read_task", *_BEFORE_ACCEPTANCE, "start", "fulfil", "read_case", "triage", "read_centre", "open_centre", "set_capacity",
    "request_placement", "read_placement", *_OF_PLACEMENT, "convene", "read_sitting", *_OF_SITTING,
    "draft_family_plan", "read_family_plan", *_OF_PLAN,
    "ask_for_service", "read_service_request", "decide_on_service",
)  # fmt: skip
_LOCATED = (
    "submit_referral",
    "create_subscription",
    "open_centre",
    "request_placement",
    "convene",
    "draft_family_plan",
    "ask_for_service",
)


def _answers(document: Schema) -> dict[str, Schema]:
    """The first 2xx answer of each operation by its name."""
    found = {}
    for methods in document["paths"].values():
        for operation in methods.values():
            status = min(status for status in operation["responses"] if status.startswith("2"))
            found[operation["operationId"]] = operation["responses"][status]
    return found


def add_links(document: Schema) -> None:
    """Say, at each answer, what may be called next with what it holds."""
    answers = _answers(document)
    for teller, callers, parameters in _LINKS:
        for caller in callers:
            assert caller in answers, caller
            link = {"operationId": caller, "parameters": parameters}
            answers[teller].setdefault("links", {})[caller] = link


def add_headers(document: Schema) -> None:
    """Describe the headers that programs act on."""
    answers = _answers(document)
    for name in _ETAGGED:
        described = {
            "description": "The version; send it back as If-Match",
            "required": True,
            "schema": {"type": "string"},
        }
        answers[name].setdefault("headers", {})["ETag"] = described
    for name in _LOCATED:
        described = {"description": "Where it is read", "required": True, "schema": {"type": "string"}}
        answers[name].setdefault("headers", {})["Location"] = described
