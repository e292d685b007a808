"""Decides what happens when a clock reaches levels of its ladder; must never skip a level or stop before evidence."""

from datetime import timedelta

from tereze.contracts.cases import ClockBreached, ClockEscalated, ClockLevelEvent, ClockWarned, TaskOffered
from tereze.contracts.words import AgencyKind, LadderLevel
from tereze.protocol import Level, Pack, level_at, levels_due
from tereze.protocol.pack import Told
from tereze.referral.domain.casefile import Capacity, CaseFile, Moment, clock_facts
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.handover import barred_from
from tereze.referral.domain.tasks import Task

_EVENTS: dict[LadderLevel, type[ClockLevelEvent]] = {
    LadderLevel.WARNING: ClockWarned,
    LadderLevel.BREACH: ClockBreached,
}
_MILLISECOND = timedelta(milliseconds=1)


def next_level(clock: Clock, pack: Pack) -> Level | None:
    """Who hears of a clock next, and when; None once evidence came."""
    return level_at(pack, clock.span, clock.risk, clock.position) if clock.going else None


def climb_ladder(file: CaseFile, clock: Clock, moment: Moment) -> None:
    """Tell every level whose time has come, lowest first. Nothing happens for a clock that evidence stopped."""
    if not clock.going:
        return
    for level in levels_due(moment.pack, clock.span, clock.risk, clock.position, now=moment.now):
        _tell_level(file, clock, level, moment)


def _tell_level(file: CaseFile, clock: Clock, level: Level, moment: Moment) -> None:
    task = file.tasks.get(clock.task_id) if clock.task_id else None
    second = _second_agency(file, task, moment) if task and level.offer else None
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
    if task and second and task.offered_agency_id != second:
        task.offered_agency_id = second
        file.tell_of(task, TaskOffered, offered_agency_id=second, person_id=file.person_id)


def _second_agency(file: CaseFile, task: Task, moment: Moment) -> str | None:
    """Who may take the duty over: the agency it is offered to already, or another one of the kind."""
    if task.offered_agency_id:
        return task.offered_agency_id
    second = moment.roster.of_kind(task.service, excluded=barred_from(file, task))
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
