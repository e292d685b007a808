"""Decides how a demo identity signs in without a browser; must never work with an issuer that has real people."""

from dataclasses import dataclass

import httpx

from tereze.client.device import ask_for_code, ask_for_token, read_prompt
from tereze.client.oauth import Exchange, OAuthClient, Token, discover, read_token
from tereze.client.problems import LoginFailed

CLIENT_ID = "tereze-cli"
_SLUG_AND_ROLE = 2


@dataclass(frozen=True)
class DemoIdentity:
    """An invented person or system, ``almaty-school-1:member``. It confirms its own device code at the demo issuer."""

    identity: str
    renewable: bool = True

    @property
    def subject(self) -> str:
        """The token's ``sub``."""
        return f"demo:{self.identity.removeprefix('demo:')}"

    def held(self) -> Token | None:
        """None: it can always sign in again."""
        return None

    def renewal(self, base_url: str, last: Token | None) -> Exchange[Token]:  # noqa: ARG002 - the protocol's shape
        """The device flow, with the confirmation that a person would give in the browser."""
        if len(self.identity.removeprefix("demo:").split(":")) != _SLUG_AND_ROLE:
            raise LoginFailed("invalid_identity", f"{self.identity} is not AGENCY:ROLE, like almaty-school-1:member")
        client = OAuthClient(CLIENT_ID)
        endpoints = yield from discover(base_url)
        prompt = read_prompt((yield ask_for_code(endpoints, client)))
        confirmed = yield httpx.Request(
            "POST", prompt.verification_uri, data={"user_code": prompt.user_code, "subject": self.subject}
        )
        if not confirmed.is_success:
            raise LoginFailed("access_denied", f"the issuer does not know {self.identity}, or is not a demo issuer")
        return read_token((yield ask_for_token(endpoints, client, prompt)))
