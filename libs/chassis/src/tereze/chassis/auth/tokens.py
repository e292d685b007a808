"""Decides whether a token is a valid RFC 9068 access token of our issuer; must never read a permission from it."""

import re
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from joserfc import jws, jwt
from joserfc.errors import JoseError, SecurityWarning

from tereze.chassis.auth.keys import PublicKey, UnknownKey

ALGORITHMS = ("ES256", "Ed25519", "EdDSA", "RS256")
_TYPES = frozenset({"at+jwt", "application/at+jwt"})
_HEADER = frozenset({"alg", "typ", "kid"})  # no jwk, jku, x5u, x5c, crit: a token brings no key of its own
_LONGEST_TOKEN = 8_192
_LONGEST_SUBJECT = 255
_MOST_REMEMBERED = 2_048
_AGENCY = re.compile(r"agc_[0-9a-f]{32}\Z")


class TokenRefused(Exception):
    """The token proves nothing to us. The message is safe to show: it holds nothing of the token."""


class TokenExpired(TokenRefused):
    """The token was good once."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says: who, and for which agency. ``expires_at`` is seconds since the epoch."""

    subject: str
    agency_id: str
    expires_at: float


class Keys(Protocol):
    """Where public keys come from."""

    async def find(self, kid: str) -> PublicKey:
        """The key of this id; raises UnknownKey."""


def _number(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e11:  # noqa: PLR2004 - year 5138
        raise TokenRefused(f"The claim {name} is missing or is no point in time.")
    return float(value)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value or len(value) > _LONGEST_SUBJECT or "\x00" in value:
        raise TokenRefused(f"The claim {name} is missing or is no text.")
    return value


def _accepted_header(token: str) -> tuple[str, str]:
    """Key id and algorithm of a token whose header we accept. Raises TokenRefused."""
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise TokenRefused("The token is too long or holds characters no token has.")
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError) as error:
        raise TokenRefused("The token is no signed token.") from error
    if header.get("alg") not in ALGORITHMS:
        raise TokenRefused("The token's algorithm is not accepted.")
    if not isinstance(header.get("typ"), str) or header["typ"].lower() not in _TYPES:
        raise TokenRefused("The token is not an access token (typ at+jwt).")
    if not header.keys() <= _HEADER:
        raise TokenRefused("The token's header carries a parameter that is not accepted.")
    if not isinstance(header.get("kid"), str):
        raise TokenRefused("The token names no key.")
    return header["kid"], header["alg"]


def _open(token: str, key: PublicKey, algorithm: str) -> Mapping[str, Any]:
    """The claims, once the signature holds. Raises TokenRefused."""
    try:
        if algorithm != "EdDSA":
            return jwt.decode(token, key, algorithms=[algorithm]).claims
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # the old name of Ed25519, which issuers still send
            return jwt.decode(token, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError, TypeError) as error:
        raise TokenRefused("The token's signature does not hold.") from error


@dataclass(frozen=True, slots=True)
class _Opened:
    """A token whose signature was seen to hold under this very key."""

    kid: str
    key: PublicKey
    claims: Mapping[str, Any]


class TokenVerifier:
    """Checks bearer tokens of one issuer for one audience; ``leeway`` seconds allow for clocks that differ.

    A signature that held is remembered (by the token's hash) as long as its key is the one the issuer publishes;
    claims are checked anew on every call.
    """

    def __init__(
        self, *, issuer: str, audience: str, keys: Keys, clock: Callable[[], float] = time.time, leeway: float = 10
    ) -> None:
        self._issuer, self._audience, self._keys, self._clock, self._leeway = issuer, audience, keys, clock, leeway
        self._opened: dict[bytes, _Opened] = {}

    async def verify(self, token: str) -> Claims:
        """What the token proves. Raises TokenRefused, TokenExpired or IssuerUnreachable."""
        mark = sha256(token.encode("utf-8", "replace")).digest()
        known = self._opened.get(mark)
        if known is None or await self._find(known.kid) is not known.key:
            known = await self._open(token)
            if len(self._opened) >= _MOST_REMEMBERED:
                del self._opened[next(iter(self._opened))]
            self._opened[mark] = known
        return self._check(known.claims)

    async def _open(self, token: str) -> _Opened:
        kid, algorithm = _accepted_header(token)
        key = await self._find(kid)
        return _Opened(kid, key, _open(token, key, algorithm))

    async def _find(self, kid: str) -> PublicKey:
        try:
            return await self._keys.find(kid)
        except UnknownKey:
            raise TokenRefused("The token is signed by a key the issuer does not publish.") from None

    def _check(self, claims: Mapping[str, Any]) -> Claims:
        """Decoding checks a signature only; every claim is looked at here."""
        now = self._clock()
        audience = claims.get("aud")
        if claims.get("iss") != self._issuer:
            raise TokenRefused("The token is from another issuer.")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise TokenRefused("The token is for another audience.")
        expires_at = _number(claims, "exp")
        if expires_at + self._leeway <= now:
            raise TokenExpired("The token has expired; get a new one.")
        if _number(claims, "iat") > now + self._leeway:
            raise TokenRefused("The token is issued in the future.")
        if "nbf" in claims and _number(claims, "nbf") > now + self._leeway:
            raise TokenRefused("The token is not valid yet.")
        agency_id = _text(claims, "agency")
        if not _AGENCY.match(agency_id):
            raise TokenRefused("The claim agency is not an agency id.")
        return Claims(subject=_text(claims, "sub"), agency_id=agency_id, expires_at=expires_at)
