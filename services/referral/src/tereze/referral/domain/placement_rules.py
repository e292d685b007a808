"""Decides what a country says about beds: how long one is held, how long a stay may be; must never hold a value."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from tereze.contracts.directory import LocalName
from tereze.contracts.ids import RegionCode
from tereze.contracts.placements import Coordinates, OfferReason
from tereze.contracts.words import AgencyKind, Risk
from tereze.protocol import Limit
from tereze.protocol.parts import LimitText, Part


class Limits(Part):
    """One limit per risk, with its source."""

    source: Annotated[str, Field(min_length=1)]
    limits: Mapping[Risk, LimitText]

    @model_validator(mode="after")
    def _every_risk(self) -> "Limits":
        if missing := [risk.value for risk in Risk if risk not in self.limits]:
            raise ValueError(f"no limit for risk {', '.join(missing)}")
        return self

    def at(self, risk: Risk) -> Limit:
        """The limit at a risk."""
        return self.limits[risk]


class HeldLimits(Limits):
    """Limits of a duty that one kind of body holds."""

    holder: AgencyKind


class OneLimit(Part):
    """A limit that is the same at every risk."""

    source: Annotated[str, Field(min_length=1)]
    limit: LimitText


class PlacementRules(Part):
    """One version of a country's rules about beds."""

    version: Annotated[str, Field(pattern=r"^[a-z-]+/[0-9]+$")]
    effective: date
    hold: Limits
    placement: HeldLimits
    review: Limits
    longest_term: OneLimit
    reasons: Mapping[OfferReason, LocalName]
    regions: Mapping[RegionCode, Coordinates]

    @model_validator(mode="after")
    def _every_reason(self) -> "PlacementRules":
        if missing := [reason.value for reason in OfferReason if reason not in self.reasons]:
            raise ValueError(f"no words for {', '.join(missing)}")
        return self
