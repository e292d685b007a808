"""Decides how an issuer is asked for a token and how its answer is read (Authlib's protocol parts); must never do I/O."""

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from pydantic import BaseModel, ConfigDict, ValidationError

from tereze.client.problems import LoginFailed, problem_of

T = TypeVar("T")
Exchange: TypeAlias = Generator[httpx.Request, httpx.Response, T]
_SERVER = 500
_FORM = "application/x-www-form-urlencoded"


class Token(BaseModel):
    """An access token and how to get the next one. ``expires_at`` is in seconds since 1970 (UTC)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    access_token: str
    refresh_token: str | None = None
    expires_at: float | None = None

    def fresh(self, leeway: float = 60.0) -> bool:
        """Whether it will still be good in ``leeway`` seconds; a token of unknown age counts as fresh."""
        return self.expires_at is None or self.expires_at - leeway > time.time()


class Endpoints(BaseModel):
    """What is needed of an issuer's metadata (RFC 8414)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    token_endpoint: str
    device_authorization_endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Who asks: a public client (no secret), one with a secret, or one with a private key (P-256, as PEM)."""

    client_id: str
    client_secret: str | None = None
    private_key: str | None = None

    def form(self, endpoint: str, grant_type: str, **fields: str | None) -> httpx.Request:
        """A request to the token endpoint, authenticated as this client."""
        body: str = prepare_token_request(grant_type, **fields)
        uri, headers, content = self._authentication().prepare("POST", endpoint, {"Content-Type": _FORM}, body)
        return httpx.Request("POST", uri, headers={**headers, "Accept": "application/json"}, content=content)

    def _authentication(self) -> Any:
        if self.private_key is not None:
            from authlib.oauth2.rfc7523 import PrivateKeyJWT  # noqa: PLC0415 - loads every key type; few need it
            from joserfc.jwk import ECKey  # noqa: PLC0415 - likewise

            return ClientAuth(self.client_id, ECKey.import_key(self.private_key), PrivateKeyJWT(alg="ES256"))
        return ClientAuth(self.client_id, self.client_secret, "client_secret_post" if self.client_secret else "none")


def discover(issuer: str) -> Exchange[Endpoints]:
    """The issuer's endpoints."""
    url = issuer.rstrip("/") + "/.well-known/openid-configuration"
    response = yield httpx.Request("GET", url, headers={"Accept": "application/json"})
    if not response.is_success:
        raise LoginFailed("no-issuer", f"{url} answered HTTP {response.status_code}")
    try:
        return Endpoints.model_validate_json(response.content)
    except ValidationError as error:
        raise LoginFailed("no-issuer", f"{url} is not the metadata of an issuer") from error


def read_token(response: httpx.Response) -> Token:
    """The token in an answer of the token endpoint; raises LoginFailed with the OAuth 2 error."""
    if response.status_code >= _SERVER:
        raise problem_of(response.status_code, response.headers, response.content)
    fields = _fields(response)
    if not response.is_success or "access_token" not in fields:
        raise LoginFailed(str(fields.get("error", "invalid_response")), str(fields.get("error_description", "")))
    lifetime = fields.get("expires_in")
    return Token(
        access_token=str(fields["access_token"]),
        refresh_token=fields.get("refresh_token"),
        expires_at=None if lifetime is None else time.time() + float(lifetime),
    )


def _fields(response: httpx.Response) -> dict[str, Any]:
    try:
        fields = response.json()
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise LoginFailed("invalid_response", f"the token endpoint answered HTTP {response.status_code} without JSON")
    return fields
