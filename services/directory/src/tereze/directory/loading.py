"""Decides what of a checked pack is written and told; must never remove or reinstate what people changed since."""

from dataclasses import dataclass

from tereze.chassis.work import Work
from tereze.contracts.directory import AgencyPublished, RegionPublished, StaffPublished
from tereze.directory import store
from tereze.directory.domain import Pack, check_pack


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many entries of each noun were new or changed."""

    regions: int
    agencies: int
    staff: int
    series: int


async def load_pack(work: Work, pack: Pack) -> Loaded:
    """Write a pack and publish what changed. Loading the same pack again writes and publishes nothing.

    What a pack leaves out stays as it is, and a suspended staff member stays suspended.
    """
    check_pack(pack)
    await work.lock("load-pack")
    return Loaded(
        regions=await _load_regions(work, pack),
        agencies=await _load_agencies(work, pack),
        staff=await _load_staff(work, pack),
        series=await _load_series(work, pack),
    )


async def _load_regions(work: Work, pack: Pack) -> int:
    changed = await store.keep(work, store.region, [region.model_dump(mode="json") for region in pack.regions])
    for region in pack.regions:
        if region.code in changed:
            work.publish(RegionPublished(key_id=region.code, version=changed[region.code], region=region))
    return len(changed)


async def _load_agencies(work: Work, pack: Pack) -> int:
    changed = await store.keep(work, store.agency, [agency.model_dump(mode="json") for agency in pack.agencies])
    for agency in pack.agencies:
        if agency.agency_id in changed:
            work.publish(AgencyPublished(key_id=agency.agency_id, version=changed[agency.agency_id], agency=agency))
    return len(changed)


async def _load_staff(work: Work, pack: Pack) -> int:
    changed = await store.keep(work, store.staff, [member.model_dump(mode="json") for member in pack.staff])
    for record in await store.staff_records(work, tuple(changed)):
        work.publish(StaffPublished(key_id=record.staff_id, version=changed[record.staff_id], staff=record))
    return len(changed)


async def _load_series(work: Work, pack: Pack) -> int:
    kept = {series.name: await store.find_series(work, series.name) for series in pack.series}
    rows = []
    for series in pack.series:
        known = kept[series.name]
        same = known is not None and known.model_copy(update={"loaded_on": series.loaded_on}) == series
        if not same:
            rows.append({"name": series.name, "document": series.model_dump(mode="json")})
    return len(await store.keep(work, store.official_series, rows))
