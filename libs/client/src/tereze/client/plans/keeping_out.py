"""Decides how a body is kept out of a case and let in again, and how it is read what was shown to whom; must never do I/O."""

from tereze.client.call import Call, Flow, Stream, if_match, pages, query, segment, shape
from tereze.client.plans.cases import get
from tereze.contracts.cases import CaseView
from tereze.contracts.exclusions import (
    Disclosure,
    DisclosurePage,
    ExclusionBasis,
    ExclusionList,
    ExclusionView,
    LiftExclusion,
    RecordExclusion,
)


def exclusions(case_id: str) -> Call[ExclusionList]:
    """Who must not touch the case, since when and why, and what they had seen before."""
    return Call("GET", _path(case_id, "exclusions"), shape(ExclusionList), repeatable=True)


def exclude(
    case_id: str,
    *,
    basis: ExclusionBasis,
    remark: str,
    agency_id: str | None = None,
    staff_id: str | None = None,
    version: int | None = None,
) -> Flow[ExclusionView]:
    """Keep an agency with its units, or a person, out of the case from now on; the answer lists what they had seen.

    Without ``version`` the case is read first. Raises Stale when somebody changed the case in between.
    """
    who = {"agency_id": agency_id} if agency_id is not None else {"staff_id": staff_id}
    answer: ExclusionView = yield Call(
        "POST",
        _path(case_id, "exclusions"),
        shape(ExclusionView),
        body=RecordExclusion(**who, basis=basis, remark=remark),
        headers=if_match((yield from _version(case_id, version))),
    )
    return answer


def lift_exclusion(case_id: str, exclusion_id: str, *, remark: str, version: int | None = None) -> Flow[ExclusionView]:
    """Say that an exclusion does not hold; it ends when a second person says so too."""
    answer: ExclusionView = yield Call(
        "POST",
        _path(case_id, "exclusions", exclusion_id, "lift"),
        shape(ExclusionView),
        body=LiftExclusion(remark=remark),
        headers=if_match((yield from _version(case_id, version))),
    )
    return answer


def disclosures(case_id: str, *, body: str | None = None, limit: int | None = None) -> Stream[Disclosure]:
    """What of a case was read, by whom, newest first; ``body``: only by this agency or staff member."""
    asked = query(body=body, limit=limit)
    return pages(Call("GET", _path(case_id, "disclosures"), shape(DisclosurePage), asked, repeatable=True))


def event_disclosures(case_id: str, *, body: str | None = None, limit: int | None = None) -> Stream[Disclosure]:
    """What of a case left through feed, stream and webhooks, to whom, newest first."""
    asked = query(case_id=case_id, body=body, limit=limit)
    return pages(Call("GET", "/v1/events/disclosures", shape(DisclosurePage), asked, repeatable=True))


def _version(case_id: str, version: int | None) -> Flow[int]:
    if version is not None:
        return version
    case: CaseView = yield get(case_id)
    return case.version


def _path(case_id: str, *further: str) -> str:
    return "/".join(("/v1/cases", segment(case_id), *map(segment, further)))
