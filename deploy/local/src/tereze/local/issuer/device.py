"""Decides the life of a device login (RFC 8628): asked, confirmed once, fetched once; must never hand a token to the device that did not ask."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from tereze.local.issuer.people import Person

LIFETIME_SECONDS = 600
INTERVAL_SECONDS = 1
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, no look-alikes
_MOST_PENDING = 1_000


class DeviceError(Exception):
    """What the token endpoint answers instead of a token; ``code`` is RFC 8628's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class UnknownCode(LookupError):
    """No login waits under this user code."""


@dataclass(slots=True)
class _Login:
    user_code: str
    expires_at: float
    person: Person | None = None
    polled_at: float = float("-inf")


class DeviceLogins:
    """The logins that wait. In memory: a restart means asking again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._by_device: dict[str, _Login] = {}

    def ask(self) -> tuple[str, str]:
        """Start a login; returns device code and user code."""
        now = self._clock()
        self._by_device = {code: login for code, login in self._by_device.items() if login.expires_at > now}
        if len(self._by_device) >= _MOST_PENDING:
            raise DeviceError("slow_down")
        letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
        login = _Login(user_code=f"{letters[:4]}-{letters[4:]}", expires_at=now + LIFETIME_SECONDS)
        device_code = secrets.token_urlsafe(32)
        self._by_device[device_code] = login
        return device_code, login.user_code

    def confirm(self, user_code: str, person: Person) -> None:
        """The person says the device may act for them. Raises UnknownCode."""
        wanted = user_code.strip().upper()
        for login in self._by_device.values():
            if login.user_code == wanted and login.person is None and login.expires_at > self._clock():
                login.person = person
                return
        raise UnknownCode

    def fetch(self, device_code: str) -> Person:
        """Who confirmed, once. Raises DeviceError while nobody has, or when it is too late."""
        login = self._by_device.get(device_code)
        if login is None:
            raise DeviceError("invalid_grant")
        now = self._clock()
        if login.expires_at <= now:
            raise DeviceError("expired_token")
        if login.person is None:
            hasty, login.polled_at = now - login.polled_at < INTERVAL_SECONDS / 2, now
            raise DeviceError("slow_down" if hasty else "authorization_pending")
        del self._by_device[device_code]
        return login.person
