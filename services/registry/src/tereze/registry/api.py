"""Decides who reads a person over HTTP, and that it is written down; must never show a particular that the policy does not."""

from fastapi import APIRouter, Response

from tereze.access import Decision, Resource, decide, redact
from tereze.chassis.http import Caller, OpenWork, Principal, Reply, problem_response
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.facts import NotFound
from tereze.contracts.identities import PersonView
from tereze.contracts.ids import PersonId
from tereze.registry import duties, store
from tereze.registry.view import view_person

router = APIRouter(tags=["persons"])


@router.get("/v1/persons/{person_id}", response_model=PersonView)
async def read_person(person_id: PersonId, caller: Caller, work: OpenWork) -> Response:
    """Who a child is, for those who hold an accepted task on the child's case. Every read is written down."""
    holders = await duties.accepted_holders(work, person_id)
    decision = decide(caller.actor, "read_person", Resource("person", accepted_holders=holders))
    first_seen_at = await store.first_seen(work, person_id)
    if not decision.allowed or first_seen_at is None:
        await _note(work, caller, person_id, decision, outcome="refused")
        return problem_response(NotFound())  # not raised: the note of the attempt must be committed
    await _note(work, caller, person_id, decision, outcome="shown")
    person = view_person(person_id, first_seen_at, await store.sources_of(work, person_id))
    return Reply(200, redact(person, decision.labels)).response()


async def _note(work: Work, caller: Principal, person_id: str, decision: Decision, *, outcome: str) -> None:
    await store.note_read(
        work,
        read_id=new_id("rda"),
        agency_id=caller.agency_id,
        staff_id=caller.staff_id,
        person_id=person_id,
        outcome=outcome,
        policy_id=decision.policy_id,
    )
