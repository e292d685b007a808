"""Decides what two people may do together about a person: unseal who a child was, erase; must never do it on one person's word."""

from collections.abc import Collection
from dataclasses import replace

from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.facts import Conflict
from tereze.contracts.identities import PersonErased
from tereze.contracts.persons import ActState
from tereze.contracts.referrals import Child, SealedForRegistry
from tereze.contracts.words import ReviewOutcome
from tereze.registry import duties
from tereze.registry.domain.index import Erased, NotInUse
from tereze.registry.domain.survivorship import Origin
from tereze.registry.identifying import put, weigh
from tereze.registry.joining import NeedsAnotherPerson, NothingToConfirm
from tereze.registry.matching import Decision, Kind, MatchedBy
from tereze.registry.reviewing import decide_review
from tereze.registry.store.acts import Act, add_act, agree
from tereze.registry.store.adoptions import Adoption, forget_adoptions, seal_adoption
from tereze.registry.store.facts import By, happen, lock_persons
from tereze.registry.store.records import Account, Linking, record_ids_of
from tereze.registry.store.reviews import open_about

_FORGET_KEYS = "DELETE FROM match_key WHERE person_id = ANY($1::text[])"


class HasOpenCase(Conflict):
    """Somebody still works for this child."""

    code = "has-open-case"
    title = "A person with an open case is not erased"


async def register_adoption(
    work: Work, former_id: str, child: Child, by: By, *, region_code: str | None, legal_basis: str
) -> str:
    """Who the child is from now on: a person of their own, tied to who they were under seal only.

    Nothing that was said before is linked, moved or compared: neither person shows that there is another.
    """
    particulars = SealedForRegistry(child=child)
    account = Account(new_id("rec"), by[0], work.now, region_code, particulars, origin=Origin.CIVIL_REGISTER)
    adopted_id = new_id("per")
    weighed = replace(await weigh(work, account), decision=Decision(Kind.NEW, MatchedBy.NEW), doubts={})
    await put(work, account, weighed, Linking(adopted_id, Origin.CIVIL_REGISTER.value, new=True, how="manual"))
    await seal_adoption(work, Adoption(former_id, adopted_id, legal_basis))
    return adopted_id


async def ask_for(work: Work, kind: str, person_id: str, by: By, reason: str) -> Act:
    """Keep the first word."""
    act = Act(new_id("act"), kind, person_id, ActState.AWAITING_SECOND, work.now, *by)
    await add_act(work, act, reason)
    return act


async def agree_to(work: Work, act: Act, by: By) -> Act:
    """The second word. Raises NothingToConfirm or NeedsAnotherPerson."""
    if act.state is not ActState.AWAITING_SECOND:
        raise NothingToConfirm(current_state=act.state)
    if act.asked_by_staff_id == by[1]:
        raise NeedsAnotherPerson
    await agree(work, act, by)
    return replace(act, state=ActState.DONE, confirmed_at=work.now, confirmed_by_staff_id=by[1])


async def erase_person(work: Work, person_id: str, by: By) -> None:
    """Destroy the key of everything said about a person, so that no copy opens again. Raises HasOpenCase, NotInUse.

    Nobody can say any more whether they are somebody else: no review of them stays owed."""
    index = await lock_persons(work, person_id)
    if person_id not in index.persons or index.persons[person_id].state != "live":
        raise NotInUse
    group = index.group(person_id)
    if await duties.has_open_case(work, *group):  # a case follows a merge a moment later
        raise HasOpenCase
    await _forget(work, (*group, *await record_ids_of(work, person_id)), group)
    for review in await open_about(work, sorted(group)):
        await decide_review(work, review, ReviewOutcome.DIFFERENT, by, None)
    revision = await happen(work, Erased(person_id), by)
    work.publish(PersonErased(person_id=person_id, revision=revision))


async def _forget(work: Work, subjects: Collection[str], group: Collection[str]) -> None:
    await forget_adoptions(work, group)
    await work.raw.execute(_FORGET_KEYS, list(group))
    for subject in subjects:
        await work.runtime.vault.destroy(work, subject=subject)
