"""Decides how plans are carried out, awaited or not; must never know a path, a shape or a rule of any operation."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, closing, contextmanager
from typing import Any, TypeVar

import httpx
import stamina

from tereze.client.call import Call, Given, Plan, Stream
from tereze.client.problems import TooManyRequests, Unavailable, Unreachable, problem_of
from tereze.client.retrying import again
from tereze.client.watching import Lines, Watch

T = TypeVar("T")
_PASSING = (Unreachable, Unavailable, TooManyRequests)


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

    def watch(self, watch: Watch[T]) -> Iterator[T]:
        """The items of a stream as they come, without end; it is taken up again for ``patience`` seconds after the last sign of life."""
        lines, heard_at = Lines(watch.after), time.monotonic()
        while True:
            try:
                with _spoken(), closing(self._listen(watch, lines)) as heard:
                    for line in heard.iter_lines():
                        heard_at, data = time.monotonic(), lines.take(line)
                        if data is not None:
                            yield watch.read(data.encode())
            except _PASSING:
                if time.monotonic() - heard_at > self._patience:
                    raise
            lines.forget_half()
            time.sleep(lines.pause)

    def _listen(self, watch: Watch[T], lines: Lines) -> httpx.Response:
        answer = self.http.send(watch.request(self.http, lines.last_id), stream=True)
        if not answer.is_success:
            raise problem_of(answer.status_code, answer.headers, answer.read())
        return answer


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

    async def watch(self, watch: Watch[T]) -> AsyncIterator[T]:
        """The items of a stream as they come, without end; it is taken up again for ``patience`` seconds after the last sign of life."""
        lines, heard_at = Lines(watch.after), time.monotonic()
        while True:
            try:
                with _spoken():
                    async with aclosing(await self._listen(watch, lines)) as heard:
                        async for line in heard.aiter_lines():
                            heard_at, data = time.monotonic(), lines.take(line)
                            if data is not None:
                                yield watch.read(data.encode())
            except _PASSING:
                if time.monotonic() - heard_at > self._patience:
                    raise
            lines.forget_half()
            await asyncio.sleep(lines.pause)

    async def _listen(self, watch: Watch[T], lines: Lines) -> httpx.Response:
        answer = await self.http.send(watch.request(self.http, lines.last_id), stream=True)
        if not answer.is_success:
            raise problem_of(answer.status_code, answer.headers, await answer.aread())
        return answer
