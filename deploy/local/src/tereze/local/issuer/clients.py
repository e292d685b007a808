"""Decides whether a client is who it says (RFC 6749 §2.3, RFC 7523); must never accept one assertion twice."""

import base64
import binascii
import hmac
import json
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from tereze.local.issuer.people import People, Person, UnknownSubject

DEMO_SECRET = "demo"  # noqa: S105 - invented people only; the issuer refuses production
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS = ["ES256", "Ed25519", "RS256"]
_LONGEST_LIFE = 600

Form = Mapping[str, str]


class InvalidClient(Exception):
    """The client did not prove who it is."""


def _from_basic(header: str) -> tuple[str, str]:
    try:
        pair = base64.b64decode(header.partition(" ")[2], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidClient from None
    client_id, _, secret = pair.rpartition(":")  # a demo client id has colons, which not every library escapes
    return unquote_plus(client_id), unquote_plus(secret)


class Clients:
    """Authenticates demo clients: secret in the header or the form, or a signed assertion.

    A client's public key is a JWK in ``<directory>/clients/<client id with dots for colons>.jwk``.
    """

    def __init__(self, people: People, directory: Path, audiences: frozenset[str]) -> None:
        self._people, self._directory, self._audiences = people, directory / "clients", audiences
        self._seen: dict[tuple[str, str], float] = {}

    def authenticate(self, authorization: str, form: Form) -> Person:
        """The client behind a token request. Raises InvalidClient."""
        if form.get("client_assertion_type") == ASSERTION_TYPE:
            return self._asserted(form.get("client_assertion", ""))
        if authorization.lower().startswith("basic "):
            client_id, secret = _from_basic(authorization)
        else:
            client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        if not hmac.compare_digest(secret.encode(), DEMO_SECRET.encode()):
            raise InvalidClient
        return self._known(client_id)

    def _known(self, client_id: str) -> Person:
        try:
            return self._people.find(client_id)
        except UnknownSubject:
            raise InvalidClient from None

    def _key(self, client: Person) -> ECKey | OKPKey | RSAKey:
        path = (
            self._directory / f"{client.subject.replace(':', '.')}.jwk"
        )  # a known subject: no path of the caller's making
        if not path.is_file():
            raise InvalidClient
        key = JWKRegistry.import_key(json.loads(path.read_text("utf-8")))
        if not isinstance(key, ECKey | OKPKey | RSAKey):
            raise InvalidClient
        return key

    def _asserted(self, assertion: str) -> Person:
        try:
            claimed = json.loads(base64.urlsafe_b64decode(assertion.split(".")[1] + "=="))
            client = self._known(str(claimed["sub"]))
            claims = jwt.decode(assertion, self._key(client), algorithms=_ALGORITHMS).claims
        except (JoseError, ValueError, KeyError, TypeError, IndexError):
            raise InvalidClient from None
        now = time.time()
        audience = claims.get("aud")
        expires_at = claims.get("exp")
        if claims.get("iss") != client.subject or claims.get("sub") != client.subject:
            raise InvalidClient
        if not self._audiences & set(audience if isinstance(audience, list) else [audience]):
            raise InvalidClient
        if not isinstance(expires_at, int | float) or not now < expires_at <= now + _LONGEST_LIFE:
            raise InvalidClient
        self._use_up(client.subject, str(claims.get("jti", "")), float(expires_at))
        return client

    def _use_up(self, client_id: str, jti: str, expires_at: float) -> None:
        now = time.time()
        self._seen = {used: until for used, until in self._seen.items() if until > now}
        if not jti or (client_id, jti) in self._seen:
            raise InvalidClient
        self._seen[client_id, jti] = expires_at
