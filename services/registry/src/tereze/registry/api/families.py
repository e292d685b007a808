"""Decides who sees a family and its shared record over HTTP, and who adds to them; must never let one agency change another's word."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from tereze.access import redact
from tereze.chassis.http import Caller, Idempotency, IfMatch, OpenWork, Reply, body, etag, once, refuses
from tereze.chassis.ids import new_id
from tereze.contracts.facts import Forbidden, NotFound, Stale
from tereze.contracts.families import (
    AddRelation,
    EntryView,
    FamilyRecord,
    FamilyView,
    RelationView,
    ReviseEntry,
    WriteEntry,
)
from tereze.contracts.ids import EntryId, PersonId
from tereze.registry.domain.index import SamePerson
from tereze.registry.family import MOST_STEPS, gather, show_family
from tereze.registry.people import ask, note_shown, nothing_here
from tereze.registry.shared_record import OneBasis, check_basis, show_entry, show_record
from tereze.registry.store.entries import Wording, add_wording, find_entry
from tereze.registry.store.families import Edge, add_edge

router = APIRouter(tags=["families"])
Person = Annotated[PersonId, Path()]
Steps = Annotated[int, Query(ge=1, le=MOST_STEPS, description="How many relations away to look")]


@router.get("/v1/families/{person_id}", response_model=FamilyView)
async def read_family(person_id: Person, caller: Caller, work: OpenWork, steps: Steps = 2) -> Response:
    """The family around a person: parents, guardians, siblings, household, relation by relation as you need to know."""
    asked = await ask(work, caller, "read_family", person_id)
    if asked is None:
        return nothing_here()
    family = await gather(work, asked.person.person_id, steps)
    view = await show_family(work, caller, family, steps)
    await note_shown(work, caller, "read_family", asked, ())
    return Reply(200, redact(view, asked.decision.labels)).response()


@router.post("/v1/families/{person_id}/relations", status_code=201, response_model=RelationView)
@refuses(SamePerson)
async def add_relation(
    person_id: Person, wanted: body[AddRelation], key: Idempotency, caller: Caller, work: OpenWork
) -> Response:
    """Say what somebody is to a person. What others say of the same two stays beside it, each with its source."""
    asked = await ask(work, caller, "add_relation", person_id)
    relative = await ask(work, caller, "add_relation", wanted.relative_id) if asked else None
    if asked is None or relative is None:
        return nothing_here()
    if asked.person.person_id == relative.person.person_id:
        raise SamePerson

    async def take() -> Reply:
        edge = await add_edge(
            work,
            Edge(
                asked.person.person_id, relative.person.person_id, wanted.kinship, wanted.legal_status, caller.agency_id,
                staff_id=caller.staff_id, since=wanted.since, until=wanted.until, edge_id=new_id("edg"),
            ),
        )  # fmt: skip
        view = RelationView(
            edge_id=edge.edge_id,
            person_id=edge.person_id,
            relative_id=edge.relative_id,
            kinship=edge.kinship,
            legal_status=edge.legal_status,
            since=edge.since,
            until=edge.until,
            source_agency_id=edge.agency_id,
        )
        return Reply(201, redact(view, asked.decision.labels))

    return await once(key, work, caller, wanted, take)


@router.get("/v1/families/{person_id}/record", response_model=FamilyRecord)
async def read_family_record(person_id: Person, caller: Caller, work: OpenWork) -> Response:
    """The shared record of a family: what agencies entered, by section, with every wording; what is not yours is counted."""
    asked = await ask(work, caller, "read_family_record", person_id)
    if asked is None:
        return nothing_here()
    shown = await show_record(work, caller, asked.person.person_id, asked.decision)
    await note_shown(work, caller, "read_family_record", asked, ())
    return Reply(200, shown).response()


@router.post("/v1/families/{person_id}/entries", status_code=201, response_model=EntryView)
@refuses(OneBasis)
async def write_entry(
    person_id: Person, wanted: body[WriteEntry], key: Idempotency, caller: Caller, work: OpenWork
) -> Response:
    """Enter something into a section, with consent or with a lawful reason to do without."""
    check_basis(wanted)
    asked = await ask(work, caller, "write_family_entry", person_id)
    if asked is None:
        return nothing_here()

    async def take() -> Reply:
        wording = Wording(
            new_id("ent"),
            1,
            asked.person.person_id,
            wanted.section,
            caller.agency_id,
            caller.staff_id,
            work.now,
            wanted,
        )
        await add_wording(work, wording)
        return Reply(201, show_entry(caller, [wording], asked.decision), etag(1))

    return await once(key, work, caller, wanted, take)


@router.post("/v1/families/{person_id}/entries/{entry_id}/revisions", response_model=EntryView)
@refuses(NotFound, Forbidden, Stale)
async def revise_entry(
    person_id: Person,
    entry_id: Annotated[EntryId, Path()],
    wanted: body[ReviseEntry],
    *,
    version: IfMatch,
    caller: Caller,
    work: OpenWork,
) -> Response:
    """Word an entry of your own agency anew. The earlier wording stays; nobody words another agency's entry."""
    asked = await ask(work, caller, "write_family_entry", person_id)
    if asked is None:
        return nothing_here()
    wordings = await find_entry(work, entry_id)
    ids = (asked.person.person_id, *asked.person.retired_ids)
    if not wordings or wordings[0].person_id not in ids or show_entry(caller, wordings, asked.decision) is None:
        raise NotFound
    newest = wordings[0]
    if newest.agency_id != caller.agency_id:
        raise Forbidden("only the agency that entered it words it anew")
    if version != newest.revision:
        raise Stale(current_version=newest.revision)
    written = newest.written.model_copy(update={"text": wanted.text})
    again = Wording(
        entry_id,
        newest.revision + 1,
        newest.person_id,
        newest.section,
        caller.agency_id,
        caller.staff_id,
        work.now,
        written,
    )
    await add_wording(work, again)
    return Reply(200, show_entry(caller, [again, *wordings], asked.decision), etag(again.revision)).response()
