"""Decides whether a submitted referral can be meant, what of it is odd, and how it is split before sealing; must never refuse for an IIN."""

from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from tereze.contracts.facts import Forbidden, Invalid
from tereze.contracts.iin import iin_flags
from tereze.contracts.referrals import Child, Flag, ReferralSubmission, SealedForReferral, SealedForRegistry
from tereze.contracts.several import box_of_several

CLOCKS_DIFFER = timedelta(minutes=5)  # a reporter's clock may be ahead of ours by this much

_FLAG_DETAILS = {
    "iin-not-twelve-digits": "The IIN was kept as given; it does not have twelve digits.",
    "iin-check-digit": "The IIN was kept as given; its check digit does not hold.",
    "iin-birth-date-differs": "The IIN was kept as given; its digits tell another birth date.",
    "iin-sex-differs": "The IIN was kept as given; its digits tell another sex.",
    "two-children": "This names more than one child and was kept as one report. Report each child by itself.",
    "birth-year-differs": "Birth date and birth year were kept as given; they disagree.",
}


class ForeignAgency(Forbidden):
    """The body names another agency than the caller's."""

    code = "agency-mismatch"
    title = "An agency submits referrals in its own name only"


class UnknownAgency(Invalid):
    """The body names an agency that the directory does not know."""

    code = "unknown-agency"
    title = "There is no such agency"


class UnknownRegion(Invalid):
    """The body names a region that the country does not have."""

    code = "unknown-region"
    title = "There is no such region; GET /v1/regions lists them"


class NamesNobody(Invalid):
    """An entry names nobody, or more than one."""

    code = "names-nobody"
    title = "Each entry names exactly one: an agency, a staff member, or somebody in words"


class UnknownBody(Invalid):
    """The report names an agency or a person that the directory does not know."""

    code = "unknown-body"
    title = "There is no such agency or staff member; where only a name is known, give it as text"


class InTheFuture(Invalid):
    """Something is said to have happened that has yet to come."""

    code = "in-the-future"
    title = "This lies in the future"
    details: ClassVar[dict[str, str]] = {
        "/child/birth_date": "A birth date lies in the past; leave it out where it is not known.",
        "/child/birth_year": "A birth year lies in the past; leave it out where it is not known.",
        "/occurred_at": "What is reported has happened; leave the time out where it is not known.",
    }

    def __init__(self, pointer: str) -> None:
        super().__init__(self.details[pointer], pointer=pointer)


def check_times(submission: ReferralSubmission, *, received_at: datetime, zone: ZoneInfo) -> None:
    """Refuse what lies in the future at ``received_at`` (aware) on the calendar of ``zone``. Raises InTheFuture."""
    today = received_at.astimezone(zone).date()
    child = submission.child
    if child.birth_date is not None and child.birth_date > today:
        raise InTheFuture("/child/birth_date")
    if child.birth_year is not None and child.birth_year > today.year:
        raise InTheFuture("/child/birth_year")
    if submission.occurred_at is not None and submission.occurred_at > received_at + CLOCKS_DIFFER:
        raise InTheFuture("/occurred_at")


def flags_of(child: Child) -> tuple[Flag, ...]:
    """What is odd about the child's particulars; all of it is kept."""
    flags = []
    if child.iin is not None:
        codes = iin_flags(child.iin, birth_date=child.birth_date, sex=child.sex)
        flags = [_flag("/child/iin", code) for code in codes]
    if child.birth_date is not None and child.birth_year not in (None, child.birth_date.year):
        flags.append(_flag("/child/birth_year", "birth-year-differs"))
    if box := box_of_several(child):
        flags.append(_flag(f"/child/{box}", "two-children"))
    return tuple(flags)


def _flag(pointer: str, code: str) -> Flag:
    return Flag(pointer=pointer, code=code, detail=_FLAG_DETAILS[code])


def particulars_of(submission: ReferralSubmission) -> SealedForRegistry:
    """Who the people are: for the registry's eyes."""
    return SealedForRegistry(
        child=submission.child,
        caregivers=submission.caregivers,
        alleged_perpetrators=submission.alleged_perpetrators,
        expected=submission.expected,
    )


def account_of(submission: ReferralSubmission) -> SealedForReferral:
    """What was seen or heard, and by whom: for the referral service's eyes."""
    return SealedForReferral(
        narrative=submission.narrative,
        reporter=submission.reporter,
        concerns=tuple(named.text for named in submission.concerns if named.text is not None),
        must_not_see=tuple(named.text for named in submission.must_not_see if named.text is not None),
    )
