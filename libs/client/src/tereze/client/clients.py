"""Decides how the two clients are put together; must never hold an operation of its own (nouns do)."""

from types import TracebackType
from typing import Self

import httpx

from tereze.client.credentials import Credentials
from tereze.client.doors import AsyncDoor, SyncDoor
from tereze.client.grants import Grant, SavedLogin
from tereze.client.nouns import Window
from tereze.client.problems import LoginFailed
from tereze.client.tokens import TokenAuth

DEFAULT_URL = "http://127.0.0.1:8080"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_AGENT = "tereze-client/0.1"


class Tereze(Window[SyncDoor]):
    """The window, for programs that wait for each answer.

    ``url`` is where the API is. ``auth`` says by what right: ClientCredentials for a system, SavedLogin for a person.
    ``patience`` is for how many seconds a call that may safely be repeated is retried. Use it as a context manager, or
    close it; one client may be shared by threads.
    """

    def __init__(
        self, url: str = DEFAULT_URL, *, auth: Grant | None = None, timeout: float = 30.0, patience: float = 45.0
    ) -> None:
        self.url = url.rstrip("/")
        self.http = httpx.Client(
            base_url=self.url,
            auth=TokenAuth(auth, self.url) if auth else None,
            timeout=timeout,
            trust_env=_outside(self.url),
            headers={"User-Agent": _AGENT},
        )
        super().__init__(SyncDoor(self.http, patience=patience))

    @classmethod
    def from_login(cls, url: str | None = None, *, credentials: Credentials | None = None) -> Self:
        """The client of whoever ran ``tereze login``; raises LoginFailed when nobody did."""
        login = saved_login(url, credentials)
        return cls(login.profile.url, auth=login)

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncTereze(Window[AsyncDoor]):
    """The window, for programs on asyncio: the same operations as Tereze, awaited; the same arguments."""

    def __init__(
        self, url: str = DEFAULT_URL, *, auth: Grant | None = None, timeout: float = 30.0, patience: float = 45.0
    ) -> None:
        self.url = url.rstrip("/")
        self.http = httpx.AsyncClient(
            base_url=self.url,
            auth=TokenAuth(auth, self.url) if auth else None,
            timeout=timeout,
            trust_env=_outside(self.url),
            headers={"User-Agent": _AGENT},
        )
        super().__init__(AsyncDoor(self.http, patience=patience))

    @classmethod
    def from_login(cls, url: str | None = None, *, credentials: Credentials | None = None) -> Self:
        """The client of whoever ran ``tereze login``; raises LoginFailed when nobody did."""
        login = saved_login(url, credentials)
        return cls(login.profile.url, auth=login)

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def saved_login(url: str | None, credentials: Credentials | None = None) -> SavedLogin:
    """The login kept for ``url``, or the one last used."""
    kept = credentials or Credentials()
    profile = kept.profile(url)
    if profile is None:
        raise LoginFailed("login_required", f"nobody is logged in at {url or DEFAULT_URL}")
    return SavedLogin(profile, kept)


def _outside(url: str) -> bool:
    """Whether a proxy of the environment may be used: never for this machine itself."""
    return httpx.URL(url).host not in _LOOPBACK
