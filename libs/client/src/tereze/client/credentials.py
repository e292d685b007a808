"""Decides where a login is kept between runs: one file, for its owner's eyes only; must never print a token."""

import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from tereze.client.oauth import OAuthClient, Token
from tereze.client.problems import LoginFailed


class Profile(BaseModel):
    """One saved login. ``who`` is a word for the person reading ``tereze whoami``, never checked."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str
    issuer: str
    client_id: str
    client_secret: str | None = None
    who: str = ""
    token: Token | None = None

    @property
    def client(self) -> OAuthClient:
        """The OAuth 2 client of this login."""
        return OAuthClient(self.client_id, self.client_secret)


class _Saved(BaseModel):
    model_config = ConfigDict(extra="ignore")

    current: str | None = None
    profiles: dict[str, Profile] = {}


def default_path(environment: Mapping[str, str] = os.environ) -> Path:
    """``$XDG_CONFIG_HOME/tereze/credentials.json``, or below ``~/.config``."""
    given = environment.get("XDG_CONFIG_HOME", "")
    return (Path(given) if given else Path.home() / ".config") / "tereze" / "credentials.json"


class Credentials:
    """The file of saved logins, one for each URL; readable and writable by its owner alone (0600)."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()

    def profile(self, url: str | None = None) -> Profile | None:
        """The login for ``url``, or the one last used."""
        saved = self._read()
        name = saved.current if url is None else url.rstrip("/")
        return saved.profiles.get(name) if name else None

    def save(self, profile: Profile) -> None:
        """Keep a login and make it the current one."""
        with self.locked():
            saved = self._read()
            name = profile.url.rstrip("/")
            self._write(_Saved(current=name, profiles={**saved.profiles, name: profile}))

    def renew(self, profile: Profile, token: Token) -> None:
        """Keep the next token of a login; the caller holds ``locked``."""
        saved = self._read()
        renewed = profile.model_copy(update={"token": token})
        self._write(saved.model_copy(update={"profiles": {**saved.profiles, profile.url.rstrip("/"): renewed}}))

    def forget(self, url: str | None = None) -> Profile | None:
        """Remove a login; returns what was removed."""
        with self.locked():
            saved = self._read()
            name = saved.current if url is None else url.rstrip("/")
            gone = saved.profiles.pop(name, None) if name else None
            if gone is not None:
                current = None if saved.current == name else saved.current
                self._write(_Saved(current=current, profiles=saved.profiles))
            return gone

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the file against other processes, so that two never spend the same refresh token."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read(self) -> _Saved:
        try:
            return _Saved.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return _Saved()
        except ValidationError as error:
            raise LoginFailed("unreadable-credentials", f"{self.path} cannot be read; remove it and log in") from error

    def _write(self, saved: _Saved) -> None:
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".credentials-")  # made with 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(saved.model_dump_json(indent=2))
        Path(name).replace(self.path)
