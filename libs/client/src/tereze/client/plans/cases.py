"""Decides how cases are read and triaged; must never do I/O or repeat a decision somebody else overtook."""

from tereze.client.call import Call, Flow, Stream, if_match, pages, query, segment, shape
from tereze.contracts.cases import CasePage, CaseSummary, CaseView, TriageCase
from tereze.contracts.words import Risk


def get(case_id: str) -> Call[CaseView]:
    """One case as your agency may see it."""
    return Call("GET", f"/v1/cases/{segment(case_id)}", shape(CaseView), repeatable=True)


def listing(*, limit: int | None = None) -> Stream[CaseSummary]:
    """Every case you may see, most urgent first; pages are fetched as they are needed."""
    return pages(Call("GET", "/v1/cases", shape(CasePage), query(limit=limit), repeatable=True))


def triage(
    case: CaseSummary | str, *, risk: Risk, remark: str | None = None, version: int | None = None
) -> Flow[CaseView]:
    """Confirm the risk of a case. Give the case as you read it, or its id with ``version``.

    With an id alone the case is read first. Raises Stale when somebody changed the case in between: read it again
    and decide again.
    """
    body = TriageCase(risk=risk, remark=remark) if remark is not None else TriageCase(risk=risk)
    case_id, version = (case, version) if isinstance(case, str) else (case.case_id, version or case.version)
    if version is None:
        version = (yield get(case_id)).version
    answer: CaseView = yield Call(
        "POST", f"/v1/cases/{segment(case_id)}/triage", shape(CaseView), body=body, headers=if_match(version)
    )
    return answer
