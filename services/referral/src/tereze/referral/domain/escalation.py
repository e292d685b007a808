"""Decides what happens when a clock reaches levels of its ladder; must never skip a level or stop before evidence."""

from datetime import timedelta

from tereze.contracts.cases import ClockBreached, ClockEscalated, ClockLevelEvent, ClockWarned, TaskOffered
from tereze.contracts.casework import EscalationAcknowledged
from tereze.contracts.facts import Conflict, Forbidden
from tereze.contracts.words import AgencyKind, ClockKind, LadderLevel
from tereze.protocol import Level, Pack, level_at, levels_due
from tereze.protocol.pack import Told
from tereze.referral.domain.casefile import Capacity, CaseFile, Moment, clock_facts
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.disputes import raise_dispute
from tereze.referral.domain.duties import start_duty
from tereze.referral.domain.handover import barred_from
from tereze.referral.domain.tasks import Actor, Task

_EVENTS: dict[LadderLevel, type[ClockLevelEvent]] = {
    LadderLevel.WARNING: ClockWarned,
    LadderLevel.BREACH: ClockBreached,
}
_MILLISECOND = timedelta(milliseconds=1)


class NothingEscalated(Conflict):
    """The deadline is not breached, or evidence came."""

    code = "nothing-escalated"
    title = "This deadline is not escalated at present"


class NotTold(Forbidden):
    """The breach was told to others; or it is one's own."""

    code = "not-told"
    title = "This breach was not told to your agency"


class AcknowledgedAlready(Conflict):
    """Somebody of the agency took the breach up already."""

    code = "acknowledged-already"
    title = "Your agency took this breach up already"


def next_level(clock: Clock, pack: Pack) -> Level | None:
    """Who hears of a clock next, and when; None once evidence came."""
    return level_at(pack, clock.span, clock.risk, clock.position) if clock.going else None


def climb_ladder(file: CaseFile, clock: Clock, moment: Moment) -> None:
    """Tell every level whose time has come, lowest first. Nothing happens for a clock that evidence stopped."""
    if not clock.going:
        return
    for level in levels_due(moment.pack, clock.span, clock.risk, clock.position, now=moment.now):
        _tell_level(file, clock, level, moment)
        if clock.kind is ClockKind.DISPUTE and level.level is LadderLevel.BREACH and clock.task_id:
            raise_dispute(file, file.tasks[clock.task_id], clock, moment)
            if not clock.going:
                return


def acknowledge_escalation(file: CaseFile, clock_id: str, by: Actor, moment: Moment) -> None:
    """Somebody who was told of a breach takes it up: from now on they have a deadline of their own. The breached one runs on.

    Raises NothingEscalated, NotTold, or AcknowledgedAlready.
    """
    clock = file.clocks.get(clock_id)
    if clock is None or not clock.going or clock.reached in {None, LadderLevel.WARNING}:
        raise NothingEscalated
    assert clock.reached is not None
    if {by.agency_id, by.staff_id} & file.excluded:
        raise NotTold
    if by.agency_id == clock.agency_id or by.agency_id not in file.having(Capacity.TOLD) | file.having(Capacity.DESK):
        raise NotTold
    if any(answer.agency_id == by.agency_id for answer in file.answers_to(clock)):
        raise AcknowledgedAlready(current_version=file.version)
    file.tell(
        EscalationAcknowledged,
        clock_id=clock.clock_id,
        task_id=clock.task_id,
        level=clock.reached,
        agency_id=clock.agency_id,
        by_agency_id=by.agency_id,
        by_staff_id=by.staff_id,
    )
    limit = moment.pack.rules.answer_escalation[clock.risk]
    start_duty(file, ClockKind.ANSWER_ESCALATION, by.agency_id, limit, moment, follows=clock)


def _tell_level(file: CaseFile, clock: Clock, level: Level, moment: Moment) -> None:
    task = file.tasks.get(clock.task_id) if clock.task_id else None
    offers = task is not None and task.open and clock.agency_id == task.agency_id and level.offer
    second = _second_agency(file, task, moment) if task and offers else None
    told = _told(file, clock, level, second, moment)
    clock.reach(level.position, level.level)
    file.touched.add(clock.clock_id)
    for agency_id in told:
        if agency_id != clock.agency_id:
            file.admit(agency_id, Capacity.TOLD)
    file.tell(
        _EVENTS.get(level.level, ClockEscalated),
        **clock_facts(clock),
        level=level.level,
        fired_at=moment.now,
        level_due_at=level.at,
        late_by_ms=(moment.now - level.at) // _MILLISECOND,
        told_agency_ids=told,
    )
    if task and second and (task.offered_agency_id != second or task.hand_over):
        task.offered_agency_id, task.hand_over = second, False
        file.tell_of(task, TaskOffered, offered_agency_id=second, person_id=file.person_id)


def _second_agency(file: CaseFile, task: Task, moment: Moment) -> str | None:
    """Who may take the duty over: the agency it is offered to already, or another one of the kind."""
    if task.offered_agency_id:
        return task.offered_agency_id
    roster = moment.roster_of(task.region_code)
    second = roster.of_kind(task.service, excluded=barred_from(file, task))
    return second.agency_id if second else None


def _told(file: CaseFile, clock: Clock, level: Level, second: str | None, moment: Moment) -> tuple[str, ...]:
    """The agencies a level speaks to. Where one of them is excluded, the level above hears it at once, and so on upward."""
    found: dict[str | None, None] = {}
    position = level.position
    while True:
        found |= {_agency(told, file, clock, second, moment): None for told in level.tell}
        if not file.excluded & {_agency(told, None, clock, second, moment) for told in level.tell}:
            break
        position += 1
        above = level_at(moment.pack, clock.span, clock.risk, position)
        if above.level is level.level:  # the ladder's last level is repeated: nobody stands above it
            break
        level = above
    return tuple(agency_id for agency_id in found if agency_id)


def _agency(told: Told, file: CaseFile | None, clock: Clock, second: str | None, moment: Moment) -> str | None:
    if told == "holder":
        return clock.agency_id
    if told == "offered":
        return second
    agency = moment.roster.of_kind(AgencyKind(told), excluded=file.excluded if file else frozenset())
    return agency.agency_id if agency else None
