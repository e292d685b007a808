"""Decides how plans are carried out, awaited or not; must never know a path, a shape or a rule of any operation."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import stamina

from tereze.client.call import Call, Given, Plan, Stream
from tereze.client.problems import Unreachable
from tereze.client.retrying import again

T = TypeVar("T")


@contextmanager
def _spoken() -> Iterator[None]:
    """Say in our words that no answer came."""
    try:
        yield
    except httpx.TransportError as error:
        raise Unreachable(f"no answer from {error.request.url.copy_with(path='/', query=None)}: {error}") from error


class SyncDoor:
    """Carries out plans with a plain httpx client, retrying for up to ``patience`` seconds where that is safe."""

    def __init__(self, http: httpx.Client, *, patience: float) -> None:
        self.http = http
        self._patience = patience

    def send(self, call: Call[T]) -> T:
        """One call, with retries."""
        for attempt in stamina.retry_context(on=again(call), attempts=None, timeout=self._patience):
            with attempt, _spoken():
                return call.answer(self.http.send(call.request(self.http)))
        raise AssertionError  # pragma: no cover - the context returns or raises

    def run(self, plan: Plan[T]) -> T:
        """A plan of one call or several."""
        if isinstance(plan, Call):
            return self.send(plan)
        answer: Any = None
        while True:
            try:
                call = plan.send(answer)
            except StopIteration as end:
                result: T = end.value
                return result
            answer = self.send(call)

    def stream(self, plan: Stream[T]) -> Iterator[T]:
        """The items of a plan that gives many."""
        answer: Any = None
        while True:
            try:
                step = plan.send(answer)
            except StopIteration:
                return
            answer = None
            if isinstance(step, Given):
                yield from step.items
            else:
                answer = self.send(step)


class AsyncDoor:
    """Carries out plans with an asynchronous httpx client, retrying for up to ``patience`` seconds where that is safe."""

    def __init__(self, http: httpx.AsyncClient, *, patience: float) -> None:
        self.http = http
        self._patience = patience

    async def send(self, call: Call[T]) -> T:
        """One call, with retries."""
        async for attempt in stamina.retry_context(on=again(call), attempts=None, timeout=self._patience):
            with attempt, _spoken():
                return call.answer(await self.http.send(call.request(self.http)))
        raise AssertionError  # pragma: no cover - the context returns or raises

    async def run(self, plan: Plan[T]) -> T:
        """A plan of one call or several."""
        if isinstance(plan, Call):
            return await self.send(plan)
        answer: Any = None
        while True:
            try:
                call = plan.send(answer)
            except StopIteration as end:
                result: T = end.value
                return result
            answer = await self.send(call)

    async def stream(self, plan: Stream[T]) -> AsyncIterator[T]:
        """The items of a plan that gives many."""
        answer: Any = None
        while True:
            try:
                step = plan.send(answer)
            except StopIteration:
                return
            answer = None
            if isinstance(step, Given):
                for item in step.items:
                    yield item
            else:
                answer = await self.send(step)
