"""Decides which invented body is responsible for which district of the demo; must never name a real street."""

import csv
from collections.abc import Iterator
from pathlib import Path

from tereze.contracts.catchments import Catchment, StreetPart
from tereze.contracts.directory import Agency
from tereze.contracts.words import AgencyKind
from tereze.rig.demodata.fixed import fixed_id

_SHARED = (AgencyKind.SCHOOL, AgencyKind.HEALTH)
_WHOLE = (AgencyKind.POLICE, AgencyKind.GUARDIANSHIP, AgencyKind.SOCIAL_PATRONAGE)
INVENTED_STREET = "Терезе көшесі"


def demo_catchments(pack: Path, agencies: tuple[Agency, ...]) -> tuple[Catchment, ...]:
    """For each district of the pack: schools and clinics by turns, one invented street apart, the others for the whole."""
    with (pack / "districts.csv").open(encoding="utf-8", newline="") as file:
        districts = [(row["code"], row["region_code"]) for row in csv.DictReader(file)]
    return tuple(
        one
        for number, (code, region_code) in enumerate(districts)
        for one in _of_district(code, number, [agency for agency in agencies if agency.region_code == region_code])
    )


def _of_district(code: str, number: int, agencies: list[Agency]) -> Iterator[Catchment]:
    for kind in (*_SHARED, *_WHOLE):
        bodies = sorted((agency for agency in agencies if agency.kind is kind), key=lambda agency: agency.slug)
        own = bodies[number % len(bodies)]
        yield _catchment(code, kind, own)
        if kind in _SHARED:
            other = bodies[(number + 1) % len(bodies)]
            yield _catchment(code, kind, other, (StreetPart(street=INVENTED_STREET, house_from=1, house_to=40),))


def _catchment(code: str, kind: AgencyKind, agency: Agency, streets: tuple[StreetPart, ...] = ()) -> Catchment:
    name = f"{code}:{agency.slug}:{len(streets)}"
    return Catchment(
        catchment_id=fixed_id("cmt", name), district_code=code, kind=kind, agency_id=agency.agency_id, streets=streets
    )
