"""Decides that every row of the table of transitions has a door, and that each door obeys its row in every state for everybody."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from tereze.contracts.facts import Fact
from tereze.contracts.words import (
    Category,
    ClockKind,
    DeclineReason,
    DisputeFinding,
    DisputeReason,
    HandOverReason,
    HoldReason,
    NotAchievedReason,
    Outcome,
    ReopenReason,
    RerouteReason,
    Risk,
    StaffRole,
    TaskState,
    Transition,
    VoidReason,
    WithdrawReason,
)
from tereze.protocol import ACCEPTED, RULES, Party, Rule, read_limit
from tereze.referral.api import router
from tereze.referral.domain.commands import (
    accept_task,
    confirm_task,
    decline_task,
    fail_task,
    fulfil_task,
    name_responsible,
    receive_task,
    record_contact,
    start_task,
    withdraw_task,
)
from tereze.referral.domain.disputes import decide_dispute, dispute_task
from tereze.referral.domain.duties import start_duty
from tereze.referral.domain.handover import (
    accept_hand_over,
    end_hand_over,
    offer_hand_over,
    redirect_task,
    reroute_task,
)
from tereze.referral.domain.holding import hold_task, resume_task
from tereze.referral.domain.reopening import reopen_task, void_task
from tereze.referral.domain.standing import parties

T, S = Transition, StaffRole
STAFF = "stf_" + "1" * 32
BY_HAND = [rule for rule in RULES if rule.door]
ITSELF = {T.REROUTED, T.DISPUTE_RAISED, T.WARNED, T.BREACHED, T.ESCALATED}
"""What the system itself brings about: routing, timers, the ladder."""
BESIDE = {"evidence", "contact-attempts"}
"""Doors of a task that move nothing: they put something on record."""


@dataclass
class Scene:
    """One task in one state, and everybody who may come to it."""

    world: Any
    case: Any
    task: Any
    what: Transition

    @property
    def people(self) -> dict[str, Any]:
        staff = self.world.staff
        return {
            "member of the holder": staff("almaty-clinic-1", S.MEMBER),
            "manager of the holder": staff("almaty-clinic-1", S.MANAGER),
            "member of the offered": staff("almaty-clinic-2", S.MEMBER),
            "manager of the offered": staff("almaty-clinic-2", S.MANAGER),
            "member of the referrer": staff("almaty-police", S.MEMBER),
            "manager of the referrer": staff("almaty-police", S.MANAGER),
            "coordinator": staff("almaty-desk", S.COORDINATOR),
            "operator": staff("ombudsman", S.OPERATOR),
            "ombudsman": staff("ombudsman", S.OMBUDSMAN),
            "head of the department": staff("almaty-department", S.HEAD),
            "stranger": staff("almaty-school-2", S.MANAGER),
        }

    def speak(self, by: Any) -> None:
        DO[self.what](self.world, self.case, self.task, by)


def scene(world: Any, state: TaskState, what: Transition) -> Scene:
    """The health task of a case of medium risk, as it is once it came to this state."""
    case = world.case(Risk.MEDIUM, Category.PHYSICAL, by="almaty-police")
    task = world.task(case, "health")
    task.state = state
    if state in ACCEPTED or what is T.TAKEN_OVER:
        task.offered_agency_id, task.hand_over = world.agency("almaty-clinic-2"), what is not T.TAKEN_OVER
    if state is TaskState.DISPUTED:
        decider = world.agency("almaty-department")
        start_duty(case, ClockKind.DISPUTE, decider, read_limit("2 WD"), world.moment, task_id=task.task_id)
    task.awaits_confirmation = state is TaskState.FULFILLED
    task.void_proposed_by = "stf_" + "9" * 32 if what is T.VOIDED else None
    case.news.clear()
    return Scene(world, case, task, what)


def other(world: Any) -> Any:
    return next(agency for agency in world.agencies if agency.slug == "almaty-department")


def soon(world: Any) -> Any:
    return world.now + timedelta(hours=3)


DO: dict[Transition, Callable[[Any, Any, Any, Any], None]] = {
    T.RECEIVED: lambda w, c, t, by: receive_task(c, t, by, w.moment),
    T.ACCEPTED: lambda w, c, t, by: accept_task(c, t, by, STAFF, w.moment),
    T.TAKEN_OVER: lambda w, c, t, by: accept_task(c, t, by, STAFF, w.moment),
    T.NAMED: lambda w, c, t, by: name_responsible(c, t, by, STAFF, w.moment),
    T.DECLINED: lambda w, c, t, by: decline_task(c, t, by, DeclineReason.NO_CAPACITY, w.moment),
    T.REDIRECTED: lambda w, c, t, by: redirect_task(
        c, t, by, w.moment, reason=RerouteReason.WRONG_REGION, named=other(w)
    ),
    T.REROUTED: lambda w, c, t, by: reroute_task(c, t, by, w.moment, reason=RerouteReason.NO_ANSWER, named=other(w)),
    T.DISPUTED: lambda w, c, t, by: dispute_task(c, t, by, DisputeReason.WITHIN_REMIT, w.moment),
    T.UPHELD: lambda w, c, t, by: decide_dispute(c, t, by, DisputeFinding.UPHELD, w.moment),
    T.OVERTURNED: lambda w, c, t, by: decide_dispute(c, t, by, DisputeFinding.OVERTURNED, w.moment),
    T.STARTED: lambda w, c, t, by: start_task(c, t, by, w.moment, contact=True),
    T.CONTACTED: lambda w, c, t, by: record_contact(c, t, by, w.moment),
    T.HELD: lambda w, c, t, by: hold_task(c, t, by, w.moment, reason=HoldReason.CHILD_IN_HOSPITAL, review_at=soon(w)),
    T.RESUMED: lambda _w, c, t, by: resume_task(c, t, by),
    T.HAND_OVER_OFFERED: lambda w, c, t, by: offer_hand_over(
        c, t, by, named=other(w), reason=HandOverReason.CHILD_MOVED
    ),
    T.HAND_OVER_ENDED: lambda _w, c, t, by: end_hand_over(c, t, by),
    T.HANDED_OVER: lambda w, c, t, by: accept_hand_over(c, t, by, STAFF, w.moment),
    T.FULFILLED: lambda w, c, t, by: fulfil_task(c, t, by, Outcome.CHILD_SAFE, w.moment, contact=True),
    T.CONFIRMED: lambda w, c, t, by: confirm_task(c, t, by, w.moment),
    T.NOT_ACHIEVED: lambda w, c, t, by: fail_task(c, t, by, NotAchievedReason.CHILD_NOT_FOUND, w.moment),
    T.WITHDRAWN: lambda w, c, t, by: withdraw_task(c, t, by, WithdrawReason.NOT_NEEDED, w.moment),
    T.REOPENED: lambda w, c, t, by: reopen_task(c, t, by, ReopenReason.NEW_INFORMATION, w.moment),
    T.VOID_PROPOSED: lambda w, c, t, by: void_task(c, t, by, VoidReason.WRONG_CHILD, w.moment),
    T.VOIDED: lambda w, c, t, by: void_task(c, t, by, VoidReason.WRONG_CHILD, w.moment),
}
BECOMES = {T.TAKEN_OVER: TaskState.ACCEPTED}
"""Where the door goes on at once: who takes a duty over accepts it in the same breath."""

SAME_DOOR = {T.TAKEN_OVER: (T.TAKEN_OVER, T.ACCEPTED)}
"""The holder may still come while the duty is offered to another."""


def row_of(state: TaskState, what: Transition) -> Rule | None:
    return next((rule for rule in RULES if rule.transition is what and state in rule.sources), None)


@pytest.mark.parametrize("what", DO, ids=str)
@pytest.mark.parametrize("state", TaskState)
def test_a_door_opens_to_the_parties_of_its_row_and_changes_nothing_for_others(
    new_world: Any, state: TaskState, what: Transition
) -> None:
    opened: frozenset[Party] = frozenset()
    for name in scene(new_world(), state, what).people:
        one = scene(new_world(), state, what)
        by = one.people[name]
        standing = parties(one.case, one.task, by)
        rows = filter(None, (row_of(state, each) for each in SAME_DOOR.get(what, (what,))))
        rule = next((row for row in rows if standing & row.by), None)
        before = (one.task.state, one.task.version, one.case.version)
        if rule is not None:
            one.speak(by)
            assert one.task.state is (BECOMES.get(rule.transition) or rule.target or state), name
            assert one.case.news, "what happened is told"
            assert one.task.version > before[1], "whoever decided on the earlier version is told so"
            opened |= standing & rule.by
        else:
            with pytest.raises(Fact) as refused:
                one.speak(by)
            assert refused.value.status in {403, 409}, name
            assert (one.task.state, one.task.version, one.case.version) == before, name
    if (rule := row_of(state, what)) and rule.door:
        assert opened, "somebody of the row came through the door"


def test_every_row_has_a_door_or_is_the_system_s_own() -> None:
    assert {rule.transition for rule in BY_HAND} == set(DO), "a row that is told by hand is tried above"
    doors = {path.removeprefix("/v1/tasks/{task_id}/") for path in posts("/v1/tasks/{task_id}/")}
    assert doors == {rule.door for rule in BY_HAND} | BESIDE
    for rule in RULES:
        if not rule.door and rule.transition is not T.ASSIGNED:
            assert rule.by == {Party.SYS}
            assert rule.transition in ITSELF
    assert "/v1/cases/{case_id}/tasks" in posts("/v1/cases/"), "assigned by hand"


def posts(prefix: str) -> list[str]:
    app = FastAPI()
    app.include_router(router)
    return [path for path, verbs in app.openapi()["paths"].items() if path.startswith(prefix) and "post" in verbs]


def test_everybody_is_what_their_role_and_their_part_make_them(new_world: Any) -> None:
    one = scene(new_world(), TaskState.DISPUTED, T.UPHELD)
    one.task.offered_agency_id = one.world.agency("almaty-clinic-2")
    assert {name: parties(one.case, one.task, by) for name, by in one.people.items()} == {
        "member of the holder": {Party.RC},
        "manager of the holder": {Party.RC, Party.RCM},
        "member of the offered": {Party.OF},
        "manager of the offered": {Party.OF, Party.OFM},
        "member of the referrer": {Party.RQ},
        "manager of the referrer": {Party.RQ, Party.RQM},
        "coordinator": {Party.CC},
        "operator": {Party.OP},
        "ombudsman": {Party.OM},
        "head of the department": {Party.DECIDER},
        "stranger": frozenset(),
    }


@pytest.mark.parametrize("what", DO, ids=str)
def test_an_excluded_body_speaks_in_no_state_and_no_role(new_world: Any, what: Transition) -> None:
    for state, name in itertools.product(TaskState, scene(new_world(), TaskState.REQUESTED, what).people):
        one = scene(new_world(), state, what)
        by = one.people[name]
        exclusion = one.world.exclusion(one.world.slug(by.agency_id))
        one.case.exclusions[exclusion.exclusion_id] = exclusion
        with pytest.raises(Fact):
            one.speak(by)
