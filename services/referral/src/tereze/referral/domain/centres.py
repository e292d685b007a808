"""Decides which centre fits a child, how far it is and in which order centres are offered; must never offer a full one or an excluded body's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from tereze.contracts.directory import LocalName
from tereze.contracts.facts import Conflict
from tereze.contracts.placements import (
    Coordinates,
    OfferReason,
    OpenCentre,
)
from tereze.contracts.words import CentreProfile, PlacedAs, Sex

_EARTH_KM = 6_371.0


class BelowTaken(Conflict):
    """More beds are taken than the centre would have."""

    code = "beds-taken"
    title = "A centre cannot have fewer beds than are taken"


@dataclass(frozen=True, slots=True)
class Need:
    """What a child needs of a centre. A child of unknown sex fits only where both are taken."""

    profile: CentreProfile
    placed_as: PlacedAs
    age: int
    sex: Sex


@dataclass(slots=True)
class Centre:
    """A rehabilitation centre with its beds. ``taken`` counts held, placed and admitted children."""

    centre_id: str
    agency_id: str
    region_code: str
    name: LocalName
    profiles: frozenset[CentreProfile]
    situations: frozenset[PlacedAs]
    youngest: int
    oldest: int
    sexes: frozenset[Sex]
    capacity: int
    at: Coordinates
    taken: int = 0
    version: int = 1

    @property
    def free(self) -> int:
        """Beds nobody has."""
        return self.capacity - self.taken

    def take(self) -> None:
        """One more child has a bed here."""
        assert self.free > 0, f"{self.centre_id} has no free bed"
        self.taken += 1
        self.version += 1

    def give_back(self) -> None:
        """A bed is free again."""
        assert self.taken > 0, f"{self.centre_id} has nobody"
        self.taken -= 1
        self.version += 1

    def resize(self, capacity: int) -> None:
        """Another number of beds; raises BelowTaken."""
        if capacity < self.taken:
            raise BelowTaken(current_version=self.version)
        self.capacity = capacity
        self.version += 1

    def misfits(self, need: Need) -> tuple[OfferReason, ...]:
        """Why this centre is not for such a child, beds aside."""
        sexes = {Sex.FEMALE, Sex.MALE} if need.sex is Sex.UNKNOWN else {need.sex}
        found = (
            (OfferReason.PROFILE, need.profile not in self.profiles),
            (OfferReason.SITUATION, need.placed_as not in self.situations),
            (OfferReason.AGE, not self.youngest <= need.age <= self.oldest),
            (OfferReason.SEX, not sexes <= self.sexes),
        )
        return tuple(reason for reason, so in found if so)


@dataclass(frozen=True, slots=True)
class Weighed:
    """One centre as it was weighed for one child. ``rank`` counts from 1; none: not offered, and ``reasons`` say why."""

    centre: Centre
    distance_km: int
    reasons: tuple[OfferReason, ...]
    rank: int | None = None


def opened_centre(opened: OpenCentre, centre_id: str) -> Centre:
    """A centre as it is opened: every bed free."""
    return Centre(
        centre_id=centre_id,
        agency_id=opened.agency_id,
        region_code=opened.region_code,
        name=opened.name,
        profiles=frozenset(opened.profiles),
        situations=frozenset(opened.situations),
        youngest=opened.youngest,
        oldest=opened.oldest,
        sexes=frozenset(opened.sexes),
        capacity=opened.capacity,
        at=opened.at,
    )


def distance_km(one: Coordinates, other: Coordinates) -> int:
    """The great-circle distance, rounded."""
    north, east = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    chord = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return round(2 * _EARTH_KM * asin(sqrt(chord)))


def may_take(
    centre: Centre, need: Need, *, excluded: frozenset[str], open_agencies: frozenset[str]
) -> tuple[OfferReason, ...]:
    """Why the centre can never take this child as things are; empty where it could if it had a bed."""
    if centre.agency_id in excluded:
        return (OfferReason.EXCLUDED,)
    if centre.agency_id not in open_agencies:
        return (OfferReason.CLOSED,)
    return centre.misfits(need)


def weigh_centres(
    centres: Iterable[Centre],
    need: Need,
    origin: Coordinates,
    *,
    excluded: frozenset[str],
    open_agencies: frozenset[str],
) -> Sequence[Weighed]:
    """Every centre: those with a free bed ranked nearest first, then those that are full, then those that do not fit."""
    offered, full, refused = [], [], []
    for centre in centres:
        away = distance_km(origin, centre.at)
        if why_not := may_take(centre, need, excluded=excluded, open_agencies=open_agencies):
            refused.append(Weighed(centre, away, why_not))
        elif centre.free > 0:
            offered.append(Weighed(centre, away, (OfferReason.FITS, OfferReason.DISTANCE, OfferReason.FREE_BEDS)))
        else:
            full.append(Weighed(centre, away, (OfferReason.FULL, OfferReason.DISTANCE)))
    ranked = sorted(offered, key=lambda weighed: (weighed.distance_km, -weighed.centre.free, weighed.centre.centre_id))
    return [
        *(Weighed(w.centre, w.distance_km, w.reasons, rank) for rank, w in enumerate(ranked, start=1)),
        *sorted(full, key=_nearest),
        *sorted(refused, key=_nearest),
    ]


def _nearest(weighed: Weighed) -> tuple[int, str]:
    return weighed.distance_km, weighed.centre.centre_id
