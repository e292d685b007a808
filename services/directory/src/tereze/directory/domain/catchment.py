"""Decides which body is responsible for an address; must never name two of a kind, nor one of another region."""

import re
import unicodedata
from collections.abc import Iterable

from tereze.contracts.catchments import Catchment, ResolveAddress, Responsible, ResponsibleBy, StreetPart
from tereze.contracts.words import AgencyKind

_WORDS = frozenset(
    (
        *("street", "st", "avenue", "ave"),
        *("улица", "ул", "проспект", "пр", "пр-т", "переулок", "микрорайон", "мкр"),
        *("көшесі", "көш", "даңғылы", "ықшам", "ауданы"),
    )
)
"""Words that say that it is a street, not which."""
_BEST = tuple(ResponsibleBy)


def responsible_for(catchments: Iterable[Catchment], address: ResolveAddress) -> list[Responsible]:
    """One body a kind: by the house, else by the street, else by the district; the kinds in their order."""
    found: dict[AgencyKind, Responsible] = {}
    for catchment in sorted(catchments, key=lambda one: one.catchment_id):
        by = _covers(catchment, address)
        known = found.get(catchment.kind)
        if by is not None and (known is None or _BEST.index(by) < _BEST.index(known.by)):
            found[catchment.kind] = Responsible(kind=catchment.kind, agency_id=catchment.agency_id, by=by)
    return [found[kind] for kind in AgencyKind if kind in found]


def folded(street: str) -> str:
    """A street as it is compared: without case, marks, punctuation and the words for street in our languages."""
    plain = unicodedata.normalize("NFKC", street).casefold()
    words = re.findall(r"[\w-]+", plain)
    return " ".join(word for word in words if word.strip("-") not in _WORDS)


def _covers(catchment: Catchment, address: ResolveAddress) -> ResponsibleBy | None:
    if not catchment.active or catchment.district_code != address.district_code:
        return None
    if not catchment.streets:
        return ResponsibleBy.DISTRICT
    if address.street is None:
        return None
    named = [part for part in catchment.streets if folded(part.street) == folded(address.street)]
    if any(_numbered(part) and _holds(part, address.house) for part in named):
        return ResponsibleBy.HOUSE
    return ResponsibleBy.STREET if any(not _numbered(part) for part in named) else None


def _numbered(part: StreetPart) -> bool:
    return part.house_from is not None or part.house_to is not None


def _holds(part: StreetPart, house: int | None) -> bool:
    return house is not None and (part.house_from or 1) <= house <= (part.house_to or house)
