"""Decides whom an exclusion keeps out: the body named, its units, the bodies above it; must never leave a unit of the accused out of it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from tereze.contracts.directory import Agency
from tereze.contracts.referrals import NamedBody
from tereze.contracts.words import AgencyKind

INDEPENDENT = frozenset({AgencyKind.MINISTRY, AgencyKind.PROSECUTOR, AgencyKind.OMBUDSMAN})
"""Bodies that supervise institutions without running them: where the way upward from an accused institution ends."""

_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Bodies:
    """Agencies and persons that must not touch a case.

    ``with_units``: those of the agencies whose units are kept out with them, whenever they are founded; the others, bodies above
    an accused institution, are kept out by themselves.
    """

    agency_ids: frozenset[str] = _NOBODY
    staff_ids: frozenset[str] = _NOBODY
    with_units: frozenset[str] = _NOBODY

    @property
    def all(self) -> frozenset[str]:
        """Every id of them."""
        return self.agency_ids | self.staff_ids

    def grown(self, agencies: Iterable[Agency]) -> "Bodies":
        """The same with the units that were founded since; ``agencies``: all below those kept out with their units."""
        units = _below(self.with_units, agencies)
        return replace(self, agency_ids=self.agency_ids | units, with_units=units)


def units_of(agency_id: str, agencies: Iterable[Agency]) -> frozenset[str]:
    """The agency and everything below it."""
    return _below({agency_id}, agencies)


def _below(agency_ids: Collection[str], agencies: Iterable[Agency]) -> frozenset[str]:
    under: dict[str, list[str]] = {}
    for agency in agencies:
        if agency.parent_agency_id is not None:
            under.setdefault(agency.parent_agency_id, []).append(agency.agency_id)
    found, to_look_at = set(agency_ids), list(agency_ids)
    while to_look_at:
        fresh = [unit for unit in under.get(to_look_at.pop(), ()) if unit not in found]
        found.update(fresh)
        to_look_at += fresh
    return frozenset(found)


def above(agency_id: str, agencies: Mapping[str, Agency]) -> frozenset[str]:
    """The bodies above an institution, up to the independent one, which is not among them."""
    found: set[str] = set()
    here = agencies.get(agency_id)
    while here is not None and here.parent_agency_id is not None and here.parent_agency_id not in found:
        here = agencies.get(here.parent_agency_id)
        if here is None or here.kind in INDEPENDENT:
            break
        found.add(here.agency_id)
    return frozenset(found)


def kept_out_by(named: NamedBody, agencies: Iterable[Agency], *, institutional: bool) -> Bodies:
    """Everybody whom naming this body keeps out.

    Where staff of an institution are accused, the institution and the bodies above it are kept out with them; elsewhere an
    accused person is one person. ``agencies``: the named one's with all that is above and below it.
    """
    staff_ids = frozenset({named.staff_id}) if named.staff_id else _NOBODY
    whole = named.accused and institutional
    if named.staff_id is not None and not whole:
        return Bodies(staff_ids=staff_ids)
    by_id = {agency.agency_id: agency for agency in agencies}
    agency_ids = units_of(named.agency_id, by_id.values())
    return Bodies(agency_ids | above(named.agency_id, by_id) if whole else agency_ids, staff_ids, with_units=agency_ids)
