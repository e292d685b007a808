"""Decides to whom what was said is put; must never let two accounts of one child at one instant make two persons."""

from dataclasses import dataclass

from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.registry.matching import Decision, Kind, decide, shipped_model
from tereze.registry.reviewing import Doubt, open_review
from tereze.registry.store.descriptions import description_of
from tereze.registry.store.facts import who_goes_on
from tereze.registry.store.keys import add_keys, blind_keys, find_sharing, number_of_persons
from tereze.registry.store.records import Account, add_person, is_recorded, kind_of, record


@dataclass(frozen=True, slots=True)
class Identified:
    """To whom an account was put, why, and the index's revision since then."""

    person_id: str
    decision: Decision
    revision: int


async def identify(work: Work, account: Account) -> Identified | None:
    """Match an account or make a new person at once, in doubt with a review. None where it is recorded already.

    Whoever may be the same child waits for the same locks.
    """
    child = description_of(account.particulars, account.region_code)
    keys = blind_keys(work, child)
    await work.lock(*(f"match:{key.value.hex()}" for key in keys))
    if await is_recorded(work, account.record_id):
        return None
    sharing, crowded = await find_sharing(work, keys)
    model = shipped_model()
    n_persons = await number_of_persons(work)
    decision = decide(child, sharing, model, n_persons, crowded=crowded)
    person_id = await _person(work, account, decision)
    revision = await record(work, account, person_id, decision, child, model=model.version)
    await add_keys(work, person_id, keys)
    doubts = {decision.candidate_id: decision} if decision.kind is Kind.REVIEW else {}
    doubts |= {
        known.person_id: decide(child, [known], model, n_persons)
        for known in sharing
        if known.person_id in decision.also
    }
    for candidate_id, found in doubts.items():
        await _ask_somebody(work, account, person_id, candidate_id, found)
    return Identified(person_id, decision, revision)


async def _person(work: Work, account: Account, decision: Decision) -> str:
    if decision.person_id is not None:
        return await who_goes_on(work, decision.person_id)
    person_id = new_id("per")
    await add_person(work, person_id, account.received_at, kind_of(decision))
    return person_id


async def _ask_somebody(
    work: Work, account: Account, person_id: str, candidate_id: str | None, found: Decision
) -> None:
    """Whether whom the account was put to and the candidate are one child is for a person to say."""
    assert candidate_id is not None, "a review compares the child with somebody"
    doubt = Doubt(
        record_id=account.record_id,
        person_id=person_id,
        candidate_id=candidate_id,
        region_code=account.region_code,
        risk=account.risk,
        weight=found.weight,
        waterfall=found.waterfall.as_json() if found.waterfall else None,
    )
    await open_review(work, doubt)
