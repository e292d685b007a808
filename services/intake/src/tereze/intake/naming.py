"""Decides whom a referral names and what of it its own agency may see; must never pass on a name that could be an id."""

from collections.abc import Iterator

from tereze.access import Bodies, kept_out_by
from tereze.chassis import replica
from tereze.chassis.work import Work
from tereze.contracts.referrals import Named, NamedBody, ReferralSubmission
from tereze.contracts.words import Category
from tereze.intake.domain import NamesNobody, UnknownBody


async def named_bodies(work: Work, submission: ReferralSubmission) -> tuple[NamedBody, ...]:
    """The agencies and staff a submission names by id, as the directory knows them. Raises NamesNobody or UnknownBody."""
    found = [await _body(work, named, place, accused=accused) for named, place, accused in _each(submission)]
    return tuple(body for body in found if body is not None)


def _each(submission: ReferralSubmission) -> Iterator[tuple[Named, str, bool]]:
    for field, accused in (("concerns", True), ("must_not_see", False)):
        for number, named in enumerate(getattr(submission, field)):
            yield named, f"/{field}/{number}", accused


async def _body(work: Work, named: Named, place: str, *, accused: bool) -> NamedBody | None:
    if sum(part is not None for part in (named.agency_id, named.staff_id, named.text)) != 1:
        raise NamesNobody(pointer=place)
    if named.agency_id is not None:
        if await replica.agency(work, named.agency_id) is None:
            raise UnknownBody(pointer=f"{place}/agency_id")
        return NamedBody(agency_id=named.agency_id, accused=accused)
    if named.staff_id is None:
        return None
    member = await replica.staff(work, named.staff_id)
    if member is None:
        raise UnknownBody(pointer=f"{place}/staff_id")
    return NamedBody(agency_id=member.agency_id, staff_id=member.staff_id, accused=accused)


async def kept_out_of_their_own(
    work: Work, named: tuple[NamedBody, ...], submission: ReferralSubmission, agency_id: str
) -> frozenset[str]:
    """Who of the submitting agency must not see the referral from this moment on: the agency itself, or persons of it."""
    institutional = Category.INSTITUTIONAL in submission.categories
    family = await replica.family(work, {body.agency_id for body in named}) if named else []
    kept_out = [kept_out_by(body, family, institutional=institutional) for body in named]
    together = Bodies(
        frozenset[str]().union(*(bodies.agency_ids for bodies in kept_out)),
        frozenset(body.staff_id for body in named if body.staff_id is not None and body.agency_id == agency_id),
    )
    return (together.agency_ids & {agency_id}) | together.staff_ids
