"""Decides what a demo access token says (RFC 9068); must never put a permission or a name into one."""

import json
import secrets
import time
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
LIFETIME_SECONDS = 3_600
REFRESH_SECONDS = 12 * 3_600
TEST_ISSUER = "http://issuer.test"


def _signing_key(path: Path) -> ECKey:
    """The issuer's key, made on first use; tokens of an earlier run stay valid on the same directory."""
    if path.exists():
        return ECKey.import_key(json.loads(path.read_text("utf-8")))
    fresh = ECKey.generate_key("P-256")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_text(json.dumps({**fresh.as_dict(private=True), "kid": fresh.thumbprint()}), "utf-8")
    return ECKey.import_key(json.loads(path.read_text("utf-8")))


class UnusableRefreshToken(Exception):
    """It is not one of ours, or too old."""


class TokenMint:
    """Signs access tokens with the demo issuer's key, which lies in ``directory``."""

    def __init__(self, directory: Path, issuer: str = TEST_ISSUER, audience: str = "tereze") -> None:
        self.issuer, self.audience = issuer, audience
        self._directory = directory
        self.key = _signing_key(directory / "issuer.private.jwk")
        self.key_set = {"keys": [{**self.key.as_dict(private=False), "use": "sig", "alg": ALGORITHM}]}

    @property
    def jwks_url(self) -> str:
        """The public keys as a file URL, for services that run without the issuer's process."""
        path = self._directory / "issuer.jwks"
        path.write_text(json.dumps(self.key_set), "utf-8")
        return path.absolute().as_uri()

    def claims(self, subject: str, agency_id: str) -> dict[str, Any]:
        """What a token of this subject says."""
        now = int(time.time())
        return {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": subject,
            "client_id": subject,
            "agency": agency_id,
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
            "jti": secrets.token_hex(16),
        }

    def mint(self, subject: str, agency_id: str, **overrides: Any) -> str:
        """A signed token. ``overrides`` replace claims; None removes one."""
        claims = {
            name: value for name, value in {**self.claims(subject, agency_id), **overrides}.items() if value is not None
        }
        header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=[ALGORITHM])

    def mint_refresh(self, subject: str) -> str:
        """A token that is good for nothing but the next access token. Its type and audience keep the two apart."""
        claims = {"iss": self.issuer, "aud": self.issuer, "sub": subject, "exp": int(time.time()) + REFRESH_SECONDS}
        header = {"alg": ALGORITHM, "typ": "rt+jwt", "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=[ALGORITHM])

    def read_refresh(self, token: str) -> str:
        """Whose refresh token this is. Raises UnusableRefreshToken."""
        try:
            found = jwt.decode(token, self.key, algorithms=[ALGORITHM])
        except (JoseError, ValueError):
            raise UnusableRefreshToken from None
        ours = found.header.get("typ") == "rt+jwt" and found.claims.get("aud") == self.issuer
        if not ours or found.claims.get("exp", 0) <= time.time():
            raise UnusableRefreshToken
        return str(found.claims["sub"])
