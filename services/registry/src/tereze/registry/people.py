"""Decides what the access policies are told of a person, and that every look is written down; must never decide itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastapi import Response

from tereze.access import Decision, Resource, decide
from tereze.access.decisions import Action
from tereze.chassis import replica
from tereze.chassis.http import Principal, problem_response
from tereze.chassis.work import Work
from tereze.contracts.facts import NotFound
from tereze.contracts.words import AgencyKind
from tereze.registry import duties
from tereze.registry.store.facts import By
from tereze.registry.store.persons import KeptPerson, find_person, regions_of
from tereze.registry.store.reads import note_read

_SEALED_DUTY = (AgencyKind.GUARDIANSHIP, AgencyKind.REGIONAL_DEPARTMENT)
_OF_SEALED_DUTY = frozenset[Action]({"register_adoption", "unseal_adoption", "confirm_unsealing"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A person with whom the caller may do what they asked, and by which decision."""

    person: KeptPerson
    decision: Decision


def nothing_here(path: str = "") -> Response:
    """The answer where the caller may not know, in the form read at this address. It is returned, not raised: that they asked has
    to be committed."""
    return problem_response(NotFound(), path)


async def resource_of(work: Work, person_id: str, action: Action) -> Resource:
    """The person as the policies weigh it: who works on their case, who must not, which desks answer for where they were reported, and,
    for what is theirs alone, the guardianship bodies and departments of these regions (``participants``)."""
    regions = await regions_of(work, person_id)
    sealed = _SEALED_DUTY if action in _OF_SEALED_DUTY else ()
    return Resource(
        "person",
        accepted_holders=await duties.accepted_holders(work, person_id),
        desks=await _bodies(work, regions, (AgencyKind.WINDOW_DESK,)),
        participants=await _bodies(work, regions, sealed),
        opened_to=await duties.opened_to(work, person_id),
        excluded=await duties.kept_out_of(work, person_id),
    )


async def _bodies(work: Work, regions: Iterable[str], kinds: Iterable[AgencyKind]) -> frozenset[str]:
    asked = [(kind, region) for kind in kinds for region in regions]
    found = [await replica.agencies(work, kind=kind, region_code=region) for kind, region in asked]
    return frozenset(body.agency_id for bodies in found for body in bodies)


async def ask(work: Work, caller: Principal, action: Action, person_id: str) -> Asked | None:
    """Whoever goes on under this id, if the caller may do this with them; a refusal is written down."""
    person = await find_person(work, person_id)
    decision = decide(caller.actor, action, await resource_of(work, person.person_id if person else person_id, action))
    if person is not None and decision.allowed:
        return Asked(person, decision)
    await note_read(work, by_of(caller), person_id, decision, outcome="refused", action=action)
    return None


async def may(work: Work, caller: Principal, action: Action, person_id: str) -> Decision:
    """Whether the caller may do this with a person that nobody asked for by id: a refusal is no look."""
    return decide(caller.actor, action, await resource_of(work, person_id, action))


async def note_shown(work: Work, caller: Principal, action: Action, asked: Asked, records: Sequence[str]) -> None:
    """Write down that these records of a person were shown."""
    person_id = asked.person.person_id
    await note_read(work, by_of(caller), person_id, asked.decision, outcome="shown", action=action, records=records)


def by_of(caller: Principal) -> By:
    """Who decides, as it is kept."""
    return caller.agency_id, caller.staff_id
