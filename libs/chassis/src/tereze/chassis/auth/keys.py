"""Decides which of the issuer's public keys are believed and for how long; must never hammer the issuer or trust a key from a token."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

PublicKey = ECKey | OKPKey | RSAKey

_SMALLEST_RSA = 2048
_LARGEST_KEY_SET = 1 << 18


class UnknownKey(LookupError):
    """The issuer publishes no key under this id."""


class IssuerUnreachable(ConnectionError):
    """The issuer's keys cannot be read and none are cached that may still be believed."""


class UnreadableKeySet(ValueError):
    """What the issuer answered is not a key set with a usable key."""


def _usable(entry: Mapping[str, Any]) -> PublicKey | None:
    """The public key of one JWKS entry, or None for one that signs nothing we accept."""
    if entry.get("use", "sig") != "sig" or not isinstance(entry.get("kid"), str) or "d" in entry or "k" in entry:
        return None
    try:
        key = JWKRegistry.import_key(dict(entry))
    except (JoseError, ValueError, TypeError):
        return None
    if isinstance(key, RSAKey):
        return key if key.raw_value.key_size >= _SMALLEST_RSA else None
    return key if isinstance(key, ECKey | OKPKey) else None


def read_key_set(document: object) -> dict[str, PublicKey]:
    """Usable signing keys by key id. Raises UnreadableKeySet."""
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise UnreadableKeySet("not a key set")
    found = {entry["kid"]: key for entry in entries if isinstance(entry, dict) and (key := _usable(entry))}
    if not found:
        raise UnreadableKeySet("no usable signing key")
    return found


class IssuerKeys:
    """The issuer's signing keys, cached. Times are seconds; the address may be a ``file:`` URL.

    Believed without asking for ``fresh_for``; while the issuer fails, for ``stale_for`` more. An unknown key id makes one
    fetch, at most one every ``cooldown``, whoever asks; nobody waits for a fetch who could be answered from the cache.
    """

    def __init__(
        self,
        url: str,
        *,
        client: httpx.AsyncClient | None = None,
        clock: Callable[[], float] = time.monotonic,
        fresh_for: float = 600,
        stale_for: float = 3600,
        cooldown: float = 10,
        patience: float = 2,
    ) -> None:
        self._url = url
        self._client = client or httpx.AsyncClient(timeout=patience, follow_redirects=False, trust_env=False)
        self._clock = clock
        self._fresh_for, self._stale_for, self._cooldown, self._patience = fresh_for, stale_for, cooldown, patience
        self._keys: dict[str, PublicKey] = {}
        self._read_at = float("-inf")
        self._tried_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def find(self, kid: str) -> PublicKey:
        """The key of this id. Raises UnknownKey or IssuerUnreachable."""
        key = self._keys.get(kid)
        age = self._clock() - self._read_at
        believed = key is not None and age < self._fresh_for + self._stale_for
        if believed and (age < self._fresh_for or self._fetching.locked()):
            assert key is not None
            return key
        await self._refresh(self._read_at)
        return self._known(kid)

    def _known(self, kid: str) -> PublicKey:
        if self._clock() - self._read_at >= self._fresh_for + self._stale_for:
            raise IssuerUnreachable
        try:
            return self._keys[kid]
        except KeyError:
            raise UnknownKey from None

    async def _refresh(self, seen: float) -> None:
        """Fetch once for everybody who wants it, unless someone just tried. A failure keeps what is cached."""
        async with self._fetching:
            if self._read_at != seen or self._clock() - self._tried_at < self._cooldown:
                return
            self._tried_at = self._clock()
            try:
                async with asyncio.timeout(self._patience):
                    self._keys = read_key_set(await self._fetch())
            except (httpx.HTTPError, OSError, ValueError):  # a timeout is an OSError; the stale set serves on
                return
            self._read_at = self._clock()

    async def _fetch(self) -> object:
        if self._url.startswith("file:"):  # keys handed over by hand: tests, and sites cut off from their issuer
            return json.loads(await asyncio.to_thread(Path(url2pathname(urlsplit(self._url).path)).read_bytes))
        async with self._client.stream("GET", self._url) as answer:
            answer.raise_for_status()
            content = bytearray()
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > _LARGEST_KEY_SET:
                    raise UnreadableKeySet("too large")
        return json.loads(bytes(content))

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()
