"""Decides that no order of events breaks a promise: whatever happens to two cases, the invariants of the domain hold."""

import contextlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tereze.contracts import cases as told
from tereze.contracts.disputes import TaskDisputed, TaskDisputeRaised
from tereze.contracts.exclusions import ExclusionLifted, ExclusionRecorded
from tereze.contracts.facts import Fact
from tereze.contracts.tasks import TaskHandedOver, TaskHandOverOffered, TaskReopened, TaskResponsibleNamed
from tereze.contracts.words import (
    Category,
    ClockKind,
    ClockState,
    DeclineReason,
    LadderLevel,
    Outcome,
    Risk,
    StaffRole,
    TaskState,
)
from tereze.protocol import OPEN
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.domain.commands import accept_task, decline_task, fulfil_task, receive_task, start_task
from tereze.referral.domain.escalation import climb_ladder
from tereze.referral.domain.handover import NobodyElse
from tereze.referral.domain.joining import join_cases, survivor_first
from tereze.referral.domain.keeping_out import keep_out, lift_exclusion
from tereze.referral.domain.response import attach_referral, open_case, triage_case

RISKS = st.sampled_from(Risk)
CATEGORIES = st.lists(st.sampled_from(Category), min_size=1, max_size=3)
REFERRERS = st.sampled_from(
    ["almaty-school-1", "almaty-school-2", "almaty-police", "almaty-clinic-1", "almaty-patronage"]
)
KEPT_OUT = st.lists(
    st.sampled_from(
        [
            "almaty-clinic-1", "almaty-clinic-2", "almaty-school-1", "almaty-police", "almaty-desk", "almaty-patronage",
            "almaty-department", "ministry",
        ]
    ),
    max_size=2,
)  # fmt: skip
ROLES = st.frozensets(st.sampled_from([StaffRole.MEMBER, StaffRole.MANAGER, StaffRole.SYSTEM]), min_size=1)
ENDS = {
    "tereze.task.declined.v1": TaskState.DECLINED,
    "tereze.task.fulfilled.v1": TaskState.FULFILLED,
    "tereze.task.withdrawn.v1": TaskState.WITHDRAWN,
}
LATER = frozenset({ClockKind.UNASSIGNED, ClockKind.CONFIRM_RESULT})
"""Duties that begin with a word, not with a report."""


class Replayed:
    """What somebody who only reads the log of every case knows."""

    def __init__(self) -> None:
        self.tasks: dict[str, tuple[str, str, str]] = {}
        self.clocks: dict[str, told.ClockStarted] = {}
        self.stopped: dict[str, ClockState] = {}
        self.levels: dict[str, list[LadderLevel]] = {}
        self.version: dict[str, int] = {}
        self.kept_out: dict[str, dict[str, frozenset[str]]] = {}

    def read(self, event: Any) -> None:
        self._nothing_goes_to_the_excluded(event)
        assert event.case_version == self.version.get(event.case_id, 0) + 1, "a gap in the log"
        self.version[event.case_id] = event.case_version
        if isinstance(event, told.TaskEvent):
            self._read_task(event)
        elif isinstance(event, told.ClockStarted):
            assert event.clock_id not in self.clocks, "a clock starts once"
            self.clocks[event.clock_id] = event
        elif isinstance(event, told.ClockStopped):
            assert event.clock_id not in self.stopped, "a clock stops once"
            self.stopped[event.clock_id] = event.state
        elif isinstance(event, told.ClockLevelEvent):
            assert event.clock_id not in self.stopped, "a stopped clock is silent"
            assert event.fired_at >= event.level_due_at
            self.levels.setdefault(event.clock_id, []).append(event.level)

    def _nothing_goes_to_the_excluded(self, event: Any) -> None:
        """No duty, offer, clock or word after the moment somebody was kept out."""
        of_case = self.kept_out.setdefault(event.case_id, {})
        if isinstance(event, ExclusionRecorded):
            of_case[event.exclusion_id] = frozenset((*event.agency_ids, *event.staff_ids))
        elif isinstance(event, ExclusionLifted):
            del of_case[event.exclusion_id]
        reaching: dict[type[Any], tuple[str, ...]] = {
            told.TaskAssigned: ("agency_id",), told.TaskRerouted: ("agency_id",), told.TaskOffered: ("offered_agency_id",),
            told.TaskAccepted: ("agency_id", "by_staff_id", "responsible_staff_id"), told.ClockStarted: ("agency_id",),
            told.TaskReceived: ("agency_id",), told.TaskStarted: ("agency_id",), told.TaskFulfilled: ("agency_id",),
            TaskHandedOver: ("agency_id", "responsible_staff_id"), TaskHandOverOffered: ("offered_agency_id",),
            TaskResponsibleNamed: ("responsible_staff_id",), TaskReopened: ("agency_id",), TaskDisputed: ("decider_agency_id",),
            TaskDisputeRaised: ("decider_agency_id",),
        }  # fmt: skip
        given = reaching.get(type(event), ())
        reached = {getattr(event, name) for name in given} | set(getattr(event, "told_agency_ids", ()))
        assert not reached & frozenset().union(*of_case.values()), "an excluded body was reached"

    def _read_task(self, event: Any) -> None:
        earlier = self.tasks.get(event.task_id)
        if earlier:
            moved_in = isinstance(event, told.TaskAssigned) and event.state == earlier[2]
            assert TaskState(earlier[2]) in OPEN or moved_in, "nothing happens to an ended task"
            if not isinstance(event, told.TaskRerouted | told.TaskAssigned):
                assert event.agency_id == earlier[1], "accountability changes by a reroute only"
        if event.state not in OPEN and not (earlier and event.state == earlier[2]):
            assert ENDS[event.type] is event.state, "a task ends by a listed event only"
        self.tasks[event.task_id] = (event.case_id, event.agency_id, event.state)


class Window(RuleBasedStateMachine):
    """Two cases that may turn out to be one child's, and everything that can happen to them."""

    new_world: Any = None

    @initialize(risk=RISKS, categories=CATEGORIES, by=REFERRERS)
    def open_first(self, risk: Risk, categories: list[Category], by: str) -> None:
        self.world = type(self).new_world()
        self.replayed = Replayed()
        self.referrals: dict[str, list[Any]] = {}
        self.files: list[CaseFile] = []
        self.starts: dict[tuple[str, ClockKind], datetime] = {}
        self._open(risk, categories, by)

    def _open(self, risk: Risk, categories: list[Category], by: str) -> None:
        referral = self.world.referral(risk, *categories, by=by)
        file = open_case(referral, self.world.new_id("per"), self.world.moment, provisional=True)
        self.referrals[file.case_id] = [referral]
        self.files.append(file)

    def _live(self, pick: int) -> CaseFile:
        live = [file for file in self.files if file.joined_into is None]
        return live[pick % len(live)]

    @precondition(lambda self: len(self.files) < 3)
    @rule(risk=RISKS, categories=CATEGORIES, by=REFERRERS)
    def open_another(self, risk: Risk, categories: list[Category], by: str) -> None:
        self._open(risk, categories, by)

    @rule(pick=st.integers(0, 2), risk=RISKS, categories=CATEGORIES, by=REFERRERS, late=st.integers(0, 3))
    def refer_again(self, pick: int, risk: Risk, categories: list[Category], by: str, late: int) -> None:
        file = self._live(pick)
        referral = self.world.referral(risk, *categories, by=by, at=self.world.now - timedelta(minutes=late))
        attach_referral(file, referral, self.world.moment)
        self.referrals[file.case_id].append(referral)

    @rule(minutes=st.sampled_from([1, 25, 31, 90, 130, 500, 1500, 9000]))
    def let_time_pass_while_nobody_looks(self, minutes: int) -> None:
        self.world.after(minutes=minutes)

    @rule()
    def look_at_every_clock(self) -> None:
        for file in self.files:
            for clock in list(file.clocks.values()):
                climb_ladder(file, clock, self.world.moment)

    @rule(pick=st.integers(0, 2), which=st.integers(0, 9), roles=ROLES, stranger=st.booleans(), verb=st.integers(0, 4))
    def speak(self, pick: int, which: int, roles: frozenset[StaffRole], stranger: bool, verb: int) -> None:
        file = self._live(pick)
        task = list(file.tasks.values())[which % len(file.tasks)]
        speaker = task.offered_agency_id if stranger and task.offered_agency_id else task.agency_id
        actor, moment = self.world.staff(self.world.slug(speaker), *roles), self.world.moment
        verbs = [
            lambda: receive_task(file, task, actor, moment),
            lambda: accept_task(file, task, actor, actor.staff_id, moment),
            lambda: decline_task(file, task, actor, list(DeclineReason)[which % 5], moment),
            lambda: start_task(file, task, actor, moment, contact=True),
            lambda: fulfil_task(file, task, actor, Outcome.CHILD_SAFE, moment, contact=which % 2 == 0),
        ]
        before = (task.state, task.version, file.version)
        try:
            verbs[verb]()
        except Fact:
            if verb != 2:  # a refused conflict of interest may have begun to pass duties on; the transaction is undone
                assert (task.state, task.version, file.version) == before, "a refusal changes nothing"

    @rule(pick=st.integers(0, 2), which=st.integers(0, 9), reason=st.sampled_from(DeclineReason))
    def refuse(self, pick: int, which: int, reason: DeclineReason) -> None:
        """A manager refuses, so that duties wander further than chance would send them."""
        file = self._live(pick)
        open_ones = [t for t in file.open_tasks() if t.state in {TaskState.REQUESTED, TaskState.RECEIVED}]
        if open_ones and open_ones[0].risk not in {Risk.CRITICAL, Risk.HIGH}:
            task = open_ones[which % len(open_ones)]
            try:
                decline_task(file, task, self.world.holder_of(task, StaffRole.MANAGER), reason, self.world.moment)
            except NobodyElse:
                assert task.hop > 1, "somebody else was left"

    @rule(pick=st.integers(0, 2), who=KEPT_OUT, which=st.integers(0, 9))
    def learn_late_who_is_tied(self, pick: int, who: list[str], which: int) -> None:
        """Agencies, and whoever is responsible for a task."""
        file = self._live(pick)
        people = tuple(t.responsible_staff_id for t in file.open_tasks() if t.responsible_staff_id)[which % 2 : 1]
        keep_out(file, self.world.exclusion(*who, staff=people), self.world.moment)

    @rule(pick=st.integers(0, 2), risk=RISKS, categories=CATEGORIES, by=REFERRERS, who=KEPT_OUT)
    def accuse(self, pick: int, risk: Risk, categories: list[Category], by: str, who: list[str]) -> None:
        file = self._live(pick)
        referral = replace(self.world.referral(risk, *categories, by=by), exclusions=(self.world.exclusion(*who),))
        attach_referral(file, referral, self.world.moment)
        self.referrals[file.case_id].append(referral)

    @rule(pick=st.integers(0, 2), which=st.integers(0, 9))
    def find_that_it_does_not_hold(self, pick: int, which: int) -> None:
        file = self._live(pick)
        if file.exclusions:
            chosen = sorted(file.exclusions)[which % len(file.exclusions)]
            lift_exclusion(file, chosen, self.world.staff("ombudsman"))

    @rule(pick=st.integers(0, 2), risk=RISKS)
    def triage(self, pick: int, risk: Risk) -> None:
        with contextlib.suppress(Fact):
            triage_case(self._live(pick), risk, self.world.staff("almaty-desk"), self.world.moment)

    @precondition(lambda self: sum(file.joined_into is None for file in self.files) > 1)
    @rule()
    def one_child(self) -> None:
        live = [file for file in self.files if file.joined_into is None]
        survivor, joined = survivor_first(live[0], live[1])
        join_cases(survivor, joined, self.referrals[joined.case_id], self.world.moment)
        self.referrals[survivor.case_id] += self.referrals.pop(joined.case_id)

    @invariant()
    def the_log_replays_to_the_state(self) -> None:
        for file in sorted(getattr(self, "files", []), key=lambda file: file.joined_into is None):
            for event in file.news:
                self.replayed.read(event)
            file.news.clear()
        tasks = {
            t.task_id: (f.case_id, t.agency_id, t.state) for f in getattr(self, "files", []) for t in f.tasks.values()
        }
        if tasks:
            assert tasks == self.replayed.tasks
            going = {c.clock_id for f in self.files for c in f.clocks.values() if c.going}
            assert going == set(self.replayed.clocks) - set(self.replayed.stopped)

    @invariant()
    def every_duty_has_one_holder_that_may_hold_it_and_a_running_clock(self) -> None:
        for file in getattr(self, "files", []):
            held = [(t.service, t.agency_id) for t in file.open_tasks()]
            assert len(set(held)) == len(held), "one open task per service and agency"
            for task in file.open_tasks():
                assert task.agency_id not in file.excluded
                assert task.offered_agency_id not in file.excluded | {task.agency_id}
                going = [c.kind for c in file.going_clocks(task.task_id)]
                assert len(set(going)) == len(going), "one clock per duty"
                assert {c.agency_id for c in file.going_clocks(task.task_id)} <= {task.agency_id}
                assert not task.evidence & set(going), "evidence stopped its clock"
                if task.state is TaskState.REQUESTED:
                    assert ClockKind.ACKNOWLEDGE in going, "an unanswered task is never without a deadline"
            if file.joined_into:
                assert not file.open_tasks()
                assert not [c for c in file.clocks.values() if c.going]
            assert {a for a, _ in file.bodies} >= {c.agency_id for c in file.going_clocks(None)}

    @invariant()
    def no_duty_is_dropped(self) -> None:
        for file in getattr(self, "files", []):
            followed = {t.follows_task_id for f in self.files for t in f.tasks.values()}
            refused = {t.task_id for t in file.tasks.values() if t.state is TaskState.DECLINED}
            assert refused <= followed, "a refusal finds the next holder"
            if file.joined_into is None:
                held = {t.service for t in file.tasks.values() if t.open or t.state is TaskState.FULFILLED}
                assert held >= {t.service for t in file.tasks.values()}

    @invariant()
    def no_start_moves_later(self) -> None:
        received = {r.received_at for referrals in getattr(self, "referrals", {}).values() for r in referrals}
        for file in getattr(self, "files", []):
            for clock in file.clocks.values():
                assert clock.kind in LATER or clock.started_at in received, (
                    "a clock starts when a referral was received"
                )
                if clock.task_id and clock.going:
                    place = (clock.task_id, clock.kind)
                    assert clock.started_at <= self.starts.get(place, clock.started_at)
                    self.starts[place] = clock.started_at

    @invariant()
    def levels_come_once_and_in_order(self) -> None:
        for levels in getattr(self, "replayed", Replayed()).levels.values():
            order = [list(LadderLevel).index(level) for level in levels]
            assert order == sorted(order)
            named = [level for level in levels if level is not LadderLevel.OMBUDSMAN]
            assert len(set(named)) == len(named)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_whatever_happens_the_promises_hold(new_world: Any) -> None:
    machine = type("WindowOfThisWorld", (Window,), {"new_world": staticmethod(new_world)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=100,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
