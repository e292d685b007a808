"""Decides what an exclusion of a case is; must never say what it takes away (``keeping_out`` does)."""

from dataclasses import dataclass
from datetime import datetime

from tereze.access import Bodies
from tereze.contracts.exclusions import ExclusionBasis


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Who must not touch a case, since when and why. Without ``by_agency_id`` it came with a referral."""

    exclusion_id: str
    basis: ExclusionBasis
    bodies: Bodies
    recorded_at: datetime
    by_agency_id: str | None = None
    by_staff_id: str | None = None
