"""Decides whether a country pack is coherent; must never read a file, a clock or a database."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tereze.contracts.attestations import AttestationRules
from tereze.contracts.catchments import Catchment, District
from tereze.contracts.directory import Agency, OfficialSeries, Region, StaffMember


class PackMistake(Exception):
    """A pack that cannot be loaded; the message names the file or the entry."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A country as data, read and typed."""

    name: str
    version: str
    regions: tuple[Region, ...]
    rules: AttestationRules
    districts: tuple[District, ...] = ()
    series: tuple[OfficialSeries, ...] = ()
    agencies: tuple[Agency, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    catchments: tuple[Catchment, ...] = ()
    unattested: tuple[str, ...] = ()  # subjects of invented staff who hold nothing yet; the others hold what they need


def check_pack(pack: Pack) -> None:
    """Raise PackMistake where an entry is given twice or points to a region or agency that the pack does not hold."""
    _no_doubles("region", (region.code for region in pack.regions))
    _no_doubles("agency", (agency.agency_id for agency in pack.agencies))
    _no_doubles("agency slug", (agency.slug for agency in pack.agencies))
    _no_doubles("staff member", (member.staff_id for member in pack.staff))
    _no_doubles("subject", (member.subject for member in pack.staff))
    _no_doubles("requirement", (requirement.code for requirement in pack.rules.requirements))
    _no_doubles("series", (series.name for series in pack.series))
    regions = {region.code for region in pack.regions}
    agencies = {agency.agency_id for agency in pack.agencies}
    for agency in pack.agencies:
        _known(f"agency {agency.slug}", agency.region_code, regions)
        _known(f"agency {agency.slug}", agency.parent_agency_id, agencies)
    for member in pack.staff:
        _known(f"staff member {member.staff_id}", member.agency_id, agencies)
    _check_catchments(pack, regions, {agency.agency_id: agency for agency in pack.agencies})
    for subject in pack.unattested:
        _known("unattested", subject, {member.subject for member in pack.staff})
    for series in pack.series:
        for row in series.rows:
            _known(f"series {series.name}", row.region_code, regions)


def _check_catchments(pack: Pack, regions: set[str], agencies: dict[str, Agency]) -> None:
    _no_doubles("district", (district.code for district in pack.districts))
    _no_doubles("catchment", (catchment.catchment_id for catchment in pack.catchments))
    for district in pack.districts:
        _known(f"district {district.code}", district.region_code, regions)
    for catchment in pack.catchments:
        _known(f"catchment {catchment.catchment_id}", catchment.district_code, {one.code for one in pack.districts})
        _known(f"catchment {catchment.catchment_id}", catchment.agency_id, set(agencies))
        if agencies[catchment.agency_id].kind is not catchment.kind:
            raise PackMistake(f"catchment {catchment.catchment_id} is of another kind than its agency")


def _no_doubles(noun: str, ids: Iterable[str]) -> None:
    doubled = [name for name, count in Counter(ids).items() if count > 1]
    if doubled:
        raise PackMistake(f"{noun} given twice: {', '.join(doubled)}")


def _known(owner: str, target: str | None, targets: set[str]) -> None:
    if target is not None and target not in targets:
        raise PackMistake(f"{owner} points to {target}, which is not in the pack")
