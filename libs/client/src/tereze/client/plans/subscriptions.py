"""Decides how subscriptions, deliveries and the feed are used; must never do I/O or skip an event."""

from typing import Any

from tereze.client.call import Call, Given, Stream, creating, nothing, pages, query, segment, shape
from tereze.client.watching import Watch
from tereze.contracts.subscriptions import (
    CloudEvent,
    CreateSubscription,
    DeliveryPage,
    DeliveryView,
    SubscriptionCreated,
    SubscriptionPage,
    SubscriptionView,
)


def create(
    url: str, *, types: tuple[str, ...] = (), description: str | None = None, idempotency_key: str | None = None
) -> Call[SubscriptionCreated]:
    """Have events delivered to ``url``. The answer holds the ``whsec_…`` secret, and is the only place it is shown."""
    given: dict[str, Any] = {"url": url}
    if types:
        given["types"] = types
    if description is not None:
        given["description"] = description
    return Call(
        "POST",
        "/v1/subscriptions",
        shape(SubscriptionCreated),
        body=CreateSubscription(**given),
        headers=creating(idempotency_key),
        repeatable=True,
    )


def get(subscription_id: str) -> Call[SubscriptionView]:
    """One subscription of your agency."""
    return Call("GET", f"/v1/subscriptions/{segment(subscription_id)}", shape(SubscriptionView), repeatable=True)


def listing(*, limit: int | None = None) -> Stream[SubscriptionView]:
    """Every subscription of your agency; pages are fetched as they are needed."""
    return pages(Call("GET", "/v1/subscriptions", shape(SubscriptionPage), query(limit=limit), repeatable=True))


def end(subscription_id: str) -> Call[None]:
    """Stop deliveries to one subscription."""
    return Call("DELETE", f"/v1/subscriptions/{segment(subscription_id)}", nothing, repeatable=True)


def test(subscription_id: str) -> Call[DeliveryView]:
    """Have a signed test event sent now; its delivery tells how it went."""
    return Call("POST", f"/v1/subscriptions/{segment(subscription_id)}/test", shape(DeliveryView))


def replay(subscription_id: str, *, after: str | None = None) -> Call[SubscriptionView]:
    """Have everything after an event delivered again, in order per case; without one, everything that is kept."""
    where = f"/v1/subscriptions/{segment(subscription_id)}/replay"
    return Call("POST", where, shape(SubscriptionView), query(after=after))


def deliveries(subscription_id: str, *, limit: int | None = None) -> Stream[DeliveryView]:
    """Every delivery to one subscription, newest first; pages are fetched as they are needed."""
    asked = query(subscription_id=subscription_id, limit=limit)
    return pages(Call("GET", "/v1/deliveries", shape(DeliveryPage), asked, repeatable=True))


def events(
    *,
    after: str | None = None,
    types: tuple[str, ...] = (),
    follow: bool = False,
    limit: int = 1_000,
    wait: float = 20.0,
) -> Stream[CloudEvent]:
    """Every event your agency may see, in order, from after the event ``after`` or from the oldest kept.

    ``types`` leaves out every other type. With ``follow`` the iterator never ends: it waits for the next event (long
    poll of ``wait`` seconds). Keep the id of the last event you have dealt with and give it as ``after`` when you start
    again: nothing is missed.
    """
    read = shape(tuple[CloudEvent, ...])
    while True:
        timeout = wait if follow else 0.0
        asked = query(after=after, types=",".join(types) or None, limit=limit, timeout=f"{timeout:g}")
        batch = yield Call(
            "GET",
            "/v1/events",
            read,
            asked,
            headers={"Accept": "application/cloudevents-batch+json, application/problem+json"},
            repeatable=True,
            wait=timeout,
        )
        if batch:
            after = batch[-1].id
            yield Given(batch)
        elif not follow:
            return


def watch(*, after: str | None = None, types: tuple[str, ...] = ()) -> Watch[CloudEvent]:
    """The same events as one stream that never ends, each as it happens; from after ``after``, or from the oldest kept.

    A connection that breaks is made again and goes on after the last event that was heard whole. Ends by raising when your
    agency may not read any more, or when the window is away for longer than the client's patience.
    """
    return Watch("/v1/events", shape(CloudEvent), query(types=",".join(types) or None), after)
