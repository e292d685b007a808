"""Decides that whoever is kept out holds nothing, is offered nothing and is told nothing, and that no duty is lost by it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tereze.access import kept_out_by, units_of
from tereze.access.exclusion import above
from tereze.contracts.cases import ReferralAttached, TaskAssigned
from tereze.contracts.directory import Agency, LocalName
from tereze.contracts.exclusions import ExclusionRecorded
from tereze.contracts.referrals import NamedBody
from tereze.contracts.words import AgencyKind, Category, DeclineReason, LadderLevel, Risk, StaffRole, TaskState
from tereze.referral.domain import response
from tereze.referral.domain.commands import ResponsibleExcluded, accept_task, decline_task
from tereze.referral.domain.escalation import NotTold, acknowledge_escalation, climb_ladder
from tereze.referral.domain.joining import join_cases
from tereze.referral.domain.keeping_out import keep_out, lift_exclusion
from tereze.referral.domain.response import attach_referral, open_case

News = Callable[[Any], list[str]]
EDUCATOR = "stf_" + "e" * 32
INSPECTOR = "stf_" + "1" * 32


def body(name: str, parent: str | None, kind: AgencyKind = AgencyKind.SCHOOL) -> Agency:
    words = LocalName(kk=name, ru=name, en=name)
    return Agency.model_construct(agency_id=name, slug=name, kind=kind, parent_agency_id=parent, name=words)


VILLAGE = (
    body("ministry", None, AgencyKind.MINISTRY),
    body("department", "ministry", AgencyKind.REGIONAL_DEPARTMENT),
    body("village", "department", AgencyKind.REHABILITATION_CENTRE),
    body("house-1", "village"),
    body("kitchen", "house-1"),
    body("another-village", "department", AgencyKind.REHABILITATION_CENTRE),
)


@pytest.mark.parametrize(
    ("named", "institutional", "agencies", "staff"),
    [
        ({"accused": True}, False, {"village", "house-1", "kitchen"}, set()),
        ({"accused": True}, True, {"village", "house-1", "kitchen", "department"}, set()),
        ({"accused": False}, True, {"village", "house-1", "kitchen"}, set()),
        ({"accused": True, "staff_id": EDUCATOR}, False, set(), {EDUCATOR}),
        ({"accused": True, "staff_id": EDUCATOR}, True, {"village", "house-1", "kitchen", "department"}, {EDUCATOR}),
        ({"accused": False, "staff_id": EDUCATOR}, True, set(), {EDUCATOR}),
    ],
)
def test_naming_a_body_keeps_out_whoever_goes_with_it(
    named: dict[str, Any], institutional: bool, agencies: set[str], staff: set[str]
) -> None:
    who = NamedBody.model_construct(**{"agency_id": "village", "staff_id": None, **named})
    bodies = kept_out_by(who, VILLAGE, institutional=institutional)
    assert (set(bodies.agency_ids), set(bodies.staff_ids)) == (agencies, staff)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20))
def test_any_tree_of_agencies_even_a_tangled_one_is_walked_to_its_end(pairs: list[tuple[int, int]]) -> None:
    agencies = {str(child): body(str(child), str(parent)) for child, parent in pairs}
    units = units_of("0", agencies.values())
    assert "0" in units
    assert all(a.agency_id in units for a in agencies.values() if a.parent_agency_id in units)
    assert above("0", agencies) <= set(agencies)


def test_whom_a_referral_names_is_kept_out_before_anything_is_told_or_routed(world: Any) -> None:
    accused = world.exclusion("almaty-police", "almaty-desk")
    referral = replace(world.referral(Risk.HIGH), exclusions=(accused,))
    case = open_case(referral, world.new_id("per"), world.moment, provisional=False)
    assert isinstance(case.news[0], ExclusionRecorded)
    assert case.news[0].case_version == 1
    assert not {t.agency_id for t in case.tasks.values()} & accused.bodies.all
    assert not {c.agency_id for c in case.clocks.values()} & accused.bodies.all


def test_a_second_referral_takes_the_duty_from_whom_it_accuses(world: Any, news: News) -> None:
    case = world.case(Risk.HIGH)
    clinic = world.task(case, "health").agency_id
    news(case)
    accused = world.exclusion(world.slug(clinic))
    attach_referral(case, replace(world.referral(by="almaty-police"), exclusions=(accused,)), world.after(minutes=50))
    order = [type(event) for event in case.news]
    assert order.index(ExclusionRecorded) < order.index(ReferralAttached)
    task = world.task(case, "health")
    assert task.agency_id != clinic
    assert {c.started_at for c in world.going(case, task).values()} == {case.opened_at}


def test_an_agency_that_reports_itself_takes_no_part(world: Any) -> None:
    accused = world.exclusion("almaty-school-1")
    referral = replace(world.referral(Risk.LOW, Category.BULLYING, by="almaty-school-1"), exclusions=(accused,))
    case = open_case(referral, world.new_id("per"), world.moment, provisional=False)
    assert world.slug(world.task(case, "school").agency_id) == "almaty-school-2"


def test_an_accused_person_s_task_stays_with_their_agency_and_waits_for_a_colleague(world: Any, news: News) -> None:
    case = world.case(Risk.HIGH)
    police = world.task(case, "police")
    accept_task(case, police, world.holder_of(police), INSPECTOR, world.moment)
    holder = police.agency_id
    news(case)
    keep_out(case, world.exclusion(staff=(INSPECTOR,)), world.after(days=5))
    assert news(case)[:2] == ["case.exclusion-recorded", "task.rerouted"]
    assert (police.state, police.agency_id, police.responsible_staff_id) == (TaskState.REQUESTED, holder, None)
    assert "acknowledge" in world.going(case, police)
    with pytest.raises(ResponsibleExcluded):
        accept_task(case, police, world.holder_of(police), INSPECTOR, world.moment)
    accept_task(case, police, world.holder_of(police), "stf_" + "2" * 32, world.moment)
    assert police.accepted


def test_an_offer_to_an_excluded_body_ends_and_none_is_made(world: Any) -> None:
    case = world.case(Risk.HIGH)
    health = world.task(case, "health")
    clock = world.going(case, health)["acknowledge"]
    climb_ladder(case, clock, world.after(hours=3))
    second = health.offered_agency_id
    assert second is not None
    keep_out(case, world.exclusion(world.slug(second)), world.moment)
    assert health.offered_agency_id is None
    climb_ladder(case, clock, world.after(hours=9))
    assert health.offered_agency_id is None


def test_levels_are_skipped_upward_until_somebody_may_hear(world: Any) -> None:
    case = world.case(Risk.HIGH)
    keep_out(case, world.exclusion("almaty-desk", "almaty-department", "almaty-commission"), world.moment)
    clock = world.going(case, world.task(case, "police"))["acknowledge"]
    climb_ladder(case, clock, world.after(hours=2))
    breach = next(event for event in reversed(case.news) if getattr(event, "level", None) is LadderLevel.BREACH)
    assert "ombudsman" in {world.slug(agency) for agency in breach.told_agency_ids}


def test_the_case_s_own_clocks_leave_an_excluded_desk(world: Any) -> None:
    case = world.case(Risk.HIGH)
    before = world.going(case)["triage"]
    keep_out(case, world.exclusion("almaty-desk"), world.after(minutes=10))
    after = world.going(case)["triage"]
    assert world.slug(after.agency_id) != "almaty-desk"
    assert (after.started_at, after.due_at) == (before.started_at, before.due_at)


def test_a_conflict_of_interest_is_told_before_the_duty_passes_on(world: Any, news: News) -> None:
    case = world.case(Risk.LOW, Category.NEGLECT, by="almaty-police")
    task = world.task(case, "social_patronage")
    news(case)
    actor = world.holder_of(task, StaffRole.MANAGER)
    decline_task(case, task, actor, DeclineReason.CONFLICT_OF_INTEREST, world.moment)
    told = news(case)
    assert told.index("case.exclusion-recorded") < told.index("task.assigned")


def test_a_unit_of_whoever_has_the_conflict_never_gets_the_duty(world: Any) -> None:
    above = [world.exclusion(slug) for slug in ("almaty-desk", "almaty-patronage", "almaty-department")]
    case = world.case(Risk.LOW, Category.NEGLECT, by="almaty-police")
    for exclusion in above:
        keep_out(case, exclusion, world.moment)
    task = world.task(case, "social_patronage")
    assert world.slug(task.agency_id) == "ministry"
    lift_exclusion(case, above[0].exclusion_id, world.staff("ombudsman"))
    units = units_of(task.agency_id, world.agencies)
    assert world.agency("almaty-desk") in units, "the next in line is one of its units"
    case.news.clear()
    actor = world.holder_of(task, StaffRole.MANAGER)
    decline_task(case, task, actor, DeclineReason.CONFLICT_OF_INTEREST, world.moment)
    given = {event.agency_id for event in case.news if isinstance(event, TaskAssigned)}
    assert given
    assert not given & units


@pytest.mark.parametrize("kind", ["person", "agency"])
def test_a_task_that_was_taken_over_is_answered_anew_by_whoever_follows(world: Any, kind: str) -> None:
    case = world.case(Risk.CRITICAL)
    task = world.task(case, "health")
    before = world.going(case, task)["acknowledge"]
    climb_ladder(case, before, world.after(minutes=90))
    second = world.staff(world.slug(task.offered_agency_id))
    accept_task(case, task, second, second.staff_id, world.after(minutes=1))
    assert task.agency_id == second.agency_id
    tied = () if kind == "agency" else (second.staff_id,)
    keep_out(
        case, world.exclusion(*([world.slug(task.agency_id)] if kind == "agency" else []), staff=tied), world.moment
    )
    after = world.going(case, task)["acknowledge"]
    assert (after.agency_id, after.started_at, after.due_at) == (task.agency_id, before.started_at, before.due_at)


def test_who_is_kept_out_takes_no_breach_up(world: Any) -> None:
    case = world.case(Risk.HIGH)
    clock = world.going(case, world.task(case, "health"))["acknowledge"]
    climb_ladder(case, clock, world.after(hours=4))
    keep_out(case, world.exclusion("almaty-desk"), world.moment)
    desk = world.staff("almaty-desk", StaffRole.COORDINATOR)
    with pytest.raises(NotTold):
        acknowledge_escalation(case, clock.clock_id, desk, world.moment)


def test_when_everybody_had_it_the_duty_is_still_somebody_s(world: Any) -> None:
    case = world.case(Risk.LOW, Category.NEGLECT, by="almaty-police")
    while world.slug((task := world.task(case, "social_patronage")).agency_id) != "prosecutor":
        actor = world.holder_of(task, StaffRole.MANAGER)
        decline_task(case, task, actor, DeclineReason.NO_CAPACITY, world.moment)
    keep_out(case, world.exclusion("prosecutor"), world.moment)
    assert task.open
    assert task.agency_id not in case.excluded


def test_a_lifted_exclusion_leaves_others_of_the_same_body_standing(world: Any) -> None:
    case = world.case(Risk.HIGH)
    one, two = world.exclusion("almaty-school-2"), world.exclusion("almaty-school-2")
    keep_out(case, one, world.moment)
    keep_out(case, two, world.moment)
    lift_exclusion(case, one.exclusion_id, world.staff("almaty-desk"))
    assert world.agency("almaty-school-2") in case.excluded
    lift_exclusion(case, two.exclusion_id, world.staff("almaty-desk"))
    assert case.excluded == frozenset()


@pytest.mark.parametrize("excluded_from_the_older", [True, False])
def test_whoever_must_not_touch_one_of_two_joined_cases_touches_neither(
    world: Any, excluded_from_the_older: bool
) -> None:
    older = world.case(Risk.HIGH)
    referral = world.referral(by="almaty-patronage", at=world.now)
    younger = open_case(referral, world.new_id("per"), world.after(minutes=1), provisional=True)
    accused = world.exclusion("almaty-clinic-1")
    keep_out(older if excluded_from_the_older else younger, accused, world.moment)
    older.news.clear()
    join_cases(older, younger, [referral], world.moment)
    assert accused.bodies.all <= older.excluded & younger.excluded
    assert not [e for e in older.news if isinstance(e, TaskAssigned) and e.agency_id in accused.bodies.all]


def test_an_exclusion_written_after_routing_would_be_caught(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: the referral is routed first, and whom it names is kept out afterwards."""
    respond, named = response.respond, list[Any]()

    def remember_for_later(_file: Any, referral: Any, _moment: Any) -> None:
        named[:] = referral.exclusions

    def route_first(file: Any, moment: Any, **more: Any) -> None:
        respond(file, moment, **more)
        while named:
            keep_out(file, named.pop(), moment)

    monkeypatch.setattr(response, "_keep_out_whom_it_names", remember_for_later)
    monkeypatch.setattr(response, "respond", route_first)
    with pytest.raises(AssertionError):
        test_whom_a_referral_names_is_kept_out_before_anything_is_told_or_routed(world)
    with pytest.raises(AssertionError):
        test_a_second_referral_takes_the_duty_from_whom_it_accuses(world, lambda case: case.news.clear() or [])
