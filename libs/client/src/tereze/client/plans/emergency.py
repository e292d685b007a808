"""Decides how a case is opened in an emergency and how that is reviewed; must never do I/O."""

from tereze.client.call import Call, Flow, Stream, creating, if_match, pages, query, segment, shape
from tereze.client.plans.cases import get
from tereze.contracts.cases import CaseView
from tereze.contracts.emergencies import (
    EmergencyAccessList,
    EmergencyAccessPage,
    EmergencyAccessView,
    EmergencyReason,
    EmergencyVerdict,
    OpenEmergencyAccess,
    ReviewEmergencyAccess,
)

_ACCESS = shape(EmergencyAccessView)


def break_glass(
    case_id: str, *, reason: EmergencyReason, remark: str, hours: int = 1, idempotency_key: str | None = None
) -> Call[EmergencyAccessView]:
    """Open one case to yourself for up to four hours. Your superiors and everybody on the case hear of it; another body reviews it."""
    asked = OpenEmergencyAccess(reason=reason, remark=remark, hours=hours)
    return Call("POST", _path(case_id), _ACCESS, body=asked, headers=creating(idempotency_key), repeatable=True)


def emergencies(case_id: str) -> Call[EmergencyAccessList]:
    """Who opened the case to themselves, why, what was shown to them, and what another body found."""
    return Call("GET", _path(case_id), shape(EmergencyAccessList), repeatable=True)


def own_emergencies(*, limit: int | None = None) -> Stream[EmergencyAccessView]:
    """Which cases your agency's people opened to themselves, newest first."""
    asked = query(limit=limit)
    return pages(Call("GET", "/v1/emergency-access", shape(EmergencyAccessPage), asked, repeatable=True))


def review_emergency(
    case_id: str, access_id: str, *, verdict: EmergencyVerdict, remark: str, version: int | None = None
) -> Flow[EmergencyAccessView]:
    """Find whether it was justified; where it was not, it ends at once. Without ``version`` the case is read first."""
    if version is None:
        case: CaseView = yield get(case_id)
        version = case.version
    found: EmergencyAccessView = yield Call(
        "POST",
        f"{_path(case_id)}/{segment(access_id)}/review",
        _ACCESS,
        body=ReviewEmergencyAccess(verdict=verdict, remark=remark),
        headers=if_match(version),
    )
    return found


def _path(case_id: str) -> str:
    return f"/v1/cases/{segment(case_id)}/emergency-access"
