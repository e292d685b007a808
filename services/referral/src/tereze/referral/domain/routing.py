"""Decides which agency holds a duty; must never leave a duty with nobody, nor give one to an excluded body."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tereze.contracts.directory import Agency
from tereze.contracts.words import AgencyKind

_NOBODY: frozenset[str] = frozenset()
LAST_RESORTS = (
    AgencyKind.REGIONAL_DEPARTMENT,
    AgencyKind.WINDOW_DESK,
    AgencyKind.MINISTRY,
    AgencyKind.OMBUDSMAN,
    AgencyKind.PROSECUTOR,
)


class NoEligibleAgency(LookupError):
    """Not even a body of last resort may hold the duty: the directory has not told us of any."""


@dataclass(frozen=True, slots=True)
class Roster:
    """The active agencies of one region and of the nation, with the number of open tasks where a choice depends on it.

    ``responsible``: those in whose catchment the child is; of the region's bodies they come first, however busy.
    """

    region_code: str
    agencies: tuple[Agency, ...]
    open_tasks: Mapping[str, int] = field(default_factory=dict, hash=False)
    responsible: frozenset[str] = _NOBODY

    def calendar_of(self, agency_id: str) -> str | None:
        """The id of the working calendar that an agency has of its own."""
        return next((agency.calendar for agency in self.agencies if agency.agency_id == agency_id), None)

    def of_kind(self, kind: AgencyKind, *, excluded: frozenset[str] = _NOBODY) -> Agency | None:
        """The body of a kind: of the region before national, the responsible first, the least loaded, then by id."""
        return self._least_loaded(kind, excluded, regional=True) or self._least_loaded(kind, excluded, regional=False)

    def holder(
        self, service: AgencyKind, *, excluded: frozenset[str] = _NOBODY, prefer: str | None = None, hop: int = 0
    ) -> Agency:
        """Who becomes accountable: ``prefer`` if it is such a body, else one of the kind, else the bodies of last resort.

        After more than two hops a duty goes straight to the last resorts. Raises NoEligibleAgency.
        """
        kinds = LAST_RESORTS if hop > 2 else (service, *LAST_RESORTS)  # noqa: PLR2004 - the third hop escalates
        for kind in kinds:
            if kind is service and (own := self._own(kind, prefer, excluded)):
                return own
            if chosen := self.of_kind(kind, excluded=excluded):
                return chosen
        raise NoEligibleAgency(f"no agency for {service} in {self.region_code}")

    def _of(self, kind: AgencyKind, *, regional: bool) -> list[Agency]:
        region = self.region_code if regional else None
        return [agency for agency in self.agencies if agency.kind is kind and agency.region_code == region]

    def _least_loaded(self, kind: AgencyKind, excluded: frozenset[str], *, regional: bool) -> Agency | None:
        eligible = [agency for agency in self._of(kind, regional=regional) if agency.agency_id not in excluded]
        return min(eligible, key=self._order, default=None)

    def _order(self, agency: Agency) -> tuple[bool, int, str]:
        known = agency.agency_id
        return known not in self.responsible, self.open_tasks.get(known, 0), known

    def _own(self, kind: AgencyKind, agency_id: str | None, excluded: frozenset[str]) -> Agency | None:
        rivals = self._of(kind, regional=True)
        return next((a for a in rivals if a.agency_id == agency_id and a.agency_id not in excluded), None)
