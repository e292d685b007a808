"""Decides how service requests are kept and found; must never be read without their case."""

import json
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from tereze.chassis.work import Work
from tereze.contracts.eligibility import ServiceRefusal, ServiceRequestState
from tereze.contracts.words import Ground, ServiceCode
from tereze.referral.domain.eligibility import ServiceRequest

_ONE = "SELECT to_json(service_request)::text AS kept FROM service_request WHERE request_id = $1"
_OF_CASE = "SELECT to_json(service_request)::text AS kept FROM service_request WHERE case_id = $1 ORDER BY asked_at"
_KEEP = """
INSERT INTO service_request SELECT * FROM json_populate_record(NULL::service_request, $1::text::json)
ON CONFLICT (request_id) DO UPDATE SET
    case_id = excluded.case_id, version = excluded.version, state = excluded.state, refusal = excluded.refusal,
    decided_at = excluded.decided_at
"""


async def find_request(work: Work, request_id: str) -> ServiceRequest | None:
    """One request as it is; whoever changes it holds its case."""
    row = await work.raw.fetchrow(_ONE, request_id)
    return _request(row) if row else None


async def requests_of(work: Work, case_id: str) -> list[ServiceRequest]:
    """Every request of a case, the oldest first."""
    return [_request(row) for row in await work.raw.fetch(_OF_CASE, case_id)]


async def keep_request(work: Work, kept: ServiceRequest) -> None:
    """Write a request."""
    row = {name: getattr(kept, name) for name in ServiceRequest.__slots__}
    await work.raw.execute(_KEEP, to_json(row).decode())


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _request(row: Any) -> ServiceRequest:
    kept = json.loads(row["kept"])
    return ServiceRequest(
        request_id=kept["request_id"],
        case_id=kept["case_id"],
        service=ServiceCode(kept["service"]),
        agency_id=kept["agency_id"],
        row=kept["row"],
        protocol_version=kept["protocol_version"],
        asked_at=datetime.fromisoformat(kept["asked_at"]),
        state=ServiceRequestState(kept["state"]),
        version=kept["version"],
        ground=Ground(kept["ground"]) if kept["ground"] else None,
        decider_agency_id=kept["decider_agency_id"],
        clock_id=kept["clock_id"],
        due_at=_instant(kept["due_at"]),
        refusal=ServiceRefusal(kept["refusal"]) if kept["refusal"] else None,
        decided_at=_instant(kept["decided_at"]),
    )
