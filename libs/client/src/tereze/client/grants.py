"""Decides by what right a token is asked for; must never keep one longer than it is good for."""

from dataclasses import dataclass
from typing import Protocol

import httpx

from tereze.client.credentials import Credentials, Profile
from tereze.client.oauth import Endpoints, Exchange, OAuthClient, Token, discover, read_token
from tereze.client.problems import LoginFailed


class Grant(Protocol):
    """A right to tokens. ``held`` is the token at hand; ``renewal`` gets the next one from the issuer."""

    @property
    def renewable(self) -> bool:
        """Whether the issuer can be asked again."""

    def held(self) -> Token | None:
        """A token from an earlier run, if any."""

    def renewal(self, base_url: str, last: Token | None) -> Exchange[Token]:
        """Requests that lead to a new token; ``last`` is the one that will not do any more."""


@dataclass(frozen=True)
class Bearer:
    """A token that somebody else obtained."""

    token: str
    renewable: bool = False

    def held(self) -> Token | None:
        """The token."""
        return Token(access_token=self.token)

    def renewal(self, base_url: str, last: Token | None) -> Exchange[Token]:  # noqa: ARG002 - the protocol's shape
        """There is none."""
        raise LoginFailed("expired_token", "the token given cannot be renewed")
        yield  # pragma: no cover - makes this a generator


@dataclass(frozen=True)
class ClientCredentials:
    """An agency's system. Give a secret or a private key (P-256, as PEM); ``issuer`` where it is not the API's own URL."""

    client_id: str
    client_secret: str | None = None
    private_key: str | None = None
    issuer: str | None = None
    renewable: bool = True

    def held(self) -> Token | None:
        """None: a system's token lives as long as the process."""
        return None

    def renewal(self, base_url: str, last: Token | None) -> Exchange[Token]:  # noqa: ARG002 - the protocol's shape
        """Ask for a token with the client's own credentials."""
        client = OAuthClient(self.client_id, self.client_secret, self.private_key)
        endpoints = yield from discover(self.issuer or base_url)
        return read_token((yield client.form(endpoints.token_endpoint, "client_credentials")))


@dataclass(frozen=True)
class SavedLogin:
    """The login that ``tereze login`` left in the credentials file, renewed there for everybody who uses it."""

    profile: Profile
    credentials: Credentials
    renewable: bool = True

    def held(self) -> Token | None:
        """The token of the last run."""
        return self.profile.token

    def renewal(self, base_url: str, last: Token | None) -> Exchange[Token]:  # noqa: ARG002 - the protocol's shape
        """Use what another process renewed, or renew and keep it."""
        with self.credentials.locked():
            kept = self.credentials.profile(self.profile.url) or self.profile
            if kept.token is not None and kept.token != last and kept.token.fresh():
                return kept.token
            endpoints = yield from discover(kept.issuer)
            token = read_token((yield self._request(endpoints, kept)))
            if token.refresh_token is None and kept.token is not None:
                token = token.model_copy(update={"refresh_token": kept.token.refresh_token})
            self.credentials.renew(kept, token)
            return token

    def _request(self, endpoints: Endpoints, kept: Profile) -> httpx.Request:
        if kept.client_secret is not None:
            return kept.client.form(endpoints.token_endpoint, "client_credentials")
        if kept.token is None or kept.token.refresh_token is None:
            raise LoginFailed("login_required", "the login has expired")
        return kept.client.form(endpoints.token_endpoint, "refresh_token", refresh_token=kept.token.refresh_token)
