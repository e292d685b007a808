"""Decides how an investigation of a staff member goes from its opening to what follows; must never conclude one unheard."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tereze.contracts.attestations import AttestationKind
from tereze.contracts.facts import Conflict, Invalid
from tereze.contracts.investigations import BreachKind, InvestigationOutcome, InvestigationState


class SuspensionReason(StrEnum):
    """Why somebody may not act at present."""

    ORDERED = "ordered"
    INVESTIGATION = "investigation"
    REMOVED = "removed"


class InvestigationEnded(Conflict):
    """It was concluded."""

    code = "investigation-ended"
    title = "This investigation is concluded; a new concern opens a new one"


class NotHeard(Conflict):
    """The person was not interviewed, or not asked for their own account."""

    code = "not-heard"
    title = "Nobody is judged unheard: record the interview and the person's own account first"


class InterviewAhead(Invalid):
    """An interview is recorded before it took place, or before the investigation began."""

    code = "interview-not-held"
    title = "An interview is recorded after it took place, in the course of the investigation"


class MentorMissing(Invalid):
    """Mentoring names a mentor, and nothing else does."""

    code = "mentor-missing"
    title = "Mentoring names an active colleague as mentor, and no other outcome does"


class ReinstatementBarred(Conflict):
    """Something is still open that keeps the person from acting."""

    code = "reinstatement-barred"
    title = "This person cannot be reinstated at present"


@dataclass(slots=True)
class Investigation:
    """An investigation of one person; its texts rest sealed elsewhere. ``opened_by`` is absent where a case accuses them."""

    investigation_id: str
    staff_id: str
    kind: BreachKind
    opened_at: datetime
    opened_by: str | None = None
    exclusion_id: str | None = None
    interviewed_at: datetime | None = None
    account_at: datetime | None = None
    concluded_at: datetime | None = None
    outcome: InvestigationOutcome | None = None
    mentor_staff_id: str | None = None
    version: int = 1

    @property
    def state(self) -> InvestigationState:
        """Open until concluded."""
        return InvestigationState.CONCLUDED if self.concluded_at else InvestigationState.OPEN

    @property
    def from_a_case(self) -> bool:
        """Whether a case accuses them: then their own agency must not learn of it."""
        return self.exclusion_id is not None


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows for the person: whether they stay suspended and why, and which attestations count no more (None: every one)."""

    suspended: SuspensionReason | None
    revoked: frozenset[AttestationKind] | None = frozenset()


_CONSEQUENCES = {
    InvestigationOutcome.NO_BREACH: Consequence(None),
    InvestigationOutcome.MENTORING: Consequence(None),
    InvestigationOutcome.TRAINING: Consequence(None, frozenset({AttestationKind.TRAINING})),
    InvestigationOutcome.REMOVAL: Consequence(SuspensionReason.REMOVED, None),
}


def record_interview(investigation: Investigation, at: datetime, now: datetime) -> None:
    """The person was heard at an instant between the opening and now."""
    _require_open(investigation)
    if not investigation.opened_at <= at <= now:
        raise InterviewAhead(pointer="/at")
    investigation.interviewed_at = at
    investigation.version += 1


def record_account(investigation: Investigation, now: datetime) -> None:
    """The person gave their own account, or was asked and gave none."""
    _require_open(investigation)
    investigation.account_at = now
    investigation.version += 1


def conclude(
    investigation: Investigation, outcome: InvestigationOutcome, mentor_staff_id: str | None, now: datetime
) -> Consequence:
    """State what follows from the findings. Raises NotHeard before both interview and account."""
    _require_open(investigation)
    if investigation.interviewed_at is None or investigation.account_at is None:
        raise NotHeard(current_version=investigation.version, current_state=investigation.state)
    if (outcome is InvestigationOutcome.MENTORING) is not (mentor_staff_id is not None):
        raise MentorMissing(pointer="/mentor_staff_id")
    if mentor_staff_id == investigation.staff_id:
        raise MentorMissing(pointer="/mentor_staff_id")
    investigation.outcome, investigation.mentor_staff_id = outcome, mentor_staff_id
    investigation.concluded_at = now
    investigation.version += 1
    return _CONSEQUENCES[outcome]


def _require_open(investigation: Investigation) -> None:
    if investigation.state is InvestigationState.CONCLUDED:
        raise InvestigationEnded(current_version=investigation.version, current_state=investigation.state)
