"""Decides how agencies, regions, official series and the SLA board are read; must never do I/O."""

from tereze.client.call import Call, Stream, pages, query, segment, shape
from tereze.contracts.directory import Agency, AgencyPage, OfficialSeries, RegionList
from tereze.contracts.sla import SlaBoard
from tereze.contracts.words import AgencyKind


def agency(agency_id: str) -> Call[Agency]:
    """One agency by its id."""
    return Call("GET", f"/v1/agencies/{segment(agency_id)}", shape(Agency), repeatable=True)


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
