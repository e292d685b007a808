"""Decides to whom what was said is put; must never let two accounts of one child at one instant make two persons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.persons import PersonKind
from tereze.registry.matching import Decision, Description, Kind, Known, Model, decide, model_at
from tereze.registry.reviewing import Doubt, open_review
from tereze.registry.settings import RegistrySettings
from tereze.registry.store.adoptions import pairs_among
from tereze.registry.store.descriptions import description_of, descriptions_of
from tereze.registry.store.facts import who_goes_on
from tereze.registry.store.keys import BlindKey, add_keys, blind_keys, find_sharing, number_of_persons
from tereze.registry.store.persons import regions_of
from tereze.registry.store.records import Account, Linking, is_recorded, record


@dataclass(frozen=True, slots=True)
class Identified:
    """To whom an account was put, why, and the index's revision since then."""

    person_id: str
    matched_by: str
    flags: tuple[str, ...]
    revision: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """An account compared with everybody it may be, under locks that whoever may be the same child waits for.

    ``doubts``: whom a person should compare it with, by candidate.
    """

    child: Description
    keys: tuple[BlindKey, ...]
    decision: Decision
    doubts: dict[str, Decision]


def model_of(work: Work) -> Model:
    """The model that this registry decides by."""
    settings = work.runtime.settings
    return model_at(settings.model if isinstance(settings, RegistrySettings) else None)


async def weigh(work: Work, account: Account) -> Weighed:
    """Compare an account with everybody who shares a key."""
    child = description_of(account.particulars, account.region_code)
    keys = blind_keys(work, child)
    await work.lock(*(f"match:{key.value.hex()}" for key in keys))
    found = await find_sharing(work, keys)
    sharing = found.known

    def among(known: Sequence[Known]) -> Decision:
        return decide(child, known, model_of(work), found.n_persons, crowded=found.crowded)

    decision = among(sharing)
    for former_id, adopted_id in await pairs_among(work, [known.person_id for known in sharing]):
        # One steps back for the other, silently: what ties them may not show, not even as a doubt.
        later = among([known for known in sharing if known.person_id != former_id])
        earlier = among([known for known in sharing if known.person_id != adopted_id])
        decision = later if later.kind is Kind.LINK or earlier.kind is not Kind.LINK else earlier
        sharing = [known for known in sharing if known.person_id != (former_id if decision is later else adopted_id)]
    doubts = {decision.candidate_id: decision} if decision.kind is Kind.REVIEW and decision.candidate_id else {}
    doubts |= {known.person_id: among([known]) for known in sharing if known.person_id in decision.also}
    return Weighed(child, keys, decision, doubts)


async def weigh_each(work: Work, account: Account) -> tuple[Decision, dict[str, Decision]]:
    """How an account would be decided, and how it would be with each candidate alone. Nothing is locked or kept."""
    child = description_of(account.particulars, account.region_code)
    found = await find_sharing(work, blind_keys(work, child))
    each = {known.person_id: decide(child, [known], model_of(work), found.n_persons) for known in found.known}
    return decide(child, found.known, model_of(work), found.n_persons, crowded=found.crowded), each


async def identify(work: Work, account: Account) -> Identified | None:
    """Match an account or make a new person at once, in doubt with a review. None where it is recorded already."""
    weighed = await weigh(work, account)
    if await is_recorded(work, account.record_id):
        return None
    decision = weighed.decision
    if decision.person_id is not None:
        person_id = await who_goes_on(work, decision.person_id)
    else:
        person_id = new_id("per")
    linking = Linking(
        person_id=person_id,
        matched_by=decision.matched_by.value,
        new=decision.person_id is None,
        kind=PersonKind.UNRESOLVED if decision.kind is Kind.UNRESOLVED else PersonKind.PERSON,
    )
    return await put(work, account, weighed, linking)


async def put(work: Work, account: Account, weighed: Weighed, linking: Linking) -> Identified:
    """Put a weighed account to a person, let them be found by it, and ask somebody about every doubt."""
    decision = weighed.decision
    explained = replace(
        linking,
        model=model_of(work).version,
        flags=decision.flags,
        weight=decision.weight,
        waterfall=decision.waterfall.as_json() if decision.waterfall else None,
    )
    revision = await record(work, account, explained, weighed.child)
    await add_keys(work, linking.person_id, weighed.keys)
    for candidate_id, found in weighed.doubts.items():
        await _ask_somebody(work, account, linking.person_id, candidate_id, found)
    return Identified(linking.person_id, linking.matched_by, decision.flags, revision)


async def _ask_somebody(work: Work, account: Account, person_id: str, candidate_id: str, found: Decision) -> None:
    """Whether whom the account was put to and the candidate are one child is for a person to say."""
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


async def raise_doubt(work: Work, person_id: str, candidate_id: str) -> bool:
    """Ask about two persons whom a comparison outside found alike, weighed anew as they are now; see ``open_review``."""
    known = await descriptions_of(work, [person_id, candidate_id])
    child = next((one for whose, one in reversed(known) if whose == person_id), None)
    other = Known(candidate_id, tuple(one for whose, one in known if whose == candidate_id))
    found = None
    if child is not None and other.descriptions:
        found = decide(child, [other], model_of(work), await number_of_persons(work))
    regions = await regions_of(work, person_id) or await regions_of(work, candidate_id)
    doubt = Doubt(
        person_id=person_id,
        candidate_id=candidate_id,
        region_code=next(iter(regions), None),
        weight=found.weight if found else None,
        waterfall=found.waterfall.as_json() if found and found.waterfall else None,
    )
    return await open_review(work, doubt)
