"""Decides how cases are read and triaged; must never do I/O or repeat a decision somebody else overtook."""

from tereze.client.call import Call, Flow, Stream, pages, query, segment, shape
from tereze.client.plans.speaking import given, of_case
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
    return (yield from of_case(case, "triage", given(TriageCase, risk=risk, remark=remark), version))
