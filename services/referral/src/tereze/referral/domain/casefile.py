"""Decides what belongs to a case and how its events are numbered; must never let a change go untold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from tereze.contracts.cases import CaseEvent, ClockStarted, ClockStopped, TaskEvent
from tereze.contracts.directory import Agency
from tereze.contracts.emergencies import EmergencyReason, EmergencyVerdict
from tereze.contracts.words import CaseState, Category, Circumstance, ClockKind, ClockState, Risk
from tereze.protocol import Pack, Protocols, WorkingCalendar
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.exclusion import Exclusion
from tereze.referral.domain.routing import Roster
from tereze.referral.domain.tasks import Actor, Task


class Capacity(StrEnum):
    """In which capacity an agency belongs to a case, apart from holding tasks."""

    REFERRER = "referrer"
    DESK = "desk"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Moment:
    """All that the domain may know beside the case: the time, the protocol, who there is, and where ids come from.

    ``pack`` is the version the case was opened with; ``shelf`` holds every version, where more than that one is known.
    """

    now: datetime
    pack: Pack
    calendar: WorkingCalendar
    roster: Roster
    new_id: Callable[[str], str]
    shelf: Protocols | None = None
    elsewhere: Mapping[str, Roster] = field(default_factory=dict)

    @property
    def in_force(self) -> Pack:
        """The version under which a new obligation starts now."""
        return self.shelf.in_force(self.now) if self.shelf else self.pack

    def calendar_of(self, agency_id: str) -> WorkingCalendar:
        """The working time of an agency: its own where it has one, else the country's."""
        named = self.roster.calendar_of(agency_id)
        return self.shelf.calendar_of(named) if self.shelf and named else self.calendar

    def version(self, version: str | None) -> Pack:
        """The pack of one version."""
        return self.shelf.version(version) if self.shelf and version else self.pack

    def roster_of(self, region_code: str) -> Roster:
        """Who there is in a region that the case reaches into; the case's own by default."""
        return self.elsewhere.get(region_code, self.roster)


@dataclass(frozen=True, slots=True)
class Referral:
    """What the case needs to know of a referral."""

    referral_id: str
    agency_id: str
    region_code: str
    received_at: datetime
    risk: Risk
    categories: tuple[Category, ...]
    exclusions: tuple[Exclusion, ...] = ()
    occurred_at: datetime | None = None
    circumstances: tuple[Circumstance, ...] = ()


_REVIEWS = frozenset({ClockKind.REVIEW_SCREENING, ClockKind.INDEPENDENT_REVIEW})


@dataclass(slots=True)
class EmergencyAccess:
    """The case is open to one person, of one agency, until it ends; another body owes a verdict."""

    access_id: str
    agency_id: str
    staff_id: str
    reason: EmergencyReason
    opened_at: datetime
    ends_at: datetime
    verdict: EmergencyVerdict | None = None
    reviewed_at: datetime | None = None
    reviewed_by_agency_id: str | None = None
    reviewed_by_staff_id: str | None = None
    reason_narrative_id: str | None = None
    review_narrative_id: str | None = None


@dataclass(slots=True)
class CaseFile:
    """A case with its tasks and clocks; ``also_in`` are other regions where the child was reported.

    ``news`` are the events since it was read; ``touched`` the changed tasks, clocks and accesses. ``exclusions`` are those in
    force, by id; ``opened_to`` the persons to whom emergency access opened it when it was read; ``policy_id`` names the access
    policies that allowed the command at work.
    """

    case_id: str
    region_code: str
    protocol_version: str
    person_id: str
    provisional: bool
    risk: Risk
    categories: tuple[Category, ...]
    opened_at: datetime
    occurred_at: datetime | None = None
    circumstances: tuple[Circumstance, ...] = ()
    state: CaseState = CaseState.REPORTED
    version: int = 0
    joined_into: str | None = None
    under_review: bool = False
    also_in: tuple[str, ...] = ()
    tasks: dict[str, Task] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    bodies: set[tuple[str, Capacity]] = field(default_factory=set)
    news: list[CaseEvent] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    new_bodies: set[tuple[str, Capacity]] = field(default_factory=set)
    gone_bodies: set[tuple[str, Capacity]] = field(default_factory=set)
    exclusions: dict[str, Exclusion] = field(default_factory=dict)
    new_exclusions: dict[str, Exclusion] = field(default_factory=dict)
    lifted_exclusions: set[str] = field(default_factory=set)
    accesses: dict[str, EmergencyAccess] = field(default_factory=dict)
    opened_to: frozenset[str] = frozenset()
    policy_id: str | None = None

    @property
    def excluded(self) -> frozenset[str]:
        """The agencies and persons that must not touch the case."""
        return frozenset[str]().union(*(exclusion.bodies.all for exclusion in self.exclusions.values()))

    def keep_units_out(self, agencies: Iterable[Agency]) -> None:
        """Of these agencies, those below a body that is kept out with its units are kept out too, whenever they were founded."""
        known = tuple(agencies)
        self.exclusions = {
            exclusion_id: replace(exclusion, bodies=exclusion.bodies.grown(known))
            for exclusion_id, exclusion in self.exclusions.items()
        }

    def having(self, capacity: Capacity) -> frozenset[str]:
        """The agencies of one capacity."""
        return frozenset(agency for agency, has in self.bodies if has is capacity)

    def admit(self, agency_id: str, capacity: Capacity) -> None:
        """An agency belongs to the case in a capacity from now on."""
        if (agency_id, capacity) not in self.bodies:
            self.bodies.add((agency_id, capacity))
            self.new_bodies.add((agency_id, capacity))

    def dismiss(self, agency_id: str, capacity: Capacity) -> None:
        """An agency belongs to the case in a capacity no longer."""
        self.bodies.discard((agency_id, capacity))
        self.new_bodies.discard((agency_id, capacity))
        self.gone_bodies.add((agency_id, capacity))

    def open_tasks(self) -> list[Task]:
        """The tasks on which somebody still owes something."""
        return [task for task in self.tasks.values() if task.open]

    def pending_tasks(self) -> list[Task]:
        """The tasks about which somebody still has to say something: open, disputed or not yet confirmed."""
        return [task for task in self.tasks.values() if task.pending]

    def reach_into(self, region_code: str) -> None:
        """The child was reported in that region too."""
        if region_code != self.region_code:
            self.also_in = tuple(dict.fromkeys((*self.also_in, region_code)))

    @property
    def taken(self) -> bool:
        """Whether somebody accepted a task of the case."""
        return any(task.responsible_staff_id is not None for task in self.tasks.values())

    @property
    def awaits_review(self) -> bool:
        """Whether somebody owes a second look at the case, or an independent one."""
        return any(clock.kind in _REVIEWS for clock in self.going_clocks(None))

    def going_clocks(self, task_id: str | None) -> list[Clock]:
        """The clocks of a task, or of the case itself, for which evidence is owed."""
        return [clock for clock in self.clocks.values() if clock.task_id == task_id and clock.going]

    def clock_of(self, task: Task, kind: ClockKind) -> Clock | None:
        """The clock of a duty of the task's present holder: the one that goes, else the last that evidence stopped."""
        matter = (task.task_id, task.agency_id, kind)
        own = [clock for clock in self.clocks.values() if (clock.task_id, clock.agency_id, clock.kind) == matter]
        valid = [clock for clock in own if clock.state is not ClockState.CANCELLED]
        return next((clock for clock in valid if clock.going), valid[-1] if valid else None)

    def tell(self, event: type[CaseEvent], **facts: Any) -> None:
        """Number an event and put it among the news."""
        self.version += 1
        head: dict[str, Any] = {
            "case_id": self.case_id,
            "case_version": self.version,
            "region_code": self.region_code,
            "protocol_version": self.protocol_version,
        }
        self.news.append(event(**(head | facts)))

    def tell_of(self, task: Task, event: type[TaskEvent], by: Actor | None = None, **facts: Any) -> None:
        """An event of a task: it changed, so its version grows too."""
        if task.task_id in self.tasks:
            task.version += 1
        self.tasks[task.task_id] = task
        self.touched.add(task.task_id)
        self.tell(
            event,
            task_id=task.task_id,
            agency_id=task.agency_id,
            service=task.service,
            state=task.state,
            fhir_status=task.state.fhir,
            by_agency_id=by.agency_id if by else None,
            by_staff_id=by.staff_id if by else None,
            protocol_version=task.protocol_version or self.protocol_version,
            **facts,
        )

    def start_clock(self, clock: Clock) -> None:
        """A deadline begins to run."""
        self.clocks[clock.clock_id] = clock
        self.touched.add(clock.clock_id)
        self.tell(ClockStarted, **clock_facts(clock), follows_clock_id=clock.follows_clock_id)

    def stop_clock(self, clock: Clock, now: datetime) -> None:
        """Evidence came for a clock."""
        clock.stop(now)
        self._tell_stopped(clock, now)
        for answer in self.answers_to(clock):
            self.stop_clock(answer, now)

    def cancel_clock(self, clock: Clock, now: datetime) -> None:
        """A clock ends without evidence."""
        clock.cancel(now)
        self._tell_stopped(clock, now)
        for answer in self.answers_to(clock):
            self.cancel_clock(answer, now)

    def stop_clocks(self, task_id: str | None, kinds: frozenset[ClockKind], now: datetime) -> None:
        """Evidence came for some duties of a task, or of the case itself."""
        for clock in self.going_clocks(task_id):
            if clock.kind in kinds:
                self.stop_clock(clock, now)

    def succeed(self, clock: Clock, successor: Clock, now: datetime) -> None:
        """A duty passes to a successor; if its clock still ran, it ends here. Whoever took a breach up answers for it on."""
        for answer in self.answers_to(clock):
            answer.follows_clock_id = successor.clock_id
            self.touched.add(answer.clock_id)
        if clock.going:
            self.cancel_clock(clock, now)
        self.start_clock(successor)

    def await_again(self, clock: Clock) -> None:
        """A timer of the clock fired before anything was due: it needs another."""
        clock.generation += 1
        self.touched.add(clock.clock_id)

    def answers_to(self, clock: Clock) -> list[Clock]:
        """The clocks of those who took up the breach of this one."""
        return [
            other
            for other in self.clocks.values()
            if other.kind is ClockKind.ANSWER_ESCALATION and other.follows_clock_id == clock.clock_id and other.going
        ]

    def _tell_stopped(self, clock: Clock, now: datetime) -> None:
        self.touched.add(clock.clock_id)
        self.tell(ClockStopped, **clock_facts(clock), stopped_at=now, state=clock.state)


def clock_facts(clock: Clock) -> dict[str, Any]:
    """What every event of a clock says of it."""
    facts: dict[str, Any] = {
        "clock_id": clock.clock_id,
        "clock_kind": clock.kind,
        "task_id": clock.task_id,
        "agency_id": clock.agency_id,
        "risk": clock.risk,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "row": clock.row,
    }
    return facts | ({"protocol_version": clock.protocol_version} if clock.protocol_version else {})
