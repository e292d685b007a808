"""Decides how a case is opened to one person in an emergency and who looks at it afterwards; must never open one that nobody will review."""

from datetime import timedelta
from typing import Any

from tereze.contracts.emergencies import (
    EmergencyAccessOpened,
    EmergencyAccessReviewed,
    EmergencyReason,
    EmergencyVerdict,
)
from tereze.contracts.facts import Conflict, Forbidden
from tereze.contracts.words import AgencyKind, CaseState, ClockKind
from tereze.referral.domain.casefile import Capacity, CaseFile, EmergencyAccess, Moment
from tereze.referral.domain.duties import start_duty
from tereze.referral.domain.standing import CaseNotLive
from tereze.referral.domain.tasks import Actor


class AccessNotNeeded(Conflict):
    """The agency has accepted a task on the case: its people see it as it is."""

    code = "access-not-needed"
    title = "Your agency works on this case; open it as usual"


class OpenAlready(Conflict):
    """The case is open to this person."""

    code = "open-already"
    title = "This case is open to you already"


class ReviewedAlready(Conflict):
    """Another body has found whether it was justified."""

    code = "reviewed-already"
    title = "This emergency access was reviewed already"


class OwnAccess(Forbidden):
    """Nobody finds for themselves, nor for a colleague."""

    code = "own-emergency-access"
    title = "Another body finds whether your own agency's emergency access was justified"


def open_in_emergency(
    file: CaseFile, by: Actor, reason: EmergencyReason, lasts: timedelta, moment: Moment
) -> EmergencyAccess:
    """Open the case to somebody; whoever leads it owes a review from now on, and hears of it with everybody on the case.

    Raises CaseNotLive for a case that went on in another, AccessNotNeeded, OpenAlready.
    """
    if file.state is CaseState.JOINED:
        raise CaseNotLive(current_state=file.state, current_version=file.version)
    if by.agency_id in {task.agency_id for task in file.open_tasks() if task.accepted}:
        raise AccessNotNeeded(current_state=file.state, current_version=file.version)
    if any(access.staff_id == by.staff_id and access.ends_at > moment.now for access in file.accesses.values()):
        raise OpenAlready(current_state=file.state, current_version=file.version)
    access = EmergencyAccess(
        moment.new_id("emg"), by.agency_id, by.staff_id, reason, moment.now, ends_at=moment.now + lasts
    )
    file.accesses[access.access_id] = access
    file.touched.add(access.access_id)
    file.tell(EmergencyAccessOpened, **_facts(access), reason=reason)
    _ask_for_review(file, access, moment)
    return access


def review_emergency(
    file: CaseFile, access: EmergencyAccess, by: Actor, verdict: EmergencyVerdict, moment: Moment
) -> None:
    """Another body, or the Ombudsman, finds whether it was justified; where it was not, it ends now.

    Raises ReviewedAlready or OwnAccess.
    """
    if access.verdict is not None:
        raise ReviewedAlready(current_state=access.verdict, current_version=file.version)
    if by.agency_id == access.agency_id:
        raise OwnAccess
    access.verdict, access.reviewed_at = verdict, moment.now
    access.reviewed_by_agency_id, access.reviewed_by_staff_id = by.agency_id, by.staff_id
    if verdict is EmergencyVerdict.NOT_JUSTIFIED:
        access.ends_at = min(access.ends_at, moment.now)
    file.touched.add(access.access_id)
    facts = _facts(access) | {"by_agency_id": by.agency_id, "by_staff_id": by.staff_id}
    file.tell(EmergencyAccessReviewed, **facts, verdict=verdict)
    for clock in file.going_clocks(None):
        if clock.kind is ClockKind.REVIEW_EMERGENCY_ACCESS and not _owed_by(file, clock.agency_id):
            file.stop_clock(clock, moment.now)


def _owed_by(file: CaseFile, agency_id: str) -> bool:
    """Whether a body still owes a finding: it never finds for its own people."""
    return any(one.verdict is None and one.agency_id != agency_id for one in file.accesses.values())


def _ask_for_review(file: CaseFile, access: EmergencyAccess, moment: Moment) -> None:
    """The desk of the case, unless the person is one of its own: then the region's department. Who owes one already owes this one too."""
    barred = file.excluded | {access.agency_id}
    owing = {c.agency_id for c in file.going_clocks(None) if c.kind is ClockKind.REVIEW_EMERGENCY_ACCESS}
    if owing - barred:
        return
    desks = sorted(file.having(Capacity.DESK) - barred)
    reviewer = desks[0] if desks else moment.roster.holder(AgencyKind.REGIONAL_DEPARTMENT, excluded=barred).agency_id
    if not desks:
        file.admit(reviewer, Capacity.TOLD)
    start_duty(file, ClockKind.REVIEW_EMERGENCY_ACCESS, reviewer, moment.pack.rules.review_emergency_access, moment)


def _facts(access: EmergencyAccess) -> dict[str, Any]:
    return {
        "access_id": access.access_id,
        "agency_id": access.agency_id,
        "staff_id": access.staff_id,
        "ends_at": access.ends_at,
    }
