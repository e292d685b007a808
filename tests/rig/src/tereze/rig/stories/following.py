"""Decides how a story looks at a case while it changes; must never act for anybody."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tereze.client import NotFound, Tereze
from tereze.contracts.cases import CaseView, ClockView, TaskView, TimelineEntry
from tereze.contracts.words import AgencyKind, ClockKind, LadderLevel
from tereze.rig.stories.telling import StoryBroken, soon

LADDER = tuple(LadderLevel)
ALMATY = ZoneInfo("Asia/Almaty")


def case_of(client: Tereze, referral_id: str, *, within: float = 30.0) -> str:
    """The case a referral was put on."""
    return soon(lambda: client.referrals.get(referral_id).case_id, f"{referral_id} came on no case", within=within)


def settled_case(client: Tereze, referral_id: str) -> CaseView:
    """The case a referral is on once the registry has said who the child is, following a join."""

    def look() -> CaseView | None:
        case = client.cases.get(case_of(client, referral_id))
        if case.joined_into is not None:
            case = client.cases.get(case.joined_into)
        return None if case.provisional or not case.tasks else case

    return soon(look, f"nobody settled who the child of {referral_id} is")


def person_of(case: CaseView) -> str:
    """Whom a case is about."""
    if case.person_id is None:
        raise StoryBroken(f"{case.case_id} does not say whom it is about")
    return case.person_id


def task_for(case: CaseView, service: AgencyKind) -> TaskView:
    """The part of the response that one kind of body has."""
    found = next((task for task in case.tasks if task.service is service), None)
    if found is None:
        raise StoryBroken(f"{case.case_id} has no task for {service}")
    return found


def clock_of(task: TaskView, kind: ClockKind) -> ClockView:
    """One deadline of a task."""
    found = next((clock for clock in task.clocks if clock.kind is kind), None)
    if found is None:
        raise StoryBroken(f"{task.task_id} has no clock {kind}")
    return found


def reached(clock: ClockView, level: LadderLevel) -> bool:
    """Whether the clock is at a level of its ladder, or past it."""
    return clock.reached is not None and LADDER.index(clock.reached) >= LADDER.index(level)


def entries(case: CaseView, kind: str, *, task_id: str, clock: ClockKind) -> list[TimelineEntry]:
    """What the timeline has of one kind of event on one deadline."""
    return [e for e in case.timeline if e.type == kind and e.task_id == task_id and e.clock_kind is clock]


def offered_to(client: Tereze, task_id: str) -> TaskView | None:
    """A task as somebody sees it to whom it was offered, if they see it yet."""
    try:
        task = client.tasks.get(task_id)
    except NotFound:
        return None
    return task if task.offered_agency_id is not None else None


def clock_time(instant: datetime) -> str:
    """Hours and minutes in the country's time, as a story tells them."""
    return f"{instant.astimezone(ALMATY):%H:%M}"
