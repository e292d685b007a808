"""Decides who says what a person is over HTTP: born, adopted, erased, known by another number; must never tell of a sealed tie."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Response

from tereze.access import redact
from tereze.access.decisions import Action
from tereze.chassis.http import Caller, Idempotency, OpenWork, Principal, Reply, body, once, refuses
from tereze.chassis.work import Work
from tereze.contracts.facts import Invalid, NotFound
from tereze.contracts.ids import ActId, PersonId
from tereze.contracts.iin import normalise_iin
from tereze.contracts.persons import (
    ActState,
    ActView,
    AdoptionRegistered,
    AskAct,
    EndIdentifier,
    PersonView,
    RecordBirth,
    RegisterAdoption,
    Unsealed,
)
from tereze.registry import agreeing, expecting
from tereze.registry.domain.expecting import NotExpected
from tereze.registry.domain.index import NotInUse
from tereze.registry.joining import NeedsAnotherPerson, NothingToConfirm
from tereze.registry.people import Asked, ask, by_of, note_shown, nothing_here
from tereze.registry.showing import show_person
from tereze.registry.store.acts import ERASE, UNSEAL, Act, find_act
from tereze.registry.store.adoptions import adoptions_of
from tereze.registry.store.identifiers import end_identifier
from tereze.registry.store.persons import find_person

router = APIRouter(tags=["persons"])
Person = Annotated[PersonId, Path()]
ActPath = Annotated[ActId, Path()]
_ASKING: Mapping[str, Action] = {UNSEAL: "unseal_adoption", ERASE: "erase_person"}


class NotTheirNumber(Invalid):
    """Nobody ever gave this number for the person."""

    code = "not-their-number"
    title = "This number was never given for this person; their numbers are shown with them"


@router.post("/v1/persons/{person_id}/birth", response_model=PersonView)
@refuses(NotExpected)
async def record_birth(person_id: Person, wanted: body[RecordBirth], caller: Caller, work: OpenWork) -> Response:
    """Say that an expected child was born: the same person, on the same case."""
    asked = await ask(work, caller, "record_birth", person_id)
    if asked is None:
        return nothing_here()
    region = caller.agency.region_code if caller.agency else None
    await expecting.record_birth(work, asked.person, wanted.child, by_of(caller), region)
    return await _shown(work, caller, "record_birth", asked)


@router.post("/v1/persons/{person_id}/identifiers/end", response_model=PersonView)
@refuses(NotTheirNumber)
async def end_number(person_id: Person, wanted: body[EndIdentifier], caller: Caller, work: OpenWork) -> Response:
    """Say that a number is no longer a person's own. Whoever gives it still finds them."""
    asked = await ask(work, caller, "end_identifier", person_id)
    if asked is None:
        return nothing_here()
    view, _ = await show_person(work, asked.person)
    if normalise_iin(wanted.value) not in {one.normalised for one in view.identifiers}:
        raise NotTheirNumber(pointer="/value")
    await end_identifier(
        work, asked.person.person_id, wanted.value, ended_on=wanted.ended_on, by=by_of(caller), reason=wanted.reason
    )
    return await _shown(work, caller, "end_identifier", asked)


@router.post("/v1/persons/{person_id}/adoption", status_code=201, response_model=AdoptionRegistered)
@refuses(NotInUse)
async def register_adoption(
    person_id: Person, wanted: body[RegisterAdoption], key: Idempotency, caller: Caller, work: OpenWork
) -> Response:
    """Register who an adopted child is from now on. The tie to who they were is sealed: two people unseal it together."""
    asked = await ask(work, caller, "register_adoption", person_id)
    if asked is None:
        return nothing_here()

    async def take() -> Reply:
        region = caller.agency.region_code if caller.agency else None
        adopted_id = await agreeing.register_adoption(
            work,
            asked.person.person_id,
            wanted.child,
            by_of(caller),
            region_code=region,
            legal_basis=wanted.legal_basis,
        )
        return Reply(201, redact(AdoptionRegistered(person_id=adopted_id), asked.decision.labels))

    return await once(key, work, caller, wanted, take)


@router.post("/v1/persons/{person_id}/unsealings", status_code=201, response_model=ActView)
async def ask_to_unseal(
    person_id: Person, wanted: body[AskAct], key: Idempotency, caller: Caller, work: OpenWork
) -> Response:
    """Ask who else a child is known as. The answer to asking is the same whether there is anybody or not."""
    return await _ask_for(work, caller, key, kind=UNSEAL, person_id=person_id, wanted=wanted)


@router.post("/v1/persons/{person_id}/unsealings/{act_id}/confirm", response_model=ActView)
@refuses(NothingToConfirm, NeedsAnotherPerson)
async def confirm_unsealing(person_id: Person, act_id: ActPath, caller: Caller, work: OpenWork) -> Response:
    """The second word: for an hour, whoever asked may read who else the child is known as."""
    found = await _find(work, caller, "confirm_unsealing", person_id=person_id, act_id=act_id)
    if found is None:
        return nothing_here()
    act, asked = found
    agreed = await agreeing.agree_to(work, act, by_of(caller))
    return Reply(200, redact(agreed.view, asked.decision.labels)).response()


@router.get("/v1/persons/{person_id}/unsealings/{act_id}", response_model=Unsealed)
async def read_unsealed(person_id: Person, act_id: ActPath, caller: Caller, work: OpenWork) -> Response:
    """Who else a child is known as: for who asked, while it is open. Every read is written down for both."""
    found = await _find(work, caller, "unseal_adoption", person_id=person_id, act_id=act_id)
    if found is None:
        return nothing_here()
    act, asked = found
    if act.asked_by_staff_id != caller.staff_id:
        raise NotFound
    is_open = act.state is ActState.DONE and act.open_until is not None and work.now < act.open_until
    persons = await _tied_to(work, caller, asked) if is_open else ()
    answer = Unsealed(act=act.view, persons=persons)
    return Reply(200, redact(answer, asked.decision.labels)).response()


@router.post("/v1/persons/{person_id}/erasures", status_code=201, response_model=ActView)
async def ask_to_erase(
    person_id: Person, wanted: body[AskAct], key: Idempotency, caller: Caller, work: OpenWork
) -> Response:
    """Ask to erase a person: once the Ombudsman's reviewer agrees, the keys of all that was said are destroyed."""
    return await _ask_for(work, caller, key, kind=ERASE, person_id=person_id, wanted=wanted)


@router.post("/v1/persons/{person_id}/erasures/{act_id}/confirm", response_model=ActView)
@refuses(NothingToConfirm, NeedsAnotherPerson, agreeing.HasOpenCase, NotInUse)
async def confirm_erasure(person_id: Person, act_id: ActPath, caller: Caller, work: OpenWork) -> Response:
    """The second word: nothing that was said about the person opens again, here, in the log or in a backup."""
    found = await _find(work, caller, "confirm_erasure", person_id=person_id, act_id=act_id)
    if found is None:
        return nothing_here()
    act, asked = found
    agreed = await agreeing.agree_to(work, act, by_of(caller))
    await agreeing.erase_person(work, asked.person.person_id, by_of(caller))
    return Reply(200, redact(agreed.view, asked.decision.labels)).response()


async def _ask_for(
    work: Work, caller: Principal, key: Idempotency, *, kind: str, person_id: str, wanted: AskAct
) -> Response:
    action = _ASKING[kind]
    asked = await ask(work, caller, action, person_id)
    if asked is None:
        return nothing_here()

    async def take() -> Reply:
        reason = wanted.model_dump_json()
        act = await agreeing.ask_for(work, kind, asked.person.person_id, by_of(caller), reason)
        await note_shown(work, caller, action, asked, ())
        return Reply(201, redact(act.view, asked.decision.labels))

    return await once(key, work, caller, wanted, take)


async def _find(
    work: Work, caller: Principal, action: Action, *, person_id: str, act_id: str
) -> tuple[Act, Asked] | None:
    asked = await ask(work, caller, action, person_id)
    if asked is None:
        return None
    act = await find_act(work, act_id, ERASE if action == "confirm_erasure" else UNSEAL)
    if act is None or act.person_id not in (asked.person.person_id, *asked.person.retired_ids):
        raise NotFound
    await note_shown(work, caller, action, asked, ())
    return act, asked


async def _tied_to(work: Work, caller: Principal, asked: Asked) -> tuple[PersonView, ...]:
    own = {asked.person.person_id, *asked.person.retired_ids}
    ties = await adoptions_of(work, own)
    others = {end for tie in ties for end in (tie.former_id, tie.adopted_id)} - own
    persons = [await find_person(work, other) for other in sorted(others)]
    shown = []
    for person in filter(None, persons):
        view, records = await show_person(work, person)
        await note_shown(work, caller, "unseal_adoption", Asked(person, asked.decision), records)
        shown.append(view)
    return tuple(shown)


async def _shown(work: Work, caller: Principal, action: Action, asked: Asked) -> Response:
    person = await find_person(work, asked.person.person_id)
    assert person is not None, "it was asked for above"
    view, records = await show_person(work, person)
    await note_shown(work, caller, action, asked, records)
    return Reply(200, redact(view, asked.decision.labels)).response()
