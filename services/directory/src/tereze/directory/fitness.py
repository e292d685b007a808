"""Decides when a person's standing is reckoned anew and told; must never leave a coming lapse without its timer."""

from collections.abc import Sequence

from tereze.chassis.handlers import Deadlines
from tereze.chassis.timers import FiredTimer, TimerSpec
from tereze.chassis.work import Work
from tereze.contracts.directory import StaffPublished, Standing
from tereze.directory.domain.attestation import asked_of, standing_of
from tereze.directory.store.attestations import held_by, note_act, read_rules
from tereze.directory.store.staff import KeptStaff, lock_each, write_standings

LAPSE = "lapse"
"""The kind of timer that fires when somebody's first attestation lapses; its subject is the staff member."""

deadlines = Deadlines()


async def reckon(work: Work, staff_ids: Sequence[str] | None = None) -> list[str]:
    """Bring the standing of these people (None: everybody) up to this instant; returns whose changed."""
    rules, held = await read_rules(work), await held_by(work, staff_ids)
    changed: list[tuple[KeptStaff, Standing]] = []
    for kept in await lock_each(work, staff_ids):
        asked = asked_of(rules.requirements, kept.member.roles, kept.agency_kind)
        standing = standing_of(asked, held.get(kept.member.staff_id, ()), work.now)
        if standing != kept.standing:
            changed.append((kept, standing))
    await write_standings(work, [(kept.member.staff_id, standing) for kept, standing in changed])
    await _await_lapses(work, changed)
    return [kept.member.staff_id for kept, _ in changed]


async def publish_staff(work: Work, staff_ids: Sequence[str]) -> None:
    """Tell every service how these people stand now."""
    for kept in await lock_each(work, staff_ids):
        work.publish(StaffPublished(key_id=kept.member.staff_id, version=kept.version, staff=kept.record))


async def _await_lapses(work: Work, changed: Sequence[tuple[KeptStaff, Standing]]) -> None:
    coming = [
        TimerSpec(LAPSE, kept.member.staff_id, standing.fit_until, generation=kept.version + 1)
        for kept, standing in changed
        if standing.fit_until is not None
    ]
    await work.timers.set_many(coming)
    for kept, standing in changed:
        if standing.fit_until is None and kept.member.fit_until is not None:
            await work.timers.clear(kind=LAPSE, subject=kept.member.staff_id)


@deadlines.fires(LAPSE)
async def tell_lapse(timer: FiredTimer, work: Work) -> None:
    """Something somebody needs has just lapsed: every service hears of it, and hands over what they held."""
    changed = await reckon(work, [timer.subject])
    if changed:
        await note_act(work, "lapsed", timer.subject, by=None)
        await publish_staff(work, changed)
