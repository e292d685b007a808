"""Decides what an exclusion takes from the excluded at once; must never leave them a duty, an offer or a clock, nor a duty with nobody."""

from dataclasses import replace

from tereze.contracts.cases import TaskWithdrawn
from tereze.contracts.disputes import TaskDisputeRaised
from tereze.contracts.exclusions import ExclusionLifted, ExclusionRecorded
from tereze.contracts.words import AgencyKind, ClockKind, Transition
from tereze.protocol import transition
from tereze.referral.domain.casefile import Capacity, CaseFile, Moment
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.exclusion import Exclusion
from tereze.referral.domain.handover import NobodyElse, next_holder, pass_on, pass_within
from tereze.referral.domain.routing import NoEligibleAgency
from tereze.referral.domain.tasks import Actor, Task

HELD_ALREADY = "held_by_another"
"""Why a task is withdrawn: everybody who could take it over does the same for the case already."""

_ELSEWHERE = {
    ClockKind.CONFIRM_RESULT: (AgencyKind.WINDOW_DESK, Capacity.DESK),
    ClockKind.REVIEW_SCREENING: (AgencyKind.REGIONAL_DEPARTMENT, Capacity.TOLD),
    ClockKind.INDEPENDENT_REVIEW: (AgencyKind.OMBUDSMAN, Capacity.TOLD),
    ClockKind.REVIEW_EMERGENCY_ACCESS: (AgencyKind.REGIONAL_DEPARTMENT, Capacity.TOLD),
}
"""Duties that are not of the plan, and who has them after somebody that must not."""


def keep_out(file: CaseFile, exclusion: Exclusion, moment: Moment) -> None:
    """From now on these bodies neither handle, see nor hear of the case: told first, then everything is taken from them."""
    if exclusion.exclusion_id not in file.exclusions:
        record_exclusion(file, exclusion)
        take_everything(file, moment)


def record_exclusion(file: CaseFile, exclusion: Exclusion) -> None:
    """Let the case know and tell. What the excluded hold is taken by ``take_everything``."""
    file.exclusions[exclusion.exclusion_id] = exclusion
    file.new_exclusions[exclusion.exclusion_id] = exclusion
    file.tell(ExclusionRecorded, basis=exclusion.basis, **_facts(exclusion))


def stay_out(file: CaseFile, exclusion_id: str, staff_id: str, moment: Moment) -> None:
    """Somebody left a body that is kept out: they are kept out in person from now on, for as long as the exclusion holds."""
    before = file.exclusions[exclusion_id]
    bodies = replace(before.bodies, staff_ids=before.bodies.staff_ids | {staff_id})
    record_exclusion(file, replace(before, bodies=bodies))
    take_everything(file, moment)


def lift_exclusion(file: CaseFile, exclusion_id: str, by: Actor) -> None:
    """It does not hold. What was taken away stays where it is; another exclusion of the same body stands on its own."""
    exclusion = file.exclusions.pop(exclusion_id)
    file.lifted_exclusions.add(exclusion_id)
    facts = _facts(exclusion) | {"by_agency_id": by.agency_id, "by_staff_id": by.staff_id}
    file.tell(ExclusionLifted, **facts)


def take_everything(file: CaseFile, moment: Moment) -> None:
    """Nothing of the case stays with the excluded."""
    take_from(file, file.excluded, moment)


def take_from(file: CaseFile, bodies: frozenset[str], moment: Moment) -> None:
    """Every offer to these bodies ends, every duty and clock they hold passes on and runs on: they are excluded, or closed."""
    for task in file.open_tasks():
        if task.offered_agency_id in bodies:
            task.end_offer()
            task.version += 1
            file.touched.add(task.task_id)
    for task in file.open_tasks():
        if task.agency_id in bodies:
            _give_to_another(file, task, moment)
        elif task.responsible_staff_id in bodies:
            pass_within(file, task, moment)
    _pass_case_clocks(file, bodies, moment)
    _pass_disputes(file, bodies, moment)
    _pass_what_was_taken_on(file, bodies, moment)


def _give_to_another(file: CaseFile, task: Task, moment: Moment) -> None:
    try:
        successor = next_holder(file, task, moment)
    except NobodyElse:
        _give_to_whoever_is_left(file, task, moment)
    else:
        pass_on(file, task, successor, moment)


def _give_to_whoever_is_left(file: CaseFile, task: Task, moment: Moment) -> None:
    """Everybody had it already: then it comes back to one of them, unless one of them holds it beside this one."""
    try:
        chosen = (
            moment.roster_of(task.region_code).holder(task.service, excluded=file.excluded, hop=task.hop + 1).agency_id
        )
    except NoEligibleAgency:
        raise NobodyElse(current_state=task.state, current_version=task.version) from None
    if any(other.service is task.service and other.agency_id == chosen for other in file.open_tasks()):
        target = transition(task.state, Transition.WITHDRAWN, risk=file.risk).target
        assert target is not None, "a withdrawal ends the task"
        task.state = target
        task.end_offer()
        file.tell_of(task, TaskWithdrawn, reason=HELD_ALREADY)
        for clock in file.going_clocks(task.task_id):
            file.cancel_clock(clock, moment.now)
    else:
        pass_on(file, task, chosen, moment)


def _pass_case_clocks(file: CaseFile, bodies: frozenset[str], moment: Moment) -> None:
    """The case's own clocks go to another body of the kind that carries them."""
    for clock in file.going_clocks(None):
        obligation = moment.pack.obligations.get(clock.kind)
        if clock.agency_id in bodies and obligation is not None and obligation.holder is not None:
            desk = moment.roster.holder(obligation.holder, excluded=file.excluded).agency_id
            file.admit(desk, Capacity.DESK if obligation.holder is AgencyKind.WINDOW_DESK else Capacity.TOLD)
            file.succeed(clock, clock.successor(moment.new_id("clk"), agency_id=desk), moment.now)


def _pass_disputes(file: CaseFile, bodies: frozenset[str], moment: Moment) -> None:
    """A dispute is decided by the same level's next body, else a level above; where nobody is left there, by a last resort."""
    for task in file.tasks.values():
        for clock in file.going_clocks(task.task_id):
            if clock.kind is ClockKind.DISPUTE and clock.agency_id in bodies:
                barred = file.excluded | {task.agency_id}
                levels = moment.pack.rules.disputes.levels[max(0, task.dispute_level - 1) :]
                found = (moment.roster.of_kind(level.owner, excluded=barred) for level in levels)
                decider = next(filter(None, found), None) or moment.roster.holder(AgencyKind.OMBUDSMAN, excluded=barred)
                file.admit(decider.agency_id, Capacity.TOLD)
                successor = clock.successor(moment.new_id("clk"), agency_id=decider.agency_id)
                file.succeed(clock, successor, moment.now)
                level = max(1, task.dispute_level)
                file.tell_of(task, TaskDisputeRaised, level=level, decider_agency_id=decider.agency_id)


def _pass_what_was_taken_on(file: CaseFile, bodies: frozenset[str], moment: Moment) -> None:
    """A result to confirm and a second look go to another body; a breach that was taken up is nobody's to answer for any more."""
    for clock in [clock for clock in file.clocks.values() if clock.going and clock.agency_id in bodies]:
        if clock.kind is ClockKind.ANSWER_ESCALATION:
            file.cancel_clock(clock, moment.now)
        elif clock.kind in _ELSEWHERE:
            kind, capacity = _ELSEWHERE[clock.kind]
            barred = file.excluded | _looked_themselves(file, clock)
            agency_id = moment.roster.holder(kind, excluded=barred).agency_id
            file.admit(agency_id, capacity)
            file.succeed(clock, clock.successor(moment.new_id("clk"), agency_id=agency_id), moment.now)


def _looked_themselves(file: CaseFile, clock: Clock) -> frozenset[str]:
    """Bodies whose people opened the case to themselves: they find nothing about it."""
    review = clock.kind is ClockKind.REVIEW_EMERGENCY_ACCESS
    return frozenset(one.agency_id for one in file.accesses.values() if review and one.verdict is None)


def _facts(exclusion: Exclusion) -> dict[str, object]:
    return {
        "exclusion_id": exclusion.exclusion_id,
        "agency_ids": tuple(sorted(exclusion.bodies.agency_ids)),
        "staff_ids": tuple(sorted(exclusion.bodies.staff_ids)),
        "with_units": tuple(sorted(exclusion.bodies.with_units)),
        "by_agency_id": exclusion.by_agency_id,
        "by_staff_id": exclusion.by_staff_id,
    }
