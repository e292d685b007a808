"""Decides how centres are kept and locked; must never lock them in another order than by id."""

import json
from collections.abc import Iterable
from typing import Any

from pydantic_core import to_json

from tereze.chassis.work import Work
from tereze.contracts.directory import LocalName
from tereze.contracts.placements import (
    CentreChanged,
    Coordinates,
)
from tereze.contracts.words import CentreProfile, PlacedAs, Sex
from tereze.referral.domain.centres import Centre

_ALL = "SELECT to_json(centre)::text AS kept FROM centre ORDER BY centre_id"
_LOCK = (
    "SELECT to_json(centre)::text AS kept FROM centre WHERE centre_id = ANY($1::text[]) ORDER BY centre_id FOR UPDATE"
)
_KEEP = """
INSERT INTO centre SELECT * FROM json_populate_record(NULL::centre, $1::text::json)
ON CONFLICT (centre_id) DO UPDATE SET
    version = excluded.version, agency_id = excluded.agency_id, region_code = excluded.region_code, name = excluded.name,
    profiles = excluded.profiles, situations = excluded.situations, youngest = excluded.youngest, oldest = excluded.oldest,
    sexes = excluded.sexes, capacity = excluded.capacity, taken = excluded.taken, latitude = excluded.latitude,
    longitude = excluded.longitude
"""


async def every_centre(work: Work) -> list[Centre]:
    """All centres as they were a moment ago, by id."""
    return [_centre(json.loads(row["kept"])) for row in await work.raw.fetch(_ALL)]


async def lock_centres(work: Work, centre_ids: Iterable[str]) -> dict[str, Centre]:
    """Centres as they are now, held until the transaction ends. Whoever locks placements and cases too locks centres first."""
    rows = await work.raw.fetch(_LOCK, list(centre_ids))
    return {centre.centre_id: centre for centre in (_centre(json.loads(row["kept"])) for row in rows)}


async def keep_centre(work: Work, centre: Centre) -> None:
    """Write a centre and tell how its beds stand. The database itself refuses more children than beds."""
    row = {
        **{name: getattr(centre, name) for name in Centre.__slots__ if name != "at"},
        "latitude": centre.at.latitude,
        "longitude": centre.at.longitude,
    }
    await work.raw.execute(_KEEP, to_json(row).decode())
    work.publish(
        CentreChanged(
            centre_id=centre.centre_id,
            centre_version=centre.version,
            agency_id=centre.agency_id,
            region_code=centre.region_code,
            capacity=centre.capacity,
            taken=centre.taken,
        )
    )


def _centre(kept: dict[str, Any]) -> Centre:
    return Centre(
        centre_id=kept["centre_id"],
        agency_id=kept["agency_id"],
        region_code=kept["region_code"],
        name=LocalName.model_validate(kept["name"]),
        profiles=frozenset(map(CentreProfile, kept["profiles"])),
        situations=frozenset(map(PlacedAs, kept["situations"])),
        youngest=kept["youngest"],
        oldest=kept["oldest"],
        sexes=frozenset(map(Sex, kept["sexes"])),
        capacity=kept["capacity"],
        taken=kept["taken"],
        at=Coordinates(latitude=float(kept["latitude"]), longitude=float(kept["longitude"])),
        version=kept["version"],
    )
