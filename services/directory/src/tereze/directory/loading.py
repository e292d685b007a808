"""Decides what of a checked pack is written and told; must never remove or reinstate what people changed since."""

from dataclasses import dataclass

from tereze.chassis.work import Work
from tereze.contracts.catchments import CatchmentPublished
from tereze.contracts.directory import AgencyPublished, RegionPublished, Standing
from tereze.directory.domain.country import Pack, check_pack
from tereze.directory.fitness import publish_staff, reckon
from tereze.directory.invented import attest_invented
from tereze.directory.store import tables
from tereze.directory.store.attestations import RULES
from tereze.directory.store.country import find_series, keep
from tereze.directory.store.founding import hold_country, left_to_people

_NOT_FROM_PACKS = set(Standing.model_fields)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many entries of each noun were new or changed."""

    regions: int
    districts: int
    agencies: int
    staff: int
    series: int
    catchments: int
    left: int = 0
    """Entries that people entered or amended since, and that say something else than the pack: theirs hold."""


async def load_pack(work: Work, pack: Pack) -> Loaded:
    """Write a pack and publish what changed. Loading the same pack again writes and publishes nothing.

    What a pack leaves out stays as it is, so does what people entered or amended since, and a suspended staff member stays
    suspended.
    """
    check_pack(pack)
    await hold_country(work)
    left = await left_to_people(work, pack)
    return Loaded(
        left=left,
        regions=await _load_regions(work, pack),
        districts=await _load_districts(work, pack),
        agencies=await _load_agencies(work, pack),
        staff=await _load_staff(work, pack),
        series=await _load_series(work, pack),
        catchments=await _load_catchments(work, pack),
    )


async def _load_regions(work: Work, pack: Pack) -> int:
    changed = await keep(work, tables.region, [region.model_dump(mode="json") for region in pack.regions])
    for region in pack.regions:
        if region.code in changed:
            work.publish(RegionPublished(key_id=region.code, version=changed[region.code], region=region))
    return len(changed)


async def _load_districts(work: Work, pack: Pack) -> int:
    return len(await keep(work, tables.district, [district.model_dump(mode="json") for district in pack.districts]))


async def _load_catchments(work: Work, pack: Pack) -> int:
    changed = await keep(work, tables.catchment, [one.model_dump(mode="json") for one in pack.catchments])
    for one in pack.catchments:
        if one.catchment_id in changed:
            work.publish(CatchmentPublished(key_id=one.catchment_id, version=changed[one.catchment_id], catchment=one))
    return len(changed)


async def _load_agencies(work: Work, pack: Pack) -> int:
    changed = await keep(work, tables.agency, [agency.model_dump(mode="json") for agency in pack.agencies])
    for agency in pack.agencies:
        if agency.agency_id in changed:
            work.publish(AgencyPublished(key_id=agency.agency_id, version=changed[agency.agency_id], agency=agency))
    return len(changed)


async def _load_staff(work: Work, pack: Pack) -> int:
    """Write the rules and the staff, and reckon everybody's standing by them: a new rule may make or end a fitness."""
    rules = {"name": RULES, "document": pack.rules.model_dump(mode="json")}
    await keep(work, tables.attestation_rules, [rules])
    rows = [member.model_dump(mode="json", exclude=_NOT_FROM_PACKS) for member in pack.staff]
    changed = await keep(work, tables.staff, rows)
    await attest_invented(work, pack)
    told = sorted({*changed, *await reckon(work)})
    await publish_staff(work, told)
    return len(told)


async def _load_series(work: Work, pack: Pack) -> int:
    kept = {series.name: await find_series(work, series.name) for series in pack.series}
    rows = []
    for series in pack.series:
        known = kept[series.name]
        same = known is not None and known.model_copy(update={"loaded_on": series.loaded_on}) == series
        if not same:
            rows.append({"name": series.name, "document": series.model_dump(mode="json")})
    return len(await keep(work, tables.official_series, rows))
