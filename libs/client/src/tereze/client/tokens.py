"""Decides which token a request carries and when it is renewed; must never run two renewals of one login at once."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator
from enum import Enum
from typing import TypeAlias

import httpx

from tereze.client.grants import Grant
from tereze.client.oauth import Token

_UNAUTHORIZED = 401


class _Lock(Enum):
    HOLD = "hold"
    FREE = "free"


_Flow: TypeAlias = Generator[httpx.Request | _Lock, httpx.Response | None, None]


class TokenAuth(httpx.Auth):
    """Renews before expiry, and once more when the API says 401."""

    def __init__(self, grant: Grant, base_url: str) -> None:
        self._grant = grant
        self._base_url = base_url
        self._token = grant.held()
        self._threads = threading.Lock()
        self._tasks = asyncio.Lock()

    def _flow(self, request: httpx.Request) -> _Flow:
        """Both twins' flow: what to send, and when the lock is needed."""
        yield _Lock.HOLD
        used = self._token
        if used is None or not used.fresh():
            used = yield from self._renewed(used)
        yield _Lock.FREE
        request.headers["Authorization"] = f"Bearer {used.access_token}"
        response = yield request
        if response is None or response.status_code != _UNAUTHORIZED or not self._grant.renewable:
            return
        yield _Lock.HOLD
        renewed = self._token
        if renewed is None or renewed == used:
            renewed = yield from self._renewed(used)
        yield _Lock.FREE
        request.headers["Authorization"] = f"Bearer {renewed.access_token}"
        yield request

    def _renewed(self, last: Token | None) -> Generator[httpx.Request, httpx.Response | None, Token]:
        renewal = self._grant.renewal(self._base_url, last)
        try:
            asked = next(renewal)
            while True:
                response = yield asked
                assert response is not None
                asked = renewal.send(response)
        except StopIteration as end:
            token: Token = end.value
            self._token = token
            return token
        finally:
            renewal.close()

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The flow for a plain client."""
        flow, answer, held = self._flow(request), None, False
        try:
            while (step := _next(flow, answer)) is not None:
                answer = None
                if step is _Lock.HOLD:
                    held = self._threads.acquire()
                elif step is _Lock.FREE:
                    self._threads.release()
                    held = False
                elif isinstance(step, httpx.Request):
                    answer = yield step
                    if step is not request or answer.status_code == _UNAUTHORIZED:
                        answer.read()  # any other answer may be a stream without end
        finally:
            flow.close()
            if held:
                self._threads.release()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """The flow for an asynchronous client."""
        flow, answer, held = self._flow(request), None, False
        try:
            while (step := _next(flow, answer)) is not None:
                answer = None
                if step is _Lock.HOLD:
                    held = await self._tasks.acquire()
                elif step is _Lock.FREE:
                    self._tasks.release()
                    held = False
                elif isinstance(step, httpx.Request):
                    answer = yield step
                    if step is not request or answer.status_code == _UNAUTHORIZED:
                        await answer.aread()  # as above
        finally:
            flow.close()
            if held:
                self._tasks.release()


def _next(flow: _Flow, answer: httpx.Response | None) -> httpx.Request | _Lock | None:
    """The flow's next step, or None at its end."""
    try:
        return flow.send(answer)
    except StopIteration:
        return None
