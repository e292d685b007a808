"""Decides where posts are missing, vacant or too few for their pupils; must never count somebody who may not act."""

from collections.abc import Iterable
from dataclasses import dataclass

from tereze.contracts.facts import Invalid
from tereze.contracts.words import AgencyKind
from tereze.contracts.workforce import Specialism, WorkforceGap, WorkforceRow

MOST_PUPILS = 500
"""More pupils than this for one specialist are a gap: ours, to be set by the country."""
EXPECTED = {AgencyKind.SCHOOL: Specialism.SOCIAL_PEDAGOGUE}
"""A specialist that every body of a kind has to have."""
_GRAVITY = (WorkforceGap.NO_POST, WorkforceGap.NOBODY, WorkforceGap.VACANT, WorkforceGap.OVERLOADED)


class HolderUnfitting(Invalid):
    """Whoever is to hold the post does not work for the agency."""

    code = "holder-of-another-agency"
    title = "A post is held by a person of its own agency"


@dataclass(frozen=True, slots=True)
class Counted:
    """The posts of one specialism at one agency, as counted."""

    agency_id: str
    kind: AgencyKind
    region_code: str | None
    specialism: Specialism | None
    posts: int = 0
    filled: int = 0
    fit: int = 0
    pupils: int = 0


def rows_of(counted: Iterable[Counted]) -> list[WorkforceRow]:
    """A row for each specialism of each agency, and for each that should be there and is not; the gravest gaps first."""
    known = list(counted)
    present = {(one.agency_id, one.specialism) for one in known}
    absent = [
        Counted(one.agency_id, one.kind, one.region_code, EXPECTED[one.kind])
        for one in known
        if one.kind in EXPECTED and (one.agency_id, EXPECTED[one.kind]) not in present
    ]
    rows = [_row(one, one.specialism) for one in {*known, *absent} if one.specialism is not None]
    return sorted(rows, key=lambda row: (_gravity(row.gap), row.agency_id, row.specialism))


def _row(one: Counted, specialism: Specialism) -> WorkforceRow:
    each = round(one.pupils / one.fit, 1) if one.fit and one.pupils else None
    return WorkforceRow(
        agency_id=one.agency_id,
        kind=one.kind,
        region_code=one.region_code,
        specialism=specialism,
        posts=one.posts,
        filled=one.filled,
        vacant=one.posts - one.filled,
        unfit=one.filled - one.fit,
        pupils=one.pupils,
        pupils_per_specialist=each,
        gap=_gap(one, each),
    )


def _gap(one: Counted, each: float | None) -> WorkforceGap | None:
    if one.posts == 0:
        return WorkforceGap.NO_POST
    if one.fit == 0:
        return WorkforceGap.NOBODY
    if one.filled < one.posts:
        return WorkforceGap.VACANT
    return WorkforceGap.OVERLOADED if each is not None and each > MOST_PUPILS else None


def _gravity(gap: WorkforceGap | None) -> int:
    return _GRAVITY.index(gap) if gap else len(_GRAVITY)
