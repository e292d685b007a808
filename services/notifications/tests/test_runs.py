"""Decides that events which come in one run are kept, addressed and lined up as if each had come alone."""

import random
from itertools import pairwise

import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.events import Envelope
from tereze.notifications import handlers
from tereze.notifications.store import participants
from tereze.rig.casestory import FRIDAY, CaseStory, invent
from tereze.rig.inside import agency_id, demo_staff
from tereze.rig.partner import subscribe

POLICE, SCHOOL, CLINIC = agency_id("almaty-police"), agency_id("almaty-school-1"), agency_id("almaty-clinic-1")
DESK, MINISTRY = agency_id("almaty-desk"), agency_id("ministry")
BODIES = (POLICE, SCHOOL, CLINIC, DESK, MINISTRY, demo_staff()["almaty-police:member"].staff_id)
AGENCIES = tuple(body for body in BODIES if body.startswith("agc"))
SUBSCRIBERS = (
    "almaty-police:system", "almaty-police:member", "almaty-school-1:system", "almaty-clinic-1:system",
    "ombudsman:ombudsman", "ministry:operator",
)  # fmt: skip
TASK, CLOCK = invent("tsk"), invent("clk")

KEPT = {
    "participants": "SELECT case_id, agency_id, capacity, place, until IS NULL FROM participant ORDER BY 1, 2, 3, 4",
    "log": "SELECT key, version, type, event_id FROM log_entry ORDER BY seq",
    "addressed": """
        SELECT told.agency_id, entry.key, entry.version FROM addressed AS told JOIN log_entry AS entry USING (seq)
        ORDER BY told.agency_id, entry.key, told.position
    """,
    "deliveries": """
        SELECT target.created_by, told.lane_key, told.place, told.state
        FROM delivery AS told JOIN subscription AS target USING (subscription_id)
        ORDER BY target.created_by, told.lane_key, told.number
    """,
    "lanes": "SELECT created_by, lane_key FROM lane JOIN subscription USING (subscription_id) ORDER BY 1, 2",
}


@pytest.fixture
def told(open_service):
    """Call it with events and a size: what a fresh service with subscribers holds after it was handed them in runs of that size."""

    async def tell(events, *, at_once):
        envelopes = [Envelope(new_id("evt"), "/tereze/test", FRIDAY, event) for event in events]
        names = {envelope.id: number for number, envelope in enumerate(envelopes)}
        async with open_service() as inside:
            for who in SUBSCRIBERS:
                await subscribe(inside, who, "http://127.0.0.1:9/hook")
            for begin in range(0, len(envelopes), at_once):
                async with inside.runtime.database.work() as work:
                    for envelope in envelopes[begin : begin + at_once]:
                        for handle in handlers.handlers.of(envelope.type):
                            await handle(envelope.data, work, envelope)
            async with inside.runtime.database.work() as work:
                found = {name: [tuple(row) for row in await work.raw.fetch(query)] for name, query in KEPT.items()}
        found["log"] = [(*row[:3], names[row[3]]) for row in found["log"]]
        return found

    return tell


def heard(found, agency, story):
    """The versions of a case that were addressed to an agency, in the order it reads them."""
    return [version for reader, case_id, version in found["addressed"] if (reader, case_id) == (agency, story.case_id)]


def moves_on():
    """A duty leaves the police, after something that concerned whoever held it and named them nowhere."""
    story = CaseStory()
    events = [
        story.opened(),
        story.assigned(to=POLICE, task=TASK),
        story.clock_started(of=DESK, clock=CLOCK),
        story.rerouted(TASK, away_from=POLICE, to=CLINIC),
        story.referred(by=SCHOOL),
    ]
    return story, events


async def test_whoever_leaves_heard_what_came_before_it_and_nothing_after(told):
    story, events = moves_on()
    found = await told(events, at_once=5)
    assert heard(found, POLICE, story) == [1, 2, 3, 4]
    assert found == await told(events, at_once=1)


async def test_leaving_without_settling_first_would_be_caught(told, monkeypatch):
    """The mutant: what waits is addressed to whoever is still there at the end."""

    async def leave_at_once(case_id, leaving, work):
        await participants.leave(work, case_id, leaving)

    monkeypatch.setattr(handlers, "_let_leave", leave_at_once)
    story, events = moves_on()
    assert heard(await told(events, at_once=5), POLICE, story) != [1, 2, 3, 4]


@pytest.mark.parametrize("at_once", [1, 2, 3, 6])
async def test_a_newcomer_reads_the_case_from_its_first_event_whether_it_was_kept_long_ago_or_just_now(told, at_once):
    story = CaseStory()
    events = [
        story.opened(),
        story.referred(by=SCHOOL),
        story.clock_started(of=DESK),
        story.assigned(to=POLICE),
        story.assigned(to=CLINIC),
        story.assigned(to=POLICE),
    ]
    found = await told(events, at_once=at_once)
    for agency in (SCHOOL, DESK, POLICE, CLINIC):
        assert heard(found, agency, story) == [1, 2, 3, 4, 5, 6]


async def test_an_exclusion_in_the_middle_of_a_run_parts_what_came_before_from_what_comes_after(told):
    story, exclusion = CaseStory(), invent("exc")
    events = [
        story.opened(),
        story.assigned(to=POLICE, task=TASK),
        story.kept_out(POLICE, exclusion=exclusion),
        story.breached(of=CLINIC, task=None, told=(POLICE,)),
        story.let_in(POLICE, exclusion=exclusion),
        story.received(TASK, by=POLICE),
    ]
    assert await told(events, at_once=6) == await told(events, at_once=1)


async def test_two_files_of_one_child_become_one_within_a_run(told):
    old, young = CaseStory(), CaseStory()
    events = [
        old.opened(),
        young.opened(),
        young.assigned(to=POLICE, task=TASK),
        young.breached(of=CLINIC, task=TASK, told=(DESK,)),
        old.moved_in(to=POLICE, task=TASK),
        young.joined(into=old.case_id),
        old.received(TASK, by=POLICE),
    ]
    found = await told(events, at_once=7)
    assert heard(found, DESK, old) == [1, 2, 3]
    assert found == await told(events, at_once=1)


def anything(chance, steps=40):
    """A history of three cases, at random."""
    stories, exclusions = [CaseStory() for _ in range(3)], []
    for _ in range(steps):
        story, agency, other = chance.choice(stories), chance.choice(AGENCIES), chance.choice(AGENCIES)
        match chance.randrange(9):
            case 0:
                exclusions.append((story, chance.choice(BODIES), invent("exc")))
                yield story.kept_out(exclusions[-1][1], exclusion=exclusions[-1][2])
            case 1 if exclusions:
                barred, body, exclusion = exclusions.pop(chance.randrange(len(exclusions)))
                yield barred.let_in(body, exclusion=exclusion)
            case 2:
                yield story.referred(by=agency)
            case 3:
                yield story.breached(of=agency, task=TASK, told=(other,), clock=CLOCK)
            case 4:
                yield story.rerouted(TASK, away_from=agency, to=other)
            case 5:
                yield story.accepted(TASK, by=agency)
            case 6:
                yield story.fulfilled(TASK, by=agency)
            case 7:
                yield story.joined(into=chance.choice([each for each in stories if each is not story]).case_id)
            case _:
                yield story.assigned(to=agency, task=TASK)


def whole(found):
    return {name: sorted(rows) if name in {"addressed", "deliveries"} else rows for name, rows in found.items()}


def out_of_order(found):
    """Readers and cases where an earlier version was told after a later one: to whoever was named once and came to take part later."""
    return {
        (reader, case_id)
        for (reader, case_id, version), following in pairwise(found["addressed"])
        if following[:2] == (reader, case_id) and following[2] < version
    }


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_a_run_comes_to_the_same_as_its_events_one_by_one(told, seed):
    events = list(anything(random.Random(seed)))  # noqa: S311 - the same histories in every run, no secret
    alone = await told(events, at_once=1)
    for at_once in (3, 11, len(events)):
        together = await told(events, at_once=at_once)
        assert whole(together) == whole(alone)
        assert out_of_order(together) <= out_of_order(alone)
