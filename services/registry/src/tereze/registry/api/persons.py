"""Decides who reads a person over HTTP, and that it is written down; must never show a particular that the policy does not."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from tereze.access import redact
from tereze.chassis.http import BadCursor, Caller, Cursor, Limit, OpenWork, Reply, decode_cursor, encode_cursor
from tereze.contracts.ids import PersonId
from tereze.contracts.persons import Look, LookPage, PersonView
from tereze.registry.people import ask, note_shown, nothing_here
from tereze.registry.showing import show_person
from tereze.registry.store.reads import page_of_reads
from tereze.registry.store.records import record_ids_of

router = APIRouter(tags=["persons"])


@router.get("/v1/persons/{person_id}", response_model=PersonView)
async def read_person(person_id: Annotated[PersonId, Path()], caller: Caller, work: OpenWork) -> Response:
    """Who a child is, for those who hold an accepted task on the child's case. Every read is written down.

    An id that was merged into another answers with who goes on; `Content-Location` names them.
    """
    asked = await ask(work, caller, "read_person", person_id)
    if asked is None:
        return nothing_here()
    person, records = await show_person(work, asked.person)
    await note_shown(work, caller, "read_person", asked, records)
    headers = {"Content-Location": f"/v1/persons/{asked.person.person_id}"}
    return Reply(200, redact(person, asked.decision.labels), headers).response()


@router.get("/v1/persons/{person_id}/looks", response_model=LookPage)
async def list_looks(
    person_id: Annotated[PersonId, Path()], caller: Caller, work: OpenWork, cursor: Cursor = None, limit: Limit = 50
) -> Response:
    """Who asked for a person, was shown what, or was refused, newest first. A look goes where the record it showed goes."""
    asked = await ask(work, caller, "read_looks", person_id)
    if asked is None:
        return nothing_here()
    person = asked.person
    records = await record_ids_of(work, person.person_id)
    ids = (person.person_id, *person.retired_ids)
    found = await page_of_reads(work, ids, records, before=_position(cursor), limit=limit + 1)
    await note_shown(work, caller, "read_looks", asked, ())
    shown, has_more = found[:limit], len(found) > limit
    following = encode_cursor({"at": shown[-1].at.isoformat(), "id": shown[-1].read_id}) if has_more else None
    page = LookPage(items=tuple(map(_look, shown)), has_more=has_more, cursor=following)
    return Reply(200, redact(page, asked.decision.labels)).response()


def _look(row: Any) -> Look:
    return Look(
        at=row.at,
        agency_id=row.agency_id,
        staff_id=row.staff_id,
        outcome=row.outcome,
        policy_id=row.policy_id,
        records=tuple(row.records),
    )


def _position(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    read = decode_cursor(cursor)
    at, key = read.get("at"), read.get("id")
    if not isinstance(at, str) or not isinstance(key, str):
        raise BadCursor
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise BadCursor from None
    if moment.tzinfo is None:
        raise BadCursor
    return moment, key
