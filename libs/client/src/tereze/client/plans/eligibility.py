"""Decides how services for a child are looked up, asked for and decided; must never do I/O or repeat a decision somebody else overtook."""

from typing import Any

from tereze.client.call import Call, Flow, creating, if_match, query, segment, shape
from tereze.contracts.eligibility import (
    AskService,
    DecideService,
    Eligibility,
    GapBoard,
    ServiceRefusal,
    ServiceRequestView,
)
from tereze.contracts.words import Circumstance, ServiceCode

_REQUEST = shape(ServiceRequestView)


def of_case(case_id: str) -> Call[Eligibility]:
    """What the child of a case may receive now, on which ground, who decides and within which limit."""
    return Call("GET", "/v1/eligibility", shape(Eligibility), query(case_id=case_id), repeatable=True)


def ask(
    case_id: str,
    *,
    service: ServiceCode,
    circumstances: tuple[Circumstance, ...] = (),
    idempotency_key: str | None = None,
) -> Call[ServiceRequestView]:
    """Ask for a service; without a ground in the rules it is refused with its reason and the gap is counted."""
    body = AskService(case_id=case_id, service=service, circumstances=circumstances)
    headers = creating(idempotency_key)
    return Call("POST", "/v1/eligibility", _REQUEST, body=body, headers=headers, repeatable=True)


def get(request_id: str) -> Call[ServiceRequestView]:
    """One request for a service."""
    return Call("GET", f"/v1/eligibility/{segment(request_id)}", _REQUEST, repeatable=True)


def decide(
    request: ServiceRequestView | str,
    *,
    refusal: ServiceRefusal | None = None,
    remark: str | None = None,
    version: int | None = None,
) -> Flow[ServiceRequestView]:
    """Grant the service, or refuse it with a reason, as the body that decides."""
    known = None if isinstance(request, str) else request.version
    request_id = request if isinstance(request, str) else request.request_id
    decided_on = version or known or (yield get(request_id)).version
    given: dict[str, Any] = {"refusal": refusal, "remark": remark}
    body = DecideService(**{name: value for name, value in given.items() if value is not None})
    where = f"/v1/eligibility/{segment(request_id)}/decide"
    answer: ServiceRequestView = yield Call("POST", where, _REQUEST, body=body, headers=if_match(decided_on))
    return answer


def gaps() -> Call[GapBoard]:
    """How many children met each gap of the rules; for the Ombudsman's desk, the ministry and operators."""
    return Call("GET", "/v1/gaps", shape(GapBoard), repeatable=True)
