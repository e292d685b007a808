"""Decides what counts as evidence that a duty was done, and whose word it is; must never end a deadline by anything else."""

from tereze.contracts.casework import CasePlanned
from tereze.contracts.evidence import EvidenceRecorded
from tereze.contracts.facts import Conflict, Forbidden, Invalid
from tereze.contracts.words import CaseState, ClockKind, StaffRole, Starts, Transition
from tereze.protocol import planned_step
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.duties import start_on
from tereze.referral.domain.standing import LIVE, CaseNotLive, allow, is_coordinator
from tereze.referral.domain.tasks import Actor, Task

_BY_OTHER_WORDS = frozenset(
    {
        ClockKind.ACKNOWLEDGE,
        ClockKind.DECIDE,
        ClockKind.UNASSIGNED,
        ClockKind.SEE_THE_CHILD,
        ClockKind.COMPLETE,
        ClockKind.DISPUTE,
        ClockKind.CONFIRM_RESULT,
        ClockKind.ANSWER_ESCALATION,
    }
)
"""Duties that end by a word of the task's own: receive, accept, contact and the like."""
_AFTER_THE_END = frozenset({ClockKind.TELL_REPORTER})
"""Duties that may be done after work on the case has ended."""
_PLANNABLE = frozenset({CaseState.TRIAGED, CaseState.ACTIVE, CaseState.REOPENED})


class NotOwed(Conflict):
    """The task has no such duty, or it ends by a word of its own."""

    code = "not-owed"
    title = "This duty is not owed on the task"


class ReferenceMissing(Invalid):
    """A protective measure is evidenced by the number of its decision."""

    code = "reference-missing"
    title = "The number of the decision is needed"


class NotYourDuty(Forbidden):
    """Another body owes this duty of the case."""

    code = "not-your-duty"
    title = "This duty of the case is another body's"


class OwnAssessment(Invalid):
    """Whoever wrote an assessment cannot approve it."""

    code = "own-assessment"
    title = "An assessment is approved by somebody other than its author"


class MustNotBeTold(Invalid):
    """One of the agencies must not touch the case."""

    code = "must-not-be-told"
    title = "One of these agencies must not be told"


def record_done(
    file: CaseFile, task: Task, by: Actor, moment: Moment, *, duty: ClockKind, reference: str | None
) -> None:
    """A duty of the task was done. Raises NotOwed or ReferenceMissing."""
    allow(file, task, Transition.CONTACTED, by)
    pack, owed = moment.version(task.protocol_version), {clock.kind for clock in file.going_clocks(task.task_id)}
    if task.step in pack.steps:  # the commission, and a family's plan, ask for steps of their own
        owed |= {wanted.kind for wanted in planned_step(pack, task.risk, task.step).clocks}
    if duty in _BY_OTHER_WORDS or duty not in owed:
        raise NotOwed(current_state=task.state, current_version=task.version)
    if duty is ClockKind.PROTECT and reference is None:
        raise ReferenceMissing(pointer="/reference")
    task.version += 1
    file.touched.add(task.task_id)
    _record(file, duty, by, moment, task_id=task.task_id)


def record_disclosures(file: CaseFile, by: Actor, agency_ids: tuple[str, ...], moment: Moment) -> None:
    """The other agencies were told."""
    _check_told(file, agency_ids)
    _record_for_case(file, ClockKind.INFORM_AGENCIES, by, moment, agency_ids)


def record_minutes(file: CaseFile, by: Actor, agency_ids: tuple[str, ...], moment: Moment) -> None:
    """The agencies took counsel together."""
    _check_told(file, agency_ids)
    _record_for_case(file, ClockKind.STRATEGY_DISCUSSION, by, moment, agency_ids)


def approve_assessment(file: CaseFile, by: Actor, author_staff_id: str, moment: Moment) -> None:
    """The assessment of needs is approved. Raises OwnAssessment."""
    if author_staff_id == by.staff_id:
        raise OwnAssessment(pointer="/author_staff_id")
    _record_for_case(file, ClockKind.ASSESSMENT, by, moment)


def sign_plan(file: CaseFile, by: Actor, agency_ids: tuple[str, ...], moment: Moment) -> None:
    """The plan is signed by those who carry it out and in force; its reviews are due from now on."""
    _check_told(file, agency_ids)
    _record_for_case(file, ClockKind.PLAN_IN_FORCE, by, moment, agency_ids)
    put_plan_in_force(file, by, moment)


def put_plan_in_force(file: CaseFile, by: Actor, moment: Moment) -> None:
    """A plan holds from now on: whatever waited for it is done, and its reviews begin."""
    file.stop_clocks(None, frozenset({ClockKind.PLAN_IN_FORCE}), moment.now)
    if file.state in _PLANNABLE:
        file.state = CaseState.PLAN_IN_FORCE
        file.tell(CasePlanned, state=file.state, by_agency_id=by.agency_id, by_staff_id=by.staff_id)
    start_on(file, Starts.PLAN_SIGNED, moment)


def review_plan(file: CaseFile, by: Actor, moment: Moment) -> None:
    """The plan was reviewed; the next review is due from now on."""
    _record_for_case(file, ClockKind.PLAN_REVIEW, by, moment)
    start_on(file, Starts.PLAN_SIGNED, moment)


def tell_reporter(file: CaseFile, by: Actor, moment: Moment) -> None:
    """Whoever reported was told what became of it."""
    _record_for_case(file, ClockKind.TELL_REPORTER, by, moment)


def _record_for_case(
    file: CaseFile, duty: ClockKind, by: Actor, moment: Moment, agency_ids: tuple[str, ...] = ()
) -> None:
    if file.state not in LIVE and not (duty in _AFTER_THE_END and file.joined_into is None):
        raise CaseNotLive(current_state=file.state, current_version=file.version)
    holders = {clock.agency_id for clock in file.going_clocks(None) if clock.kind is duty} - file.excluded
    own = by.agency_id in holders and bool(by.roles & {StaffRole.MANAGER, StaffRole.HEAD, StaffRole.COORDINATOR})
    if not own and not (is_coordinator(file, by) and duty is not ClockKind.ASSESSMENT):
        raise NotYourDuty
    _record(file, duty, by, moment, agency_ids=agency_ids)


def _record(
    file: CaseFile,
    duty: ClockKind,
    by: Actor,
    moment: Moment,
    *,
    task_id: str | None = None,
    agency_ids: tuple[str, ...] = (),
) -> None:
    facts = {"by_agency_id": by.agency_id, "by_staff_id": by.staff_id}
    file.tell(EvidenceRecorded, duty=duty, task_id=task_id, agency_ids=agency_ids, **facts)
    file.stop_clocks(task_id, frozenset({duty}), moment.now)


def _check_told(file: CaseFile, agency_ids: tuple[str, ...]) -> None:
    if file.excluded & set(agency_ids):
        raise MustNotBeTold(pointer="/agency_ids")
