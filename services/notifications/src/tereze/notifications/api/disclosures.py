"""Decides who reads what was shown of a case at these doors; must never answer about a case that the reader may not know of."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import StringConstraints

from tereze.access import Resource, decide, redact
from tereze.chassis.exclusions import excluded_from
from tereze.chassis.http import (
    BadCursor,
    Caller,
    Cursor,
    Limit,
    NotFound,
    OpenWork,
    Reply,
    decode_cursor,
    encode_cursor,
    refuses,
)
from tereze.contracts.exclusions import DisclosurePage
from tereze.contracts.ids import CaseId
from tereze.notifications.store import disclosures
from tereze.notifications.store.participants import desks_of

router = APIRouter()

Body = Annotated[str, StringConstraints(pattern=r"^(agc|stf)_[0-9a-f]{32}$")]


@router.get("/v1/events/disclosures", response_model=DisclosurePage)
@refuses(NotFound, BadCursor)
async def list_disclosures(
    caller: Caller,
    work: OpenWork,
    *,
    case_id: Annotated[CaseId, Query(description="Of this case")],
    body: Annotated[Body | None, Query(description="Only to this agency or staff member")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """What of a case left through feed, stream and webhooks, to whom and under which policies, newest first."""
    excluded = (await excluded_from(work, [case_id])).get(case_id, frozenset())
    case = Resource("events", desks=await desks_of(work, case_id), excluded=excluded)
    decision = decide(caller.actor, "read_disclosures", case)
    if not decision.allowed:
        raise NotFound
    found = await disclosures.shown(work, case_id, body=body, before=_place(cursor), limit=limit + 1)
    items, has_more = tuple(found[:limit]), len(found) > limit
    last = {"at": items[-1].at.isoformat(), "id": items[-1].disclosure_id} if has_more else None
    page = DisclosurePage(items=items, has_more=has_more, cursor=encode_cursor(last) if last else None)
    return Reply(200, redact(page, decision.labels)).response()


def _place(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    read = decode_cursor(cursor)
    try:
        at = datetime.fromisoformat(str(read.get("at")))
    except ValueError:
        raise BadCursor from None
    if at.tzinfo is None:
        raise BadCursor
    return at, str(read.get("id"))
