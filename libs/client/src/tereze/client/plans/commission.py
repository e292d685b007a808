"""Decides how sittings of the commission are read and led; must never do I/O or repeat a decision somebody else overtook.

A command takes the sitting as it was read, or its id with the ``version`` it was decided on; with an id alone it is read first.
"""

from datetime import datetime

from tereze.client.call import Call, Flow, Stream, creating, if_match, pages, query, segment, shape
from tereze.contracts.commission import (
    AdjournSitting,
    Answer,
    AnswerInvitation,
    ConveneCommission,
    HoldSitting,
    SittingPage,
    SittingState,
    SittingSummary,
    SittingView,
)
from tereze.contracts.labels import Contract

_SITTING = shape(SittingView)


def convene(
    case_id: str, *, remark: str, urgent: bool = False, idempotency_key: str | None = None
) -> Call[SittingView]:
    """Convene the commission for a case; for critical cases it convenes by itself."""
    body = ConveneCommission(case_id=case_id, remark=remark, urgent=urgent)
    headers = creating(idempotency_key)
    return Call("POST", "/v1/commission", _SITTING, body=body, headers=headers, repeatable=True)


def get(sitting_id: str) -> Call[SittingView]:
    """One sitting as your body may see it."""
    return Call("GET", f"/v1/commission/{segment(sitting_id)}", _SITTING, repeatable=True)


def listing(*, state: SittingState | None = None, limit: int | None = None) -> Stream[SittingSummary]:
    """The sittings of your commission, or to which your body is invited; pages are fetched as they are needed."""
    given = query(state=state, limit=limit)
    return pages(Call("GET", "/v1/commission", shape(SittingPage), given, repeatable=True))


def answer(
    sitting: SittingSummary | str, *, answer: Answer, staff_id: str | None = None, version: int | None = None
) -> Flow[SittingView]:
    """Say, as an invited body, whether somebody comes and who."""
    return (yield from _command(sitting, "answer", AnswerInvitation(answer=answer, staff_id=staff_id), version))


def adjourn(
    sitting: SittingSummary | str, *, sits_at: datetime, remark: str, version: int | None = None
) -> Flow[SittingView]:
    """Put the sitting off, as the commission; its clock runs on."""
    return (yield from _command(sitting, "adjourn", AdjournSitting(sits_at=sits_at, remark=remark), version))


def hold(sitting: SittingSummary | str, held: HoldSitting, *, version: int | None = None) -> Flow[SittingView]:
    """Record who sat, the minutes and the decisions; each decision becomes a task."""
    return (yield from _command(sitting, "hold", held, version))


def _command(sitting: SittingSummary | str, verb: str, body: Contract, version: int | None) -> Flow[SittingView]:
    known = None if isinstance(sitting, str) else sitting.version
    sitting_id = sitting if isinstance(sitting, str) else sitting.sitting_id
    decided_on = version or known or (yield get(sitting_id)).version
    where = f"/v1/commission/{segment(sitting_id)}/{verb}"
    answered: SittingView = yield Call("POST", where, _SITTING, body=body, headers=if_match(decided_on))
    return answered
