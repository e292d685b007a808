"""Decides who of the demo's invented staff acts in a rig, and with which token; must never outlive a token."""

import time
from functools import cached_property

from tereze.contracts.words import StaffRole
from tereze.local.issuer import TokenMint
from tereze.rig.inside import demo_agencies, demo_staff

_FRESH_SECONDS = 1_800
_DEMO = "demo:"


class Cast:
    """The demo's agencies and staff, signed in through the demo issuer's own key."""

    def __init__(self, mint: TokenMint) -> None:
        self._mint = mint
        self._tokens: dict[str, tuple[float, str]] = {}

    @cached_property
    def regions(self) -> list[str]:
        """Codes of the regions that have agencies."""
        return sorted({agency.region_code for agency in demo_agencies().values() if agency.region_code})

    def systems(self, *kinds: str) -> list[str]:
        """Subjects of the systems of agencies of these kinds."""
        asked = {agency.agency_id for agency in demo_agencies().values() if agency.kind in kinds}
        return [
            member.subject
            for member in demo_staff().values()
            if StaffRole.SYSTEM in member.roles and member.agency_id in asked
        ]

    def bearer(self, subject: str) -> str:
        """An access token that is good for a while."""
        made, token = self._tokens.get(subject, (0.0, ""))
        if time.monotonic() - made > _FRESH_SECONDS or not token:
            token = self._mint.mint(subject, demo_staff()[subject.removeprefix(_DEMO)].agency_id)
            self._tokens[subject] = (time.monotonic(), token)
        return token
