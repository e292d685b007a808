"""Decides what a country says about sittings of the commission: who is invited, quorum, how soon; must never hold a value."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from tereze.contracts.commission import CommissionMeasure
from tereze.contracts.directory import LocalName
from tereze.contracts.words import AgencyKind
from tereze.protocol.parts import LimitText, Part

Source = Annotated[str, Field(min_length=1)]


class Members(Part):
    """Kinds of bodies that are invited to every sitting."""

    source: Source
    kinds: Annotated[tuple[AgencyKind, ...], Field(min_length=1)]


class SitsWithin(Part):
    """How soon the commission sits."""

    source: Source
    urgent: LimitText
    ordinary: LimitText


class Quorum(Part):
    """More than a share of the invited bodies, and never fewer than some."""

    source: Source
    share_percent: Annotated[int, Field(ge=0, le=99)]
    at_least: Annotated[int, Field(ge=1)]

    def of(self, invited: int) -> int:
        """How many bodies must be present; all of them where fewer were invited than the least."""
        return min(invited, max(self.at_least, invited * self.share_percent // 100 + 1))


class RepeatedBreach(Part):
    """So many breached deadlines on one case count as repeated."""

    source: Source
    breaches: Annotated[int, Field(ge=1)]


class CommissionRules(Part):
    """One version of a country's rules about sittings."""

    version: Annotated[str, Field(pattern=r"^[a-z-]+/[0-9]+$")]
    effective: date
    members: Members
    sits_within: SitsWithin
    quorum: Quorum
    repeated_breach: RepeatedBreach
    measures: Mapping[CommissionMeasure, LocalName]

    @model_validator(mode="after")
    def _every_measure(self) -> "CommissionRules":
        if missing := [measure.value for measure in CommissionMeasure if measure not in self.measures]:
            raise ValueError(f"no words for {', '.join(missing)}")
        return self
