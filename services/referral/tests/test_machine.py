"""Decides that no order of events breaks a promise: whatever happens to two cases, the invariants of the domain hold."""

import contextlib
import copy
from collections.abc import Callable
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

from tereze.contracts.emergencies import EmergencyReason, EmergencyVerdict
from tereze.contracts.facts import Fact
from tereze.contracts.words import (
    CaseState,
    Category,
    ClockKind,
    CloseReason,
    DeclineReason,
    DisputeFinding,
    DisputeReason,
    HandOverReason,
    HoldReason,
    LadderLevel,
    NotAchievedReason,
    Outcome,
    ReopenReason,
    RerouteReason,
    ReviewFinding,
    Risk,
    ScreenOutReason,
    StaffRole,
    TaskState,
    VoidReason,
    WithdrawReason,
)
from tereze.protocol import GRAVE
from tereze.referral.domain.casefile import Capacity, CaseFile
from tereze.referral.domain.casework import close_case, reopen_case, review_screening, screen_out, wind_down
from tereze.referral.domain.commands import (
    accept_task,
    confirm_task,
    decline_task,
    fail_task,
    fulfil_task,
    name_responsible,
    receive_task,
    record_attempt,
    record_contact,
    start_task,
    withdraw_task,
)
from tereze.referral.domain.disputes import decide_dispute, dispute_task
from tereze.referral.domain.emergency import open_in_emergency, review_emergency
from tereze.referral.domain.escalation import acknowledge_escalation, climb_ladder
from tereze.referral.domain.evidence import record_done, review_plan, sign_plan
from tereze.referral.domain.handover import (
    NobodyElse,
    accept_hand_over,
    end_hand_over,
    offer_hand_over,
    redirect_task,
    reroute_task,
)
from tereze.referral.domain.holding import hold_task, resume_at_review, resume_task
from tereze.referral.domain.joining import join_cases, survivor_first
from tereze.referral.domain.keeping_out import keep_out, lift_exclusion
from tereze.referral.domain.reopening import reopen_task, void_task
from tereze.referral.domain.response import attach_referral, open_case, triage_case
from tereze.referral.domain.standing import LIVE
from tereze.referral.domain.tasks import Actor, Task
from tereze.rig.replayed import Replayed

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
LATER = frozenset(
    {
        ClockKind.UNASSIGNED,
        ClockKind.CONFIRM_RESULT,
        ClockKind.DISPUTE,
        ClockKind.ANSWER_ESCALATION,
        ClockKind.REVIEW_SCREENING,
        ClockKind.REVIEW_EMERGENCY_ACCESS,
        ClockKind.PLAN_REVIEW,
    }
)
"""Duties that begin with a word, not with a report."""
AGENCIES = st.sampled_from(
    ["almaty-clinic-1", "almaty-clinic-2", "almaty-school-1", "almaty-school-2", "almaty-department", "almaty-police"]
)
STAFF = "stf_" + "1" * 32
UNTOUCHED = "stf_" + "2" * 32
"""A manager whom no exclusion ever names."""


def words(pick: int, named: Any) -> list[Callable[..., object]]:
    """Everything that may be said of a task beside taking, refusing and finishing it."""
    reopen, reroute, void = list(ReopenReason), list(RerouteReason), list(VoidReason)
    return [
        lambda f, t, by, m: name_responsible(f, t, by, STAFF, m),
        record_contact,
        lambda f, t, by, _: record_attempt(f, t, by),
        lambda f, t, by, m: hold_task(
            f, t, by, m, reason=HoldReason.AWAITING_COURT, review_at=m.now + timedelta(hours=5)
        ),
        lambda f, t, by, _: resume_task(f, t, by),
        lambda f, t, by, _: offer_hand_over(f, t, by, named=named, reason=HandOverReason.CHILD_MOVED),
        lambda f, t, by, m: accept_hand_over(f, t, by, by.staff_id, m),
        lambda f, t, by, _: end_hand_over(f, t, by),
        lambda f, t, by, m: redirect_task(f, t, by, m, reason=reroute[pick % 6], named=named),
        lambda f, t, by, m: reroute_task(f, t, by, m, reason=reroute[pick % 6], named=named if pick % 2 else None),
        lambda f, t, by, m: fail_task(f, t, by, NotAchievedReason.ACCESS_REFUSED, m),
        lambda f, t, by, m: withdraw_task(f, t, by, WithdrawReason.NOT_NEEDED, m),
        confirm_task,
        lambda f, t, by, m: reopen_task(f, t, by, reopen[pick % 5], m),
        lambda f, t, by, m: void_task(f, t, by, void[pick % 4], m),
        lambda f, t, by, m: dispute_task(f, t, by, DisputeReason.WITHIN_REMIT, m),
        lambda f, t, by, m: decide_dispute(f, t, by, list(DisputeFinding)[pick % 2], m),
        lambda f, t, by, m: record_done(f, t, by, m, duty=ClockKind.PROTECT, reference="17"),
    ]


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
        self.reopened: set[str] = set()
        self._open(risk, categories, by)

    def _open(self, risk: Risk, categories: list[Category], by: str) -> None:
        referral = self.world.referral(risk, *categories, by=by)
        file = open_case(referral, self.world.new_id("per"), self.world.moment, provisional=True)
        self.referrals[file.case_id] = [referral]
        self.files.append(file)

    def _live(self, pick: int) -> CaseFile:
        live = [file for file in self.files if file.joined_into is None]
        return live[
            pick % len(live)
        ]  # one that was screened out or closed too: whoever speaks of it is refused or reopens it

    @precondition(lambda self: len(self.files) < 3)
    @rule(risk=RISKS, categories=CATEGORIES, by=REFERRERS)
    def open_another(self, risk: Risk, categories: list[Category], by: str) -> None:
        self._open(risk, categories, by)

    @rule(pick=st.integers(0, 2), risk=RISKS, categories=CATEGORIES, by=REFERRERS, late=st.integers(0, 3))
    def refer_again(self, pick: int, risk: Risk, categories: list[Category], by: str, late: int) -> None:
        file = self._live(pick)
        if file.state not in LIVE:
            return
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
        file = copy.deepcopy(self._live(pick))
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
        else:
            self._put_back(file)

    @rule(pick=st.integers(0, 2), which=st.integers(0, 9), reason=st.sampled_from(DeclineReason))
    def refuse(self, pick: int, which: int, reason: DeclineReason) -> None:
        """A manager refuses, so that duties wander further than chance would send them."""
        file = copy.deepcopy(self._live(pick))
        open_ones = [t for t in file.open_tasks() if t.state in {TaskState.REQUESTED, TaskState.RECEIVED}]
        if open_ones and open_ones[0].risk not in {Risk.CRITICAL, Risk.HIGH}:
            task = open_ones[which % len(open_ones)]
            manager = replace(self.world.holder_of(task, StaffRole.MANAGER), staff_id=UNTOUCHED)
            holders = {t.agency_id for t in file.open_tasks() if t.service is task.service}
            barred = file.excluded | holders | {*task.tried}
            left = {agency.agency_id for agency in self.world.roster.agencies if agency.kind is task.service} - barred
            try:
                decline_task(file, task, manager, reason, self.world.moment)
            except NobodyElse:
                assert task.hop > 1 or not left or reason is DeclineReason.CONFLICT_OF_INTEREST, (
                    "somebody else was left"
                )
            else:
                self._put_back(file)

    @rule(pick=st.integers(0, 2), which=st.integers(0, 9), word=st.integers(0, 17), who=st.integers(0, 7), to=AGENCIES)
    def say_anything_else(self, pick: int, which: int, word: int, who: int, to: str) -> None:
        """Whoever it is and whatever they say: it takes effect whole, or not at all."""
        file = copy.deepcopy(self._live(pick))
        task = list(file.tasks.values())[which % len(file.tasks)]
        by = self._people(file, task)[who]
        named = next(agency for agency in self.world.agencies if agency.slug == to)
        with contextlib.suppress(Fact):
            words(which, named)[word](file, task, by, self.world.moment)
            wind_down(file, self.world.moment)
            self._put_back(file)

    @rule(pick=st.integers(0, 2), word=st.integers(0, 6), who=st.integers(0, 7))
    def decide_on_the_case(self, pick: int, word: int, who: int) -> None:
        file = copy.deepcopy(self._live(pick))
        by = self._people(file, next(iter(file.tasks.values())))[who]
        moment, clocks = self.world.moment, sorted(file.clocks)
        said: list[Callable[[], object]] = [
            lambda: screen_out(file, by, ScreenOutReason.NO_CONCERN_FOUND, moment),
            lambda: review_screening(file, by, list(ReviewFinding)[who % 2], moment),
            lambda: close_case(file, by, CloseReason.CHILD_SAFE, moment),
            lambda: reopen_case(file, by, ReopenReason.NEW_INFORMATION, moment),
            lambda: sign_plan(file, by, (self.world.agency("almaty-patronage"),), moment),
            lambda: review_plan(file, by, moment),
            lambda: acknowledge_escalation(file, clocks[who * 7 % len(clocks)], by, moment),
        ]
        with contextlib.suppress(Fact):
            said[word]()
            if file.state is CaseState.REOPENED:
                self.reopened.add(file.case_id)
            self._put_back(file)

    @rule(pick=st.integers(0, 2))
    def come_to_a_review_date(self, pick: int) -> None:
        file = self._live(pick)
        for task in file.open_tasks():
            resume_at_review(file, task, self.world.now)

    @rule(pick=st.integers(0, 2), who=AGENCIES, judge=st.integers(0, 7), verdict=st.sampled_from(EmergencyVerdict))
    def look_in_an_emergency(self, pick: int, who: str, judge: int, verdict: EmergencyVerdict) -> None:
        """Somebody opens the case to themselves; somebody finds whether an earlier one was justified."""
        file = copy.deepcopy(self._live(pick))
        moment, by = self.world.moment, self.world.staff(who)
        with contextlib.suppress(Fact):
            if by.agency_id not in file.excluded:
                open_in_emergency(file, by, EmergencyReason.CHILD_IN_DANGER, timedelta(hours=4), moment)
                self._put_back(file)
        file = copy.deepcopy(file)
        judging = self._people(file, next(iter(file.tasks.values())))[judge]
        for access in file.accesses.values():
            with contextlib.suppress(Fact):
                if judging.agency_id not in file.excluded:
                    review_emergency(file, access, judging, verdict, moment)
                    self._put_back(file)

    @invariant()
    def somebody_else_owes_a_finding_about_every_emergency(self) -> None:
        for file in self.files:
            owing = {c.agency_id for c in file.going_clocks(None) if c.kind is ClockKind.REVIEW_EMERGENCY_ACCESS}
            for access in file.accesses.values():
                assert access.verdict or owing - {access.agency_id} - file.excluded, access
                assert access.ends_at - access.opened_at <= timedelta(hours=4)

    def _people(self, file: CaseFile, task: Task) -> list[Actor]:
        staff, slug = self.world.staff, self.world.slug
        decider = next((c.agency_id for c in file.going_clocks(task.task_id) if c.kind is ClockKind.DISPUTE), None)
        referrer = min(file.having(Capacity.REFERRER))
        return [
            staff(slug(task.agency_id), StaffRole.MEMBER),
            staff(slug(task.agency_id), StaffRole.MANAGER),
            staff(slug(task.offered_agency_id or task.agency_id), StaffRole.MANAGER),
            staff(slug(referrer), StaffRole.MANAGER),
            staff(slug(min(file.having(Capacity.DESK))), StaffRole.COORDINATOR),
            staff(slug(decider or task.agency_id), StaffRole.HEAD),
            staff("ombudsman", StaffRole.OMBUDSMAN, StaffRole.OPERATOR),
            staff("almaty-department", StaffRole.HEAD),
        ]

    def _put_back(self, file: CaseFile) -> None:
        self.files[[one.case_id for one in self.files].index(file.case_id)] = file

    @rule(pick=st.integers(0, 2), who=KEPT_OUT, which=st.integers(0, 9))
    def learn_late_who_is_tied(self, pick: int, who: list[str], which: int) -> None:
        """Agencies, and whoever is responsible for a task."""
        file = self._live(pick)
        people = tuple(t.responsible_staff_id for t in file.open_tasks() if t.responsible_staff_id)[which % 2 : 1]
        keep_out(file, self.world.exclusion(*who, staff=people), self.world.moment)

    @rule(pick=st.integers(0, 2), risk=RISKS, categories=CATEGORIES, by=REFERRERS, who=KEPT_OUT)
    def accuse(self, pick: int, risk: Risk, categories: list[Category], by: str, who: list[str]) -> None:
        file = self._live(pick)
        if file.state not in LIVE:
            return
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

    @precondition(lambda self: sum(file.state in LIVE for file in self.files) > 1)
    @rule()
    def one_child(self) -> None:
        live = [file for file in self.files if file.state in LIVE]
        survivor, joined = survivor_first(live[0], live[1])
        join_cases(survivor, joined, self.referrals[joined.case_id], self.world.moment)
        self.referrals[survivor.case_id] += self.referrals.pop(joined.case_id)
        if joined.case_id in self.reopened:
            self.reopened.add(survivor.case_id)

    def _read_the_news(self) -> None:
        for file in sorted(getattr(self, "files", []), key=lambda file: file.joined_into is None):
            for event in file.news:
                self.replayed.read(event)
            file.news.clear()

    @invariant()
    def the_log_replays_to_the_state(self) -> None:
        self._read_the_news()
        tasks = {
            t.task_id: (f.case_id, t.agency_id, t.state) for f in getattr(self, "files", []) for t in f.tasks.values()
        }
        if tasks:
            assert tasks == self.replayed.tasks
            assert {file.case_id: file.state for file in self.files} == self.replayed.cases
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
    def no_duty_is_dropped_without_a_word(self) -> None:
        """A refusal finds the next holder; on a case that is worked on every duty is held, done, or was ended by somebody's word."""
        followed = {t.follows_task_id for f in getattr(self, "files", []) for t in f.tasks.values()}
        for file in getattr(self, "files", []):
            refused = {t.task_id for t in file.tasks.values() if t.state in {TaskState.DECLINED, TaskState.DISPUTED}}
            assert refused <= followed
            failed = {t.task_id for t in file.tasks.values() if t.state is TaskState.NOT_ACHIEVED and t.risk in GRAVE}
            assert failed <= followed

    @invariant()
    def no_start_moves_later(self) -> None:
        self._read_the_news()  # it tells which tasks were begun anew
        received = {r.received_at for referrals in getattr(self, "referrals", {}).values() for r in referrals}
        for file in getattr(self, "files", []):
            for clock in file.clocks.values():
                anew = file.case_id in self.reopened or clock.task_id in self.replayed.begun_anew
                assert clock.kind in LATER or anew or clock.started_at in received, (
                    "a clock starts when a referral was received"
                )
                if clock.task_id and clock.going and clock.kind not in LATER and not anew:
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


def explore(new_world: Any, *, examples: int, steps: int) -> None:
    machine = type("WindowOfThisWorld", (Window,), {"new_world": staticmethod(new_world)})
    explored = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(machine, settings=explored)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_whatever_happens_the_promises_hold(new_world: Any) -> None:
    explore(new_world, examples=20, steps=30)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_whatever_happens_the_promises_hold_in_thousands_of_lives(new_world: Any) -> None:
    explore(new_world, examples=4_000, steps=50)
