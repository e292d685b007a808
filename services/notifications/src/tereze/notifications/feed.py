"""Decides what one reader's feed holds next and how long to wait for it; must never hand out what may not be seen at this moment."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from tereze.access import Actor, Decision
from tereze.chassis.work import Work
from tereze.contracts.subscriptions import CloudEvent
from tereze.notifications.entitlement import decide_each_reading, sees_every_case, tell
from tereze.notifications.store import disclosures
from tereze.notifications.store.disclosures import FEED, showing
from tereze.notifications.store.feed import Place, Scope, following, more_is_settling
from tereze.notifications.store.log import EVERYBODY, Entry

SETTLING_PAUSE = 0.01
_FURTHER = 500


@dataclass(frozen=True, slots=True)
class Page:
    """Events in order and the place up to which was looked. ``settling``: more is committed but not safe to hand out yet."""

    events: tuple[CloudEvent, ...]
    place: Place
    settling: bool = False


def scope_of(actor: Actor) -> Scope:
    """Whose log this actor reads."""
    return Scope(actor.agency_id, actor.staff_id, whole=sees_every_case(actor))


async def next_page(work: Work, actor: Actor, after: Place, types: Sequence[str], limit: int) -> Page:
    """What follows ``after`` and may be seen now, at most ``limit`` events. Empty only where nothing more may be seen."""
    scope, place, may_be_seen = scope_of(actor), after, list[tuple[Entry, Decision]]()
    settling = await more_is_settling(work, scope)  # asked first: what settles after this is found by reading
    asked = limit
    while True:
        found = await following(work, scope, place, types, asked)
        decisions = await decide_each_reading(work, actor, [item.entry for item in found])
        for item, decision in zip(found, decisions, strict=True):
            place = item.place
            if decision.allowed:
                may_be_seen.append((item.entry, decision))
            if len(may_be_seen) == limit:
                return await _shown(work, actor, may_be_seen, place, settling=settling)
        if len(found) < asked:
            return await _shown(work, actor, may_be_seen, place, settling=settling)
        asked = _FURTHER  # what came was withheld in part: look on in larger steps


async def _shown(
    work: Work, actor: Actor, seen: Sequence[tuple[Entry, Decision]], place: Place, *, settling: bool
) -> Page:
    """The page, with a note of what it shows of which case."""
    await disclosures.note(work, FEED, (showing(entry.key, actor, decision) for entry, decision in seen))
    return Page(tuple(tell(entry, decision) for entry, decision in seen), place, settling)


async def wait_for_more(rung: asyncio.Event, page: Page, seconds: float) -> bool:
    """Wait until more may be there; False when the seconds passed in silence."""
    if page.settling:
        await asyncio.sleep(min(SETTLING_PAUSE, max(0.0, seconds)))
        return True
    with suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, seconds)):
            await rung.wait()
            return True
    return False


def name_at(bell_scope: Scope) -> str:
    """By which name this reader hears the bell."""
    return EVERYBODY if bell_scope.whole else bell_scope.agency_id
