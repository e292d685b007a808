"""Decides how a service says what happens because an event arrived or time passed; must never run any of it."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from tereze.chassis.timers import FiredTimer
from tereze.chassis.work import Work
from tereze.contracts.events import Envelope, Event

E = TypeVar("E", bound=Event)
EventHandler = Callable[[E, Work, Envelope], Awaitable[None]]
TimerHandler = Callable[[FiredTimer, Work], Awaitable[None]]


class Handlers:
    """What a service does with each type of event: at least once in, once in effect."""

    def __init__(self) -> None:
        self._by_type: dict[str, list[EventHandler[Any]]] = defaultdict(list)
        self._topics: set[str] = set()

    def on(self, event: type[E]) -> Callable[[EventHandler[E]], EventHandler[E]]:
        """Register ``async def handler(event, work, envelope)`` for one type of event."""

        def register(handler: EventHandler[E]) -> EventHandler[E]:
            self._by_type[event.type].append(handler)
            self._topics.add(event.topic)
            return handler

        return register

    def include(self, others: "Handlers") -> None:
        """Take over what another set registered; it runs before what is registered later."""
        for name in others.types:
            self._by_type[name].extend(others.of(name))
        self._topics |= others.topics

    def of(self, type_name: str) -> tuple[EventHandler[Any], ...]:
        """The handlers of a CloudEvents type; empty where the service does not care."""
        return tuple(self._by_type.get(type_name, ()))

    @property
    def types(self) -> frozenset[str]:
        """CloudEvents types that have a handler."""
        return frozenset(self._by_type)

    @property
    def topics(self) -> frozenset[str]:
        """Topics that carry the registered types."""
        return frozenset(self._topics)


class Deadlines:
    """What a service does when a deadline of each kind passes."""

    def __init__(self) -> None:
        self._by_kind: dict[str, TimerHandler] = {}

    def fires(self, kind: str) -> Callable[[TimerHandler], TimerHandler]:
        """Register ``async def handler(timer, work)`` for one kind of deadline."""

        def register(handler: TimerHandler) -> TimerHandler:
            if kind in self._by_kind:
                raise ValueError(f"two handlers for deadlines of kind {kind}")
            self._by_kind[kind] = handler
            return handler

        return register

    def of(self, kind: str) -> TimerHandler | None:
        """The handler of one kind, if there is one."""
        return self._by_kind.get(kind)

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds that have a handler."""
        return frozenset(self._by_kind)
