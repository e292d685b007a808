"""Decides that a duty is always somebody's who may act, or the manager's, whatever happens to people."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tereze.contracts.staffing import PassReason, TaskResponsiblePassed
from tereze.contracts.words import ClockKind, ClockState, Risk, StaffRole
from tereze.local.fixtures import PACK
from tereze.protocol import load_pack
from tereze.referral.domain.commands import accept_task
from tereze.referral.domain.keeping_out import record_exclusion
from tereze.referral.domain.staffing import Colleague, lightest, relieve
from tereze.referral.domain.tasks import Actor

NEWER = load_pack((PACK / "protocol" / "kz-default-2.yaml").read_text("utf-8"))
MEMBER, MANAGER = frozenset({StaffRole.MEMBER}), frozenset({StaffRole.MANAGER})


@pytest.fixture
def world(new_world):
    """The world under the protocol that knows how long a duty may go without a name."""
    return replace(new_world(), pack=NEWER)


def person(number: int, **facts) -> Colleague:
    return Colleague(f"stf_{number:032x}", **{"roles": MEMBER, **facts})


ONE, TWO, THREE = person(1), person(2), person(3)


@pytest.mark.parametrize(
    ("colleagues", "chosen"),
    [
        ([], None),
        ([ONE, TWO], ONE),
        ([replace(ONE, open_duties=4), replace(TWO, open_duties=3)], TWO),
        ([replace(ONE, on_duty=False), replace(TWO, open_duties=9)], TWO),
        ([replace(ONE, on_duty=False)], ONE),
        ([replace(ONE, fit=False), TWO], TWO),
        ([replace(ONE, roles=MANAGER)], None),
        ([replace(ONE, roles=frozenset({StaffRole.SYSTEM}))], None),
    ],
)
def test_the_lightest_fit_specialist_on_duty_takes_a_duty(colleagues, chosen):
    assert lightest(colleagues) == (chosen.staff_id if chosen else None)


def accepted(world, risk=Risk.HIGH):
    """A case whose police task the first colleague answers for."""
    case = world.case(risk)
    task = world.task(case, "police")
    accept_task(case, task, world.holder_of(task), ONE.staff_id, world.after(minutes=10))
    case.news.clear()
    return case, task


def test_a_colleague_goes_on_and_no_clock_changes(world):
    case, task = accepted(world)
    clocks = {clock.clock_id: (clock.started_at, clock.due_at, clock.state) for clock in case.clocks.values()}
    state, version = task.state, task.version
    assert relieve(case, task, [ONE, TWO], PassReason.NOT_ATTESTED, world.after(days=1)) == TWO.staff_id
    [event] = case.news
    assert isinstance(event, TaskResponsiblePassed)
    assert (event.from_staff_id, event.responsible_staff_id) == (ONE.staff_id, TWO.staff_id)
    assert (task.state, task.version) == (state, version + 1)
    assert {clock.clock_id: (clock.started_at, clock.due_at, clock.state) for clock in case.clocks.values()} == clocks


def test_nobody_fit_leaves_it_to_the_manager_and_a_clock_runs_until_somebody_is_named(world):
    case, task = accepted(world)
    now = world.after(days=1)
    assert relieve(case, task, [ONE, replace(TWO, fit=False)], PassReason.SUSPENDED, now) is None
    assert (task.responsible_staff_id, task.open, task.agency_id) == (None, True, world.agency("almaty-police"))
    clock = world.going(case, task)[ClockKind.UNASSIGNED]
    assert (clock.started_at, clock.state) == (now.now, ClockState.RUNNING)
    assert (clock.due_at - now.now).total_seconds() == 3_600


def test_an_excluded_colleague_is_passed_over(world):
    case, task = accepted(world)
    record_exclusion(case, world.exclusion(staff=(TWO.staff_id,)))
    assert relieve(case, task, [ONE, TWO, THREE], PassReason.NOT_ATTESTED, world.after(days=1)) == THREE.staff_id


class Staffing(RuleBasedStateMachine):
    """People of one agency lapse, are suspended, come back; cases come in; whoever cannot go on is relieved."""

    new_world: Callable[[], Any]

    @initialize()
    def begin(self) -> None:
        self.world = self.new_world()
        self.people = {one.staff_id: one for one in map(person, range(1, 5))}
        self.tasks: list[Any] = []

    def colleagues(self) -> list[Colleague]:
        duties = [task.responsible_staff_id for _, task in self.tasks if task.open]
        return [replace(one, open_duties=duties.count(one.staff_id)) for one in self.people.values()]

    @rule()
    def a_case_comes_in(self) -> None:
        case = self.world.case()
        task = self.world.task(case, "police")
        who = lightest(self.colleagues())
        if who is not None:
            by = Actor(task.agency_id, who, MEMBER)
            accept_task(case, task, by, who, self.world.after(minutes=1))
            self.tasks.append((case, task))

    @rule(number=st.integers(1, 4), reason=st.sampled_from(PassReason))
    def somebody_may_not_act_any_more(self, number: int, reason: PassReason) -> None:
        one = person(number)
        self.people[one.staff_id] = replace(one, fit=False)
        for case, task in self.tasks:
            if task.open and task.responsible_staff_id == one.staff_id:
                relieve(case, task, self.colleagues(), reason, self.world.after(minutes=1))

    @rule(number=st.integers(1, 4), on_duty=st.booleans())
    def somebody_comes_back(self, number: int, on_duty: bool) -> None:
        self.people[person(number).staff_id] = person(number, on_duty=on_duty)

    @invariant()
    def each_open_duty_has_one_fit_person_or_the_manager_with_a_clock(self) -> None:
        for case, task in getattr(self, "tasks", ()):
            assert task.open
            assert task.agency_id == self.world.agency("almaty-police")
            if task.responsible_staff_id is not None:
                assert self.people[task.responsible_staff_id].fit
            else:
                assert ClockKind.UNASSIGNED in {clock.kind for clock in case.going_clocks(task.task_id)}

    @invariant()
    def every_pass_is_told_with_whom_it_left(self) -> None:
        for case, task in getattr(self, "tasks", ()):
            told = [event for event in case.news if isinstance(event, TaskResponsiblePassed)]
            for before, after in itertools.pairwise(told):
                assert before.responsible_staff_id == after.from_staff_id
            if told:
                assert told[-1].responsible_staff_id == task.responsible_staff_id


def test_whatever_happens_to_people_no_duty_is_dropped(new_world):
    Staffing.new_world = staticmethod(lambda: replace(new_world(), pack=NEWER))
    run_state_machine_as_test(Staffing, settings=settings(max_examples=40, stateful_step_count=25, deadline=None))
