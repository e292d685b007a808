"""Decides that the case's events put agencies in and take them out as the duty moves."""

from tereze.contracts.words import ClockKind, DeclineReason
from tereze.notifications.domain.participation import Capacity, Joins, Leaves, changes, named

SCHOOL, POLICE, CLINIC, DESK, HEAD = ("agc_" + digit * 32 for digit in "abcde")
TASK = "tsk_" + "1" * 32


def test_opening_a_case_brings_nobody_in_by_itself(case_story):
    event = case_story().opened()
    assert changes(event) == ()
    assert named(event) == frozenset()


def test_a_referrer_takes_part_from_its_referral_on(case_story):
    event = case_story().referred(by=SCHOOL)
    assert changes(event) == (Joins(SCHOOL, Capacity.REFERRER),)
    assert named(event) == {SCHOOL}


def test_a_task_brings_its_holder_in(case_story):
    event = case_story().assigned(to=CLINIC, task=TASK)
    assert changes(event) == (Joins(CLINIC, Capacity.HOLDER, TASK),)


def test_a_task_that_moved_in_accepted_keeps_its_holder_accepted(case_story):
    event = case_story().moved_in(to=CLINIC, task=TASK)
    assert Joins(CLINIC, Capacity.ACCEPTED_HOLDER, TASK) in changes(event)


def test_an_offer_brings_the_second_agency_in_beside_the_holder(case_story):
    event = case_story().offered(TASK, holder=CLINIC, to=POLICE)
    assert changes(event) == (Joins(POLICE, Capacity.OFFERED, TASK),)
    assert named(event) == {CLINIC, POLICE}


def test_a_rerouted_duty_takes_the_former_holder_out_and_tells_it_so(case_story):
    event = case_story().rerouted(TASK, away_from=CLINIC, to=POLICE)
    assert changes(event) == (
        Leaves(Capacity.HOLDER, TASK, unless=POLICE),
        Leaves(Capacity.ACCEPTED_HOLDER, TASK),
        Leaves(Capacity.OFFERED, TASK),
        Joins(POLICE, Capacity.HOLDER, TASK),
    )
    assert CLINIC in named(event)


def test_accepting_ends_every_offer_of_the_duty(case_story):
    event = case_story().accepted(TASK, by=CLINIC)
    assert Joins(CLINIC, Capacity.ACCEPTED_HOLDER, TASK) in changes(event)
    assert Leaves(Capacity.OFFERED, TASK) in changes(event)


def ends(task: str) -> tuple[Leaves, ...]:
    return tuple(Leaves(capacity, task) for capacity in (Capacity.HOLDER, Capacity.ACCEPTED_HOLDER, Capacity.OFFERED))


def test_a_refusal_ends_the_refusers_part_and_the_next_task_brings_the_next_agency_in(case_story):
    event = case_story().declined(TASK, by=CLINIC, reason=DeclineReason.NO_CAPACITY)
    assert changes(event) == ends(TASK)


def test_what_could_not_be_done_and_what_was_an_error_ends_the_holders_part(case_story):
    story = case_story()
    for event in (story.not_achieved(TASK, by=CLINIC), story.voided(TASK, of=CLINIC, by=DESK)):
        assert changes(event) == ends(TASK)


def test_a_hand_over_moves_the_accepted_part_from_one_to_the_other(case_story):
    story = case_story()
    assert changes(story.hand_over_offered(TASK, by=CLINIC, to=POLICE)) == (Joins(POLICE, Capacity.OFFERED, TASK),)
    moved = changes(story.handed_over(TASK, away_from=CLINIC, to=POLICE))
    assert moved == (
        Leaves(Capacity.HOLDER, TASK, unless=POLICE),
        Leaves(Capacity.ACCEPTED_HOLDER, TASK),
        Leaves(Capacity.OFFERED, TASK),
        Joins(POLICE, Capacity.HOLDER, TASK),
        Joins(POLICE, Capacity.ACCEPTED_HOLDER, TASK),
    )


def test_a_reopened_task_brings_its_agency_in_as_one_that_has_yet_to_accept(case_story):
    assert changes(case_story().reopened(TASK, of=CLINIC, by=DESK)) == (Joins(CLINIC, Capacity.HOLDER, TASK),)


def test_whoever_decides_a_dispute_is_told_of_the_case(case_story):
    event = case_story().disputed(TASK, of=CLINIC, by=SCHOOL, decider=HEAD)
    assert changes(event) == (Joins(HEAD, Capacity.TOLD),)


def test_only_the_triage_clock_makes_a_body_the_desk(case_story):
    event = case_story().clock_started(of=DESK).model_copy(update={"clock_kind": ClockKind.ASSESSMENT})
    assert changes(event) == (Joins(DESK, Capacity.TOLD),)


def test_a_done_duty_ends_the_holders_part(case_story):
    event = case_story().fulfilled(TASK, by=CLINIC)
    assert Leaves(Capacity.HOLDER, TASK) in changes(event)
    assert Leaves(Capacity.ACCEPTED_HOLDER, TASK) in changes(event)


def test_the_desk_takes_part_by_the_clock_of_the_case(case_story):
    assert changes(case_story().clock_started(of=DESK)) == (Joins(DESK, Capacity.DESK),)
    assert changes(case_story().clock_started(of=CLINIC, task=TASK)) == ()
    assert changes(case_story().triaged(by=DESK)) == (Joins(DESK, Capacity.DESK),)


def test_whoever_an_escalation_tells_takes_part_from_then_on(case_story):
    event = case_story().breached(of=CLINIC, task=TASK, told=(CLINIC, HEAD))
    assert changes(event) == (Joins(HEAD, Capacity.TOLD),)
    assert named(event) == {CLINIC, HEAD}
