"""Decides what an exclusion of a case is; must never say what it takes away (``keeping_out`` does)."""

from dataclasses import dataclass, replace
from datetime import datetime

from tereze.access import Bodies
from tereze.contracts.exclusions import ExclusionBasis


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Who must not touch a case, since when and why. Without ``by_agency_id`` it came with a referral.

    ``shared_from``: the exclusion of another file of the child that this one was copied from.
    """

    exclusion_id: str
    basis: ExclusionBasis
    bodies: Bodies
    recorded_at: datetime
    by_agency_id: str | None = None
    by_staff_id: str | None = None
    shared_from: str | None = None

    @property
    def origin(self) -> str:
        """The exclusion that was recorded first, of which this one may be a copy; who lifts one lifts all."""
        return self.shared_from or self.exclusion_id

    def shared(self, exclusion_id: str) -> "Exclusion":
        """The same for another file of the child."""
        return replace(self, exclusion_id=exclusion_id, shared_from=self.origin)
