"""Decides how an agency says where its events are sent; must never show a secret twice or another agency's endpoint."""

import secrets
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response

from tereze.access import Resource, decide
from tereze.chassis.http import (
    BadCursor,
    Caller,
    Cursor,
    Idempotency,
    Limit,
    OpenWork,
    Principal,
    Reply,
    body,
    decode_cursor,
    encode_cursor,
    etag,
    once,
    refuses,
)
from tereze.chassis.ids import EVENT_PREFIX, new_id
from tereze.chassis.tracing import current_traceparent
from tereze.chassis.work import Work
from tereze.contracts.facts import Conflict, Forbidden, NotFound
from tereze.contracts.ids import SubscriptionId
from tereze.contracts.subscriptions import (
    TEST_EVENT_TYPE,
    CreateSubscription,
    DeliveryView,
    SubscriptionCreated,
    SubscriptionPage,
    SubscriptionState,
    SubscriptionTested,
    SubscriptionView,
)
from tereze.notifications.api.places import After, find_place
from tereze.notifications.api.tags import IfNoneMatch, tagged
from tereze.notifications.api.types import UnknownType, check_delivered
from tereze.notifications.courier.readers import SECRET_PLACE
from tereze.notifications.domain.address import UnsafeUrl, check_url
from tereze.notifications.domain.signature import KEY_BYTES, secret_of
from tereze.notifications.entitlement import sees_every_case
from tereze.notifications.settings import NotificationSettings
from tereze.notifications.store import deliveries, replays, subscriptions
from tereze.notifications.store.feed import Scope
from tereze.notifications.store.subscriptions import Known, NewSubscription

router = APIRouter()

Which = Annotated[SubscriptionId, Path()]
DELETED = "deleted by the agency"


class TooManySubscriptions(Conflict):
    """The agency has as many active subscriptions as it may."""

    code = "too-many-subscriptions"
    title = "Your agency has as many subscriptions as it may; delete one first"


class SubscriptionEnded(Conflict):
    """Nothing is delivered to it any more."""

    code = "subscription-ended"
    title = "This subscription has ended; make a new one"


def may_subscribe(caller: Principal) -> None:
    """Raises Forbidden where the caller's role does not look after its agency's subscriptions."""
    if not decide(caller.actor, "subscribe", Resource("subscription", owner_agency_id=caller.agency_id)).allowed:
        raise Forbidden


async def find_own(work: Work, caller: Principal, subscription_id: str) -> Known:
    """A subscription of the caller's agency. Raises Forbidden or NotFound."""
    may_subscribe(caller)
    known = await subscriptions.find(work, caller.agency_id, subscription_id)
    if known is None:
        raise NotFound
    return known


async def _lock_active(work: Work, caller: Principal, subscription_id: str) -> Known:
    await subscriptions.lock(work, caller.agency_id, subscription_id)
    known = await find_own(work, caller, subscription_id)
    if known.view.state is not SubscriptionState.ACTIVE:
        raise SubscriptionEnded(current_version=known.version, current_state=known.view.state)
    return known


@router.post("/v1/subscriptions", status_code=201, response_model=SubscriptionCreated)
@refuses(UnknownType, UnsafeUrl, TooManySubscriptions)
async def create_subscription(
    wish: body[CreateSubscription], key: Idempotency, caller: Caller, work: OpenWork
) -> Response:
    """Have your agency's events delivered to a URL. The answer holds the signing secret, and is the only place it is shown."""
    may_subscribe(caller)
    settings = work.runtime.settings
    assert isinstance(settings, NotificationSettings)
    check_url(wish.url, demo=settings.demo)
    check_delivered(wish.types)
    return await once(key, work, caller, wish, partial(_create, work, caller, wish, settings.subscriptions_per_agency))


async def _create(work: Work, caller: Principal, wish: CreateSubscription, most: int) -> Reply:
    if await subscriptions.count(work, caller.agency_id) >= most:
        raise TooManySubscriptions
    subscription_id, signing_key = new_id("sub"), secrets.token_bytes(KEY_BYTES)
    sealed = await work.runtime.vault.encrypt(work, subject=subscription_id, place=SECRET_PLACE, text=signing_key)
    new = NewSubscription(
        subscription_id=subscription_id,
        agency_id=caller.agency_id,
        created_by=caller.staff_id,
        oversees=sees_every_case(caller.actor),
        wish=wish,
        secret=sealed,
    )
    await subscriptions.insert(work, new)
    known = await find_own(work, caller, subscription_id)
    created = SubscriptionCreated(**known.view.model_dump(), secret=secret_of(signing_key))
    return Reply(201, created, {"Location": f"/v1/subscriptions/{subscription_id}", **etag(known.version)})


@router.get(
    "/v1/subscriptions",
    response_model=SubscriptionPage,
    responses={304: {"description": "Nothing changed since the answer you have"}},
)
async def list_subscriptions(
    caller: Caller, work: OpenWork, if_none_match: IfNoneMatch = None, cursor: Cursor = None, limit: Limit = 50
) -> Response:
    """Your agency's subscriptions, and how much each has not heard yet."""
    may_subscribe(caller)
    after = str(decode_cursor(cursor).get("after", "")) if cursor else ""
    found = await subscriptions.page(work, caller.agency_id, after=after, limit=limit + 1)
    items, has_more = tuple(known.view for known in found[:limit]), len(found) > limit
    following = encode_cursor({"after": items[-1].subscription_id}) if has_more else None
    page = SubscriptionPage(items=items, has_more=has_more, cursor=following)
    return tagged(page.model_dump_json(), "application/json", if_none_match, {})


@router.get("/v1/subscriptions/{subscription_id}", response_model=SubscriptionView)
async def read_subscription(subscription_id: Which, caller: Caller, work: OpenWork) -> Response:
    """One subscription: whether it is active, why it ended, what it has not heard yet."""
    known = await find_own(work, caller, subscription_id)
    return Reply(200, known.view, etag(known.version)).response()


@router.delete("/v1/subscriptions/{subscription_id}", status_code=204, response_class=Response)
async def delete_subscription(subscription_id: Which, caller: Caller, work: OpenWork) -> Response:
    """Stop deliveries for good and destroy the secret. What was delivered stays on record. Repeating it changes nothing."""
    may_subscribe(caller)
    if not await subscriptions.lock(work, caller.agency_id, subscription_id):
        raise NotFound
    await subscriptions.delete(work, subscription_id, DELETED)
    await deliveries.abandon(work, subscription_id, "subscription-ended", work.now)
    await work.runtime.vault.destroy(work, subject=subscription_id)
    return Response(status_code=204)


@router.post("/v1/subscriptions/{subscription_id}/test", status_code=202, response_model=DeliveryView)
@refuses(SubscriptionEnded)
async def test_subscription(subscription_id: Which, caller: Caller, work: OpenWork) -> Response:
    """Send a signed test event to this subscription; look at its delivery to see how it went."""
    await _lock_active(work, caller, subscription_id)
    tested = SubscriptionTested(subscription_id=subscription_id, asked_at=work.now)
    await replays.line_up_test(
        work,
        subscription_id,
        event_id=new_id(EVENT_PREFIX),
        event_type=TEST_EVENT_TYPE,
        payload=tested.model_dump_json(),
        traceparent=current_traceparent(),
    )
    newest = await deliveries.newest(work, caller.actor, subscription_id, before=deliveries.NEWEST_OF_ALL, limit=1)
    return Reply(202, newest[0].view).response()


@router.post("/v1/subscriptions/{subscription_id}/replay", status_code=202, response_model=SubscriptionView)
@refuses(BadCursor, SubscriptionEnded)
async def replay_subscription(subscription_id: Which, caller: Caller, work: OpenWork, after: After = None) -> Response:
    """Deliver again everything after an event or cursor, in order per case; without one, everything that is kept."""
    known = await _lock_active(work, caller, subscription_id)
    scope = Scope(caller.agency_id, caller.staff_id, whole=await subscriptions.oversees(work, subscription_id))
    place = await find_place(work, scope, after)
    await replays.replay(work, subscription_id, scope, place, known.view.types)
    known = await find_own(work, caller, subscription_id)
    return Reply(202, known.view, etag(known.version)).response()
