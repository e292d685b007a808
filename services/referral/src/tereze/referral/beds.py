"""Decides how centres, placements and cases are locked, and how a freed bed finds its child; must never lock a case before a centre."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tereze.chassis import replica
from tereze.chassis.work import Work
from tereze.contracts.placements import (
    Coordinates,
    PlacementState,
)
from tereze.contracts.words import AgencyKind
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.centres import Centre, Need, Weighed, weigh_centres
from tereze.referral.domain.placement import (
    CENTRE_EXCLUDED,
    HOLD_EXPIRED,
    WITH_BED,
    InLine,
    PlacedAlready,
    Placement,
    first_for,
    hold_bed,
    release_bed,
    request_placement,
    urge_move,
)
from tereze.referral.domain.placement_rules import PlacementRules
from tereze.referral.domain.standing import LIVE, CaseNotLive
from tereze.referral.domain.tasks import Actor
from tereze.referral.moments import moment_of
from tereze.referral.rooms import placement_rules
from tereze.referral.store.casefiles import keep_case, lock_cases, read_cases
from tereze.referral.store.centres import every_centre, keep_centre, lock_centres
from tereze.referral.store.placements import (
    find_placement,
    keep_placement,
    lock_placement,
    lock_waiting,
    placements_of,
    survivor_of,
    the_line,
)

BEDS = "beds"
"""The kind of timer that gives a free bed to whoever is first in line; its subject is the centre."""
_LOOK_AGAIN = timedelta(seconds=1)


def rules_of(work: Work) -> PlacementRules:
    """The country's rules about beds."""
    return placement_rules(work.runtime.settings.pack)


def origin_of(rules: PlacementRules, region_code: str) -> Coordinates:
    """Where distances count from."""
    return rules.regions.get(region_code) or next(iter(rules.regions.values()))


async def weigh_for(
    work: Work, centres: Iterable[Centre], need: Need, region_code: str, excluded: frozenset[str]
) -> Sequence[Weighed]:
    """Every centre as it is weighed for one child."""
    working = await replica.agencies(work, kind=AgencyKind.REHABILITATION_CENTRE)
    return weigh_centres(
        centres,
        need,
        origin_of(rules_of(work), region_code),
        excluded=excluded,
        open_agencies=frozenset(agency.agency_id for agency in working),
    )


@dataclass(slots=True)
class Bedside:
    """One child's placement with the centres that matter, locked in order: centres, placement, case."""

    work: Work
    centres: dict[str, Centre]
    free_before: dict[str, int]
    placement: Placement
    file: CaseFile
    moment: Moment
    line: Sequence[InLine]

    @property
    def rules(self) -> PlacementRules:
        """The country's rules about beds."""
        return rules_of(self.work)

    @property
    def centre(self) -> Centre | None:
        """Where the child has a bed."""
        return self.centres[self.placement.centre_id] if self.placement.centre_id else None

    async def look_for_bed(self) -> None:
        """Hold the nearest bed that is free and that nobody ahead in line is to get; without one the child stays in line."""
        need, region = self.placement.need, self.placement.from_region_code
        weighed = await weigh_for(self.work, self.centres.values(), need, region, self.file.excluded)
        offered = [one.centre for one in weighed if one.rank is not None]
        centre = next((centre for centre in offered if self.has_bed(centre)), None)
        if centre is not None:
            hold_bed(self.file, self.placement, centre, self.moment, self.rules)

    def has_bed(self, centre: Centre) -> bool:
        """Whether a bed is left for this child once everybody ahead in line got theirs."""
        own = InLine(self.placement, self.file.risk, self.file.excluded)
        ahead = [one for one in first_for(centre, self.line) if one.turn < own.turn]
        return len(ahead) < centre.free

    async def keep(self) -> None:
        """Write what changed; a bed that became free looks for its child."""
        await keep_case(self.work, self.file, self.moment.pack)
        for centre in self.centres.values():
            if centre.free != self.free_before[centre.centre_id]:
                await keep_centre(self.work, centre)
            if centre.free > self.free_before[centre.centre_id]:
                await look_for_child(self.work, centre)
        await keep_placement(self.work, self.placement, self.file.risk)


async def look_for_child(work: Work, centre: Centre, *, after: timedelta = timedelta()) -> None:
    """Let a free bed be given to whoever is first in line, in a transaction of its own."""
    due_at = work.now + after
    await work.timers.set(kind=BEDS, subject=centre.centre_id, due_at=due_at, generation=centre.version)


async def ask_for_bed(work: Work, case_id: str, need: Need, by: Actor, from_region_code: str | None) -> Bedside:
    """Ask for a bed for the child of a case: one is held, or the child is in line. Raises CaseNotLive, PlacedAlready."""
    [seen] = await read_cases(work, [case_id])
    region_code = from_region_code or seen.region_code
    centres = await _lock_fitting(work, need, region_code, seen.excluded)
    [file] = await lock_cases(work, case_id)
    if file.state not in LIVE:
        raise CaseNotLive(current_state=file.state, current_version=file.version)
    if any(placement.open for placement in await placements_of(work, case_id)):
        raise PlacedAlready(current_state=file.state, current_version=file.version)
    moment = await moment_of(work, file)
    placement = request_placement(file, need, by, region_code=region_code, moment=moment, rules=rules_of(work))
    bedside = Bedside(work, centres, _free(centres), placement, file, moment, await _line_for(work, centres))
    await bedside.look_for_bed()
    await bedside.keep()
    return bedside


async def at_bedside(
    work: Work, placement_id: str, *, looking: bool = False, also: Iterable[str] = ()
) -> Bedside | None:
    """A placement with its centre and ``also`` others, locked; ``looking``: with every centre that fits."""
    seen = await find_placement(work, placement_id)
    if seen is None:
        return None
    wanted = {*also, *([seen.centre_id] if seen.centre_id else [])}
    if looking:
        wanted |= {centre.centre_id for centre in await every_centre(work) if not centre.misfits(seen.need)}
    centres = await lock_centres(work, wanted)
    placement = await lock_placement(work, placement_id)
    assert placement is not None, "placements are never deleted"
    placement.case_id = await survivor_of(work, placement.case_id)
    [file] = await lock_cases(work, placement.case_id)
    line = await _line_for(work, centres) if looking or also else ()
    return Bedside(work, centres, _free(centres), placement, file, await moment_of(work, file), line)


async def end_hold(work: Work, placement_id: str, number: int) -> None:
    """A hold ran out: the bed goes on, and the child looks for another."""
    bedside = await at_bedside(work, placement_id, looking=True)
    if bedside is None or bedside.placement.state is not PlacementState.HELD or bedside.placement.holds != number:
        return
    await _look_elsewhere(bedside, HOLD_EXPIRED)


async def leave_excluded_centres(work: Work, case_id: str) -> None:
    """A body was excluded from a case: a bed that was to be in one of its centres is given up for another."""
    for seen in await placements_of(work, case_id):
        if seen.state not in WITH_BED:
            continue
        bedside = await at_bedside(work, seen.placement_id, looking=True)
        if bedside is None or bedside.centre is None or bedside.centre.agency_id not in bedside.file.excluded:
            continue
        if bedside.placement.state is PlacementState.ADMITTED:
            urge_move(bedside.file, bedside.moment, bedside.rules)
            await bedside.keep()
        else:
            await _look_elsewhere(bedside, CENTRE_EXCLUDED)


async def fill_beds(work: Work, centre_id: str) -> None:
    """Give the free beds of a centre to whoever is first in line."""
    centre = (await lock_centres(work, [centre_id])).get(centre_id)
    if centre is None or centre.free <= 0:
        return
    chosen: list[Placement] = []
    passed_over = False
    for one in first_for(centre, await the_line(work)):
        if len(chosen) == centre.free:
            break
        placement = await lock_waiting(work, one.placement.placement_id)
        passed_over |= placement is None
        if placement is not None:
            chosen.append(placement)
    await _give_beds(work, centre, chosen)
    if passed_over and centre.free > 0:
        await look_for_child(work, centre, after=_LOOK_AGAIN)


async def _give_beds(work: Work, centre: Centre, chosen: Sequence[Placement]) -> None:
    for placement in chosen:
        placement.case_id = await survivor_of(work, placement.case_id)
    files = {file.case_id: file for file in await lock_cases(work, *(placement.case_id for placement in chosen))}
    for placement in chosen:
        file = files[placement.case_id]
        if centre.agency_id in file.excluded:
            continue
        moment = await moment_of(work, file)
        hold_bed(file, placement, centre, moment, rules_of(work))
        await keep_case(work, file, moment.pack)
        await keep_placement(work, placement, file.risk)
    if chosen:
        await keep_centre(work, centre)


async def _look_elsewhere(bedside: Bedside, reason: str) -> None:
    centre = bedside.centre
    assert centre is not None, "a bed is held at a centre"
    release_bed(bedside.file, bedside.placement, centre, bedside.moment, reason)
    bedside.line = await the_line(bedside.work)
    await bedside.look_for_bed()
    await bedside.keep()


async def _lock_fitting(work: Work, need: Need, region_code: str, excluded: frozenset[str]) -> dict[str, Centre]:
    weighed = await weigh_for(work, await every_centre(work), need, region_code, excluded)
    return await lock_centres(work, (w.centre.centre_id for w in weighed if not w.centre.misfits(need)))


async def _line_for(work: Work, centres: dict[str, Centre]) -> Sequence[InLine]:
    """The line, where it matters: a full centre has nothing to share out."""
    return await the_line(work) if any(centre.free > 0 for centre in centres.values()) else ()


def _free(centres: dict[str, Centre]) -> dict[str, int]:
    return {centre_id: centre.free for centre_id, centre in centres.items()}
