"""Decides how agencies are read, founded, amended and closed, and regions, series and the SLA board read; must never do I/O."""

from tereze.client.call import Call, Flow, Stream, creating, if_match, pages, query, segment, shape
from tereze.contracts.directory import Agency, AgencyPage, AgencyView, OfficialSeries, RegionList
from tereze.contracts.founding import AmendAgency, FoundAgency
from tereze.contracts.sla import SlaBoard
from tereze.contracts.words import AgencyKind


def agency(agency_id: str) -> Call[AgencyView]:
    """One agency by its id, with the version to amend or close it at."""
    return Call("GET", f"/v1/agencies/{segment(agency_id)}", shape(AgencyView), repeatable=True)


def found(wish: FoundAgency, *, idempotency_key: str | None = None) -> Call[AgencyView]:
    """Found a body, or a unit of one, as an operator or as a head or manager of the body above it."""
    headers = creating(idempotency_key)
    return Call("POST", "/v1/agencies", shape(AgencyView), body=wish, headers=headers, repeatable=True)


def amend(agency_id: str, words: AmendAgency, *, version: int | None = None) -> Flow[AgencyView]:
    """Say how a body is called from now on. Without a version: as it is now."""
    if version is None:
        version = (yield agency(agency_id)).version
    where = f"/v1/agencies/{segment(agency_id)}"
    answer: AgencyView = yield Call("PUT", where, shape(AgencyView), body=words, headers=if_match(version))
    return answer


def close(agency_id: str, *, version: int | None = None) -> Flow[AgencyView]:
    """Close a body: nobody acts for it any more. Without a version: as it is now."""
    return (yield from _step(agency_id, "close", version))


def reopen(agency_id: str, *, version: int | None = None) -> Flow[AgencyView]:
    """Open a closed body again, as it was. Without a version: as it is now."""
    return (yield from _step(agency_id, "reopen", version))


def _step(agency_id: str, word: str, version: int | None) -> Flow[AgencyView]:
    if version is None:
        version = (yield agency(agency_id)).version
    where = f"/v1/agencies/{segment(agency_id)}/{word}"
    answer: AgencyView = yield Call("POST", where, shape(AgencyView), headers=if_match(version))
    return answer


def agencies(
    *, region_code: str | None = None, kind: AgencyKind | None = None, limit: int | None = None
) -> Stream[Agency]:
    """Every agency, of one region or kind where given; pages are fetched as they are needed."""
    asked = query(region=region_code, kind=kind, limit=limit)
    return pages(Call("GET", "/v1/agencies", shape(AgencyPage), asked, repeatable=True))


def regions() -> Call[RegionList]:
    """Every region of the country."""
    return Call("GET", "/v1/regions", shape(RegionList), repeatable=True)


def series(name: str) -> Call[OfficialSeries]:
    """One published series, with its source and caveats."""
    return Call("GET", f"/v1/regions/series/{segment(name)}", shape(OfficialSeries), repeatable=True)


def sla() -> Call[SlaBoard]:
    """How your agency stands on each obligation; operators and the Ombudsman see every agency."""
    return Call("GET", "/v1/sla", shape(SlaBoard), repeatable=True)
