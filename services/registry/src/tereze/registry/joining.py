"""Decides what is done and told when persons are merged, restored or divided; must never let one person alone join two open cases."""

from collections.abc import Sequence
from dataclasses import replace

from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.facts import Conflict
from tereze.contracts.identities import PersonsMerged, PersonSplit, PersonsUnmerged, RecordOfPerson
from tereze.contracts.persons import MergeState
from tereze.contracts.words import ReviewOutcome
from tereze.registry import duties
from tereze.registry.domain.index import Index, Merged, MustStayApart, NotMerged, Unmerged, merge, part, split, unmerge
from tereze.registry.reviewing import settle_between
from tereze.registry.store.adoptions import are_tied
from tereze.registry.store.facts import By, happen, lock_persons, part_of_index
from tereze.registry.store.keys import add_keys, keys_of
from tereze.registry.store.merges import MergeAct, add_merge, seal_reason, took_effect, was_undone


class NeedsAnotherPerson(Conflict):
    """Whoever asked for it cannot also confirm it."""

    code = "needs-another-person"
    title = "Somebody else than who asked has to confirm this"


class NothingToConfirm(Conflict):
    """It was confirmed or undone already."""

    code = "nothing-to-confirm"
    title = "Nobody's word is missing any more"


async def ask_to_merge(work: Work, survivor_id: str, retired_id: str, by: By, reason: str) -> MergeAct:
    """Merge at once, or wait for a second person where both have open cases. Raises what ``merge`` raises."""
    index = await lock_persons(work, survivor_id, retired_id)
    merge_id = new_id("mrg")
    fact = await _decide_merge(work, index, merge_id, survivor_id, retired_id)
    act = MergeAct(merge_id, MergeState.AWAITING_SECOND, survivor_id, retired_id, work.now, *by)
    await add_merge(work, act, reason)
    groups = (index.group(person_id) for person_id in (survivor_id, retired_id))
    if all([await duties.has_open_case(work, *group) for group in groups]):
        return act
    return await _merge(work, act, fact, by, confirmed_by=None)


async def confirm_merge(work: Work, act: MergeAct, by: By) -> MergeAct:
    """The second word. Raises NothingToConfirm, NeedsAnotherPerson, and what ``merge`` raises."""
    if act.state is not MergeState.AWAITING_SECOND:
        raise NothingToConfirm(current_state=act.state)
    if act.asked_by_staff_id == by[1]:
        raise NeedsAnotherPerson
    index = await lock_persons(work, act.survivor_id, act.retired_id)
    fact = await _decide_merge(work, index, act.merge_id, act.survivor_id, act.retired_id)
    return await _merge(work, act, fact, by, confirmed_by=by)


async def undo_merge(work: Work, act: MergeAct, by: By, reason: str) -> MergeAct:
    """Every record is whose it was before the merge. Raises NotMerged."""
    if act.state is not MergeState.MERGED:
        raise NotMerged(current_state=act.state)
    index = await lock_persons(work, act.survivor_id, act.retired_id)
    fact = unmerge(index, act.fact)
    revision = await happen(work, fact, by)
    await was_undone(work, act.merge_id, by, await seal_reason(work, act.survivor_id, reason))
    work.publish(_told(fact, revision))
    return replace(act, state=MergeState.UNDONE, undone_by_staff_id=by[1])


async def split_person(
    work: Work, person_id: str, records: Sequence[str], by: By, reason: str
) -> tuple[str, tuple[str, ...]]:
    """Some records become those of a new person, from whom this one is kept apart. Raises what ``split`` raises."""
    index = await lock_persons(work, person_id)
    fact = split(index, person_id, new_id("per"), records)
    revision = await happen(work, fact, by, await seal_reason(work, person_id, reason))
    await add_keys(work, fact.new_person_id, await keys_of(work, fact.new_person_id))
    new_person_id = fact.new_person_id
    work.publish(PersonSplit(person_id=person_id, new_person_id=new_person_id, records=fact.records, revision=revision))
    return new_person_id, fact.records


async def keep_apart(work: Work, one: str, other: str, by: By, reason: str) -> None:
    """Nothing automatic joins the two again, nor proposes it. Raises what ``part`` raises."""
    index = await lock_persons(work, one, other)
    await happen(work, part(index, one, other), by, await seal_reason(work, one, reason))
    await settle_between(work, index.group(one) | index.group(other), ReviewOutcome.DIFFERENT, by, None)


async def _decide_merge(work: Work, index: Index, merge_id: str, survivor_id: str, retired_id: str) -> Merged:
    fact = merge(index, merge_id, survivor_id, retired_id)
    if await are_tied(work, index.group(survivor_id), index.group(retired_id)):
        raise MustStayApart  # in the same words as any other parting: nobody learns of the tie by asking
    return fact


async def _merge(work: Work, act: MergeAct, fact: Merged, by: By, confirmed_by: By | None) -> MergeAct:
    revision = await happen(work, fact, by)
    group = (await part_of_index(work, [fact.survivor])).group(fact.survivor)
    await settle_between(work, group, ReviewOutcome.SAME, by, fact.merge_id)
    await took_effect(work, fact, confirmed_by)
    work.publish(
        PersonsMerged(
            merge_id=fact.merge_id,
            person_id=fact.survivor,
            retired_person_id=fact.retired,
            prior=tuple(RecordOfPerson(record_id=record, person_id=person) for record, person in fact.prior),
            revision=revision,
        )
    )
    confirmed_by_staff_id = confirmed_by[1] if confirmed_by else None
    return replace(act, state=MergeState.MERGED, confirmed_by_staff_id=confirmed_by_staff_id, prior=fact.prior)


def _told(fact: Unmerged, revision: int) -> PersonsUnmerged:
    return PersonsUnmerged(
        merge_id=fact.merge_id,
        person_id=fact.survivor,
        restored_person_id=fact.restored,
        records=fact.records,
        revision=revision,
    )
