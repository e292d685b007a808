"""Decides how a country's rules about beds, sittings and families are read, once; must never accept a text with a mistake in it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tereze.contracts.directory import LocalName
from tereze.protocol.located import locate
from tereze.referral.domain import commission, patronage
from tereze.referral.domain.commission_rules import CommissionRules
from tereze.referral.domain.patronage import PatronageRules
from tereze.referral.domain.placement_rules import PlacementRules


@cache
def placement_rules(country: Path) -> PlacementRules:
    """The rules of a country folder. Raises BadText with the line of each mistake."""
    return locate((country / "placement.yaml").read_text("utf-8"), "placement.yaml").read(PlacementRules)


@cache
def commission_rules(country: Path) -> CommissionRules:
    """The rules of a country folder. Raises BadText with the line of each mistake."""
    return locate((country / "commission.yaml").read_text("utf-8"), "commission.yaml").read(CommissionRules)


@cache
def titles_of(country: Path) -> Mapping[str, LocalName]:
    """What the steps are called that the commission and a family's plan ask for, beside those of the protocol."""
    measures, services = commission_rules(country).measures, patronage_rules(country).services
    decided = {commission.step_of(measure): title for measure, title in measures.items()}
    return decided | {patronage.step_of(service): title for service, title in services.items()}


@cache
def patronage_rules(country: Path) -> PatronageRules:
    """The rules of a country folder. Raises BadText with the line of each mistake."""
    return locate((country / "patronage.yaml").read_text("utf-8"), "patronage.yaml").read(PatronageRules)
