"""Decides who joins and divides persons over HTTP; must never let it happen without a reason, or twice for one key."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from tereze.access import redact
from tereze.access.decisions import Action
from tereze.chassis.http import Caller, Idempotency, OpenWork, Principal, Reply, body, once, refuses
from tereze.chassis.work import Work
from tereze.contracts.facts import NotFound
from tereze.contracts.ids import MergeId, PersonId
from tereze.contracts.persons import (
    KeepApart,
    KeptApart,
    MergePersons,
    MergeView,
    SplitPerson,
    SplitView,
    UndoMerge,
)
from tereze.registry import joining
from tereze.registry.domain.index import MustStayApart, NothingWouldStay, NotInUse, NotMerged, SamePerson
from tereze.registry.people import Asked, ask, by_of, note_shown, nothing_here
from tereze.registry.store.merges import MergeAct, find_merge

router = APIRouter(tags=["persons"])
Person = Annotated[PersonId, Path()]
Merge = Annotated[MergeId, Path()]


@router.post("/v1/persons/{person_id}/merges", status_code=201, response_model=MergeView)
@refuses(SamePerson, NotInUse, MustStayApart)
async def merge_persons(
    person_id: Person, wanted: body[MergePersons], key: Idempotency, caller: Caller, work: OpenWork
) -> Response:
    """Say that another person is the same child. This one goes on. Where both have open cases a second person confirms."""
    asked = await _ask_both(work, caller, "join_persons", person_id, wanted.with_person_id)
    if asked is None:
        return nothing_here()

    async def take() -> Reply:
        act = await joining.ask_to_merge(
            work, asked.person.person_id, wanted.with_person_id, by_of(caller), wanted.reason
        )
        return Reply(201, _shown(act, asked), {"Location": f"/v1/persons/{act.survivor_id}/merges/{act.merge_id}"})

    return await once(key, work, caller, wanted, take)


@router.get("/v1/persons/{person_id}/merges/{merge_id}", response_model=MergeView)
async def read_merge(person_id: Person, merge_id: Merge, caller: Caller, work: OpenWork) -> Response:
    """A merge as it stands."""
    found = await _find(work, caller, "join_persons", person_id, merge_id)
    if found is None:
        return nothing_here()
    return Reply(200, _shown(*found)).response()


@router.post("/v1/persons/{person_id}/merges/{merge_id}/confirm", response_model=MergeView)
@refuses(joining.NothingToConfirm, joining.NeedsAnotherPerson, SamePerson, NotInUse, MustStayApart)
async def confirm_merge(person_id: Person, merge_id: Merge, caller: Caller, work: OpenWork) -> Response:
    """The second word on a merge of two persons with open cases. Whoever asked for it cannot give it."""
    found = await _find(work, caller, "confirm_joining", person_id, merge_id)
    if found is None:
        return nothing_here()
    act, asked = found
    return Reply(200, _shown(await joining.confirm_merge(work, act, by_of(caller)), asked)).response()


@router.post("/v1/persons/{person_id}/merges/{merge_id}/undo", response_model=MergeView)
@refuses(NotMerged)
async def undo_merge(
    person_id: Person, merge_id: Merge, wanted: body[UndoMerge], caller: Caller, work: OpenWork
) -> Response:
    """Undo a merge exactly: every record is whose it was, and cases come apart again."""
    found = await _find(work, caller, "join_persons", person_id, merge_id)
    if found is None:
        return nothing_here()
    act, asked = found
    return Reply(200, _shown(await joining.undo_merge(work, act, by_of(caller), wanted.reason), asked)).response()


@router.post("/v1/persons/{person_id}/splits", status_code=201, response_model=SplitView)
@refuses(NotInUse, NothingWouldStay)
async def split_person(
    person_id: Person, wanted: body[SplitPerson], key: Idempotency, caller: Caller, work: OpenWork
) -> Response:
    """Say that some of a person's records are about somebody else, who becomes a person of their own."""
    asked = await ask(work, caller, "join_persons", person_id)
    if asked is None:
        return nothing_here()

    async def take() -> Reply:
        whose = asked.person.person_id
        new_person_id, records = await joining.split_person(work, whose, wanted.records, by_of(caller), wanted.reason)
        answer = SplitView(person_id=whose, new_person_id=new_person_id, records=records)
        return Reply(201, redact(answer, asked.decision.labels), {"Location": f"/v1/persons/{new_person_id}"})

    return await once(key, work, caller, wanted, take)


@router.post("/v1/persons/{person_id}/no-links", status_code=201, response_model=KeptApart)
@refuses(NotInUse, SamePerson)
async def keep_apart(
    person_id: Person, wanted: body[KeepApart], key: Idempotency, caller: Caller, work: OpenWork
) -> Response:
    """Say that two persons are certainly two. Nothing automatic joins them, nor proposes it, from now on."""
    asked = await _ask_both(work, caller, "join_persons", person_id, wanted.other_person_id)
    if asked is None:
        return nothing_here()

    async def take() -> Reply:
        one, other = asked.person.person_id, wanted.other_person_id
        await joining.keep_apart(work, one, other, by_of(caller), wanted.reason)
        return Reply(201, redact(KeptApart(person_id=one, other_person_id=other), asked.decision.labels))

    return await once(key, work, caller, wanted, take)


async def _ask_both(work: Work, caller: Principal, action: Action, one: str, other: str) -> Asked | None:
    asked = await ask(work, caller, action, one)
    return asked if asked is not None and await ask(work, caller, action, other) is not None else None


async def _find(
    work: Work, caller: Principal, action: Action, person_id: str, merge_id: str
) -> tuple[MergeAct, Asked] | None:
    asked = await ask(work, caller, action, person_id)
    if asked is None:
        return None
    act = await find_merge(work, merge_id)
    if act is None or person_id not in (act.survivor_id, act.retired_id):
        raise NotFound
    await note_shown(work, caller, action, asked, ())
    return act, asked


def _shown(act: MergeAct, asked: Asked) -> dict[str, object]:
    return redact(act.view, asked.decision.labels)
