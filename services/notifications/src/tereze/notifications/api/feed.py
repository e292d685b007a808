"""Decides how the feed is answered: as a batch, as a long poll, as a stream; must never answer on a right read longer ago than the page."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import TypeAdapter

from tereze.chassis.database import DatabaseUnavailable
from tereze.chassis.http import BadCursor, BriefCaller, Principal, refuses
from tereze.chassis.http.callers import identify
from tereze.contracts.facts import Fact
from tereze.contracts.subscriptions import CloudEvent
from tereze.notifications.api.places import After, cursor_of, find_place
from tereze.notifications.api.tags import IfNoneMatch, tagged
from tereze.notifications.api.types import UnknownType, check_known
from tereze.notifications.bell import Bell
from tereze.notifications.feed import Page, name_at, next_page, scope_of, wait_for_more
from tereze.notifications.settings import NotificationSettings
from tereze.notifications.store.feed import Place

BATCH = "application/cloudevents-batch+json"
STREAM = "text/event-stream"
LONGEST_WAIT = 30.0

_BATCH = TypeAdapter(tuple[CloudEvent, ...])
_STREAM_PAGE = 100

Types = Annotated[
    str | None,
    Query(max_length=4_000, pattern=r"^[a-z0-9.,-]*$", description="Only these event types, comma-separated"),
]
PageSize = Annotated[int, Query(ge=1, le=1_000, description="At most this many events")]
Wait = Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for the first event")]
LastEventId = Annotated[
    str | None, Header(alias="Last-Event-ID", max_length=1_024, description="For a stream that is taken up again")
]
_ANSWERS: dict[int | str, dict[str, object]] = {
    200: {
        "description": "Events in order; the id of the last one is the next `after`",
        "content": {STREAM: {"schema": {"type": "string"}}},
    },
    304: {"description": "You have this batch already"},
}


class BatchResponse(JSONResponse):
    """A batch of CloudEvents, as OpenAPI describes it."""

    media_type = BATCH


class Reading:
    """One reader at the feed: who it is is read anew with every page. Raises UnknownType."""

    def __init__(self, request: Request, types: str | None, limit: int) -> None:
        self.request = request
        self.database = request.app.state.runtime.database
        self._types = [name for name in (types or "").split(",") if name]
        check_known(self._types)
        self._limit = limit

    async def start(self, after: str | None) -> Place:
        """Where this reader stands. Raises BadCursor."""
        async with self.database.work() as work:
            caller = await identify(self.request, work)
            return await find_place(work, scope_of(caller.actor), after)

    async def page(self, after: Place) -> Page:
        """The next page, as the caller may see it now. Raises Fact where the caller may not read any more."""
        async with self.database.work() as work:
            caller = await identify(self.request, work)
            return await next_page(work, caller.actor, after, self._types, self._limit)

    @property
    def token_expired(self) -> bool:
        """Whether the token that opened a stream has run out."""
        return bool(self.request.state.claims.expires_at <= time.time())


def feed_routes(bell: Bell) -> APIRouter:
    """The routes of the feed; those who wait are woken by this bell."""
    router = APIRouter()

    @router.get("/v1/events", response_model=tuple[CloudEvent, ...], response_class=BatchResponse, responses=_ANSWERS)
    @refuses(BadCursor, UnknownType)
    async def read_events(
        request: Request,
        caller: BriefCaller,
        *,
        after: After = None,
        limit: PageSize = 100,
        timeout: Wait = 0.0,  # noqa: ASYNC109 - the caller's wish, a parameter of the API
        types: Types = None,
        last_event_id: LastEventId = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        """Every event your agency may see, in order per case, as one log: from after the event you name, waiting for the next.

        With ``Accept: text/event-stream`` the same events come as a stream; ``Last-Event-ID`` is the same cursor.
        """
        streaming = STREAM in request.headers.get("accept", "")
        reading = Reading(request, types, _STREAM_PAGE if streaming else limit)
        place = await reading.start((last_event_id if streaming else None) or after)
        if streaming:
            return StreamingResponse(_stream(reading, place, caller, bell), media_type=STREAM)
        with bell.heard_by(name_at(scope_of(caller.actor)), reading.database) as rung:
            page = await _wait_for_page(reading, place, rung, timeout)
        following = f'</v1/events?after={cursor_of(scope_of(caller.actor), page.place)}>; rel="next"'
        content = _BATCH.dump_json(page.events, exclude_none=True).decode()
        return tagged(content, BATCH, if_none_match, {"Link": following})

    return router


async def _wait_for_page(reading: Reading, place: Place, rung: asyncio.Event, seconds: float) -> Page:
    """The next page; empty only when the seconds passed without an event, or the caller went away."""
    ends_at = time.monotonic() + seconds
    while True:
        rung.clear()
        page = await reading.page(place)
        left = ends_at - time.monotonic()
        if page.events or left <= 0 or await reading.request.is_disconnected():
            return page
        place = page.place
        await wait_for_more(rung, page, left)


async def _stream(reading: Reading, place: Place, caller: Principal, bell: Bell) -> AsyncIterator[str]:
    """Events as they come, and a heartbeat in between; ends when the caller may not read any more."""
    settings: NotificationSettings = reading.request.app.state.runtime.settings
    yield "retry: 2000\n\n"
    with bell.heard_by(name_at(scope_of(caller.actor)), reading.database) as rung:
        while not reading.token_expired:
            rung.clear()
            try:
                page = await reading.page(place)
            except (Fact, DatabaseUnavailable):
                return
            place = page.place
            for event in page.events:
                yield f"id: {event.id}\nevent: {event.type}\ndata: {event.model_dump_json(exclude_none=True)}\n\n"
            if not page.events and not await wait_for_more(rung, page, settings.stream_heartbeat):
                yield ": heartbeat\n\n"
