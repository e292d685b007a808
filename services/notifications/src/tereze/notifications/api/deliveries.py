"""Decides what an agency reads about its deliveries; must never list an event that the reader may not know of."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

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
from tereze.contracts.ids import SubscriptionId
from tereze.contracts.subscriptions import DeliveryPage
from tereze.notifications.api.subscriptions import find_own
from tereze.notifications.entitlement import decide_reading
from tereze.notifications.store import deliveries
from tereze.notifications.store.participants import capacities

router = APIRouter()


@router.get("/v1/deliveries", response_model=DeliveryPage)
@refuses(NotFound)
async def list_deliveries(
    caller: Caller,
    work: OpenWork,
    subscription_id: Annotated[SubscriptionId, Query()],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Deliveries of one of your subscriptions, newest first. What you may no longer see is left out."""
    await find_own(work, caller, subscription_id)
    found = await deliveries.newest(work, caller.actor, subscription_id, before=_before(cursor), limit=limit + 1)
    shown, has_more = found[:limit], len(found) > limit
    reader = (caller.agency_id, caller.staff_id)
    parts = await capacities(work, ((item.entry.key, *reader) for item in shown))
    items = tuple(
        item.view
        for item in shown
        if decide_reading(
            caller.actor, item.entry, parts.get((item.entry.key, *reader), frozenset()), (subscription_id,)
        ).allowed
    )
    following = encode_cursor({"before": shown[-1].number}) if has_more else None
    return Reply(200, DeliveryPage(items=items, has_more=has_more, cursor=following)).response()


def _before(cursor: str | None) -> int:
    before = decode_cursor(cursor).get("before") if cursor else deliveries.NEWEST_OF_ALL
    if type(before) is not int or not 0 < before <= deliveries.NEWEST_OF_ALL:
        raise BadCursor
    return before
