"""Decides to whom what was said is put; must never let two accounts of one child at one instant make two persons."""

from dataclasses import dataclass

from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.registry.domain.exact import Decision, decide, describe
from tereze.registry.store.facts import who_goes_on
from tereze.registry.store.keys import add_keys, blind_keys, find_sharing
from tereze.registry.store.records import Account, add_person, is_recorded, kind_of, record


@dataclass(frozen=True, slots=True)
class Identified:
    """To whom an account was put, why, and the index's revision since then."""

    person_id: str
    decision: Decision
    revision: int


async def identify(work: Work, account: Account) -> Identified | None:
    """Match an account or make a new person. None where it is recorded already.

    Whoever may be the same child waits for the same locks.
    """
    child = describe(account.particulars.child)
    keys = blind_keys(work, child)
    await work.lock(*(f"match:{key.value.hex()}" for key in keys))
    if await is_recorded(work, account.record_id):
        return None
    sharing, crowded = await find_sharing(work, keys)
    decision = decide(child, sharing, crowded=crowded)
    person_id = await _person(work, account, decision)
    revision = await record(work, account, person_id, decision)
    await add_keys(work, person_id, keys)
    return Identified(person_id, decision, revision)


async def _person(work: Work, account: Account, decision: Decision) -> str:
    if decision.person_id is not None:
        return await who_goes_on(work, decision.person_id)
    person_id = new_id("per")
    await add_person(work, person_id, account.received_at, kind_of(decision))
    return person_id
