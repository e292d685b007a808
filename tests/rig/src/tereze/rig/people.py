"""Decides who of the demo's invented staff acts in a rig, and with which token; must never outlive a token."""

import time
from functools import cached_property
from typing import Any

import yaml

from tereze.local.issuer import TokenMint
from tereze.local.layout import PACK

_FRESH_SECONDS = 1_800


class Cast:
    """The demo's agencies and staff, signed in through the demo issuer's own key."""

    def __init__(self, mint: TokenMint) -> None:
        self._mint = mint
        self._tokens: dict[str, tuple[float, str]] = {}

    @cached_property
    def agencies(self) -> dict[str, dict[str, Any]]:
        """Agencies by id."""
        return {entry["agency_id"]: entry for entry in _entries("agencies.yaml")}

    @cached_property
    def staff(self) -> dict[str, dict[str, Any]]:
        """Staff by the subject of their token."""
        return {entry["subject"]: entry for entry in _entries("staff.yaml")}

    @cached_property
    def regions(self) -> list[str]:
        """Codes of the regions that have agencies."""
        return sorted({entry["region_code"] for entry in self.agencies.values() if entry.get("region_code")})

    def systems(self, *kinds: str) -> list[str]:
        """Subjects of the systems of agencies of these kinds."""
        return [
            subject
            for subject, entry in self.staff.items()
            if "system" in entry["roles"] and self.agencies[entry["agency_id"]]["kind"] in kinds
        ]

    def bearer(self, subject: str) -> str:
        """An access token that is good for a while."""
        made, token = self._tokens.get(subject, (0.0, ""))
        if time.monotonic() - made > _FRESH_SECONDS or not token:
            token = self._mint.mint(subject, self.staff[subject]["agency_id"])
            self._tokens[subject] = (time.monotonic(), token)
        return token


def _entries(name: str) -> list[dict[str, Any]]:
    with (PACK / "demo" / name).open(encoding="utf-8") as file:
        entries: list[dict[str, Any]] = yaml.safe_load(file)
    return entries
