"""Decides that whoever is kept out of a case learns nothing of it at any of these doors, from that moment on and of what was before."""

import random

import pytest

from tereze.access import Decision
from tereze.contracts.exclusions import DisclosurePage
from tereze.contracts.labels import Sensitivity
from tereze.notifications import handlers
from tereze.notifications.courier.rounds import Round
from tereze.notifications.store import deliveries
from tereze.rig.casestory import CaseStory, invent
from tereze.rig.inside import agency_id, demo_staff
from tereze.rig.partner import delivering, subscribe, until

POLICE, SCHOOL, CLINIC = agency_id("almaty-police"), agency_id("almaty-school-1"), agency_id("almaty-clinic-1")
DESK, OMBUDSMAN, MINISTRY = agency_id("almaty-desk"), agency_id("ombudsman"), agency_id("ministry")
INSPECTOR = demo_staff()["almaty-police:member"].staff_id
TASK = invent("tsk")


async def subjects(inside, who, **asked):
    async with inside.caller(who) as caller:
        answer = await caller.get("/v1/events", params=asked)
    assert answer.status_code == 200, answer.text
    return {event["subject"] for event in answer.json()}


async def waiting(inside, who):
    async with inside.caller(who) as caller:
        [subscription] = (await caller.get("/v1/subscriptions")).json()["items"]
    return subscription["pending"], subscription.get("oldest_pending_at")


async def listed(inside, who, made):
    async with inside.caller(who) as caller:
        answer = (await caller.get("/v1/deliveries", params={"subscription_id": made["subscription_id"]})).json()
    return answer["items"], answer["has_more"]


async def refuse(_received):
    return 503


async def test_a_body_that_was_named_never_hears_that_there_is_a_case(notifications, receiver):
    made = await subscribe(notifications, "almaty-police:system", receiver.url)
    story, other = CaseStory(), CaseStory()
    async with delivering(notifications):
        await notifications.tell(story.kept_out(POLICE), story.opened(), story.assigned(to=CLINIC, task=TASK))
        await notifications.tell(story.rerouted(TASK, away_from=POLICE, to=CLINIC), story.referred(by=POLICE))
        await notifications.tell(other.assigned(to=POLICE))
        await until(lambda: receiver.received)
    assert {each.case for each in receiver.received} == {other.case_id}
    assert receiver.received[0].sequence == 1
    assert await subjects(notifications, "almaty-police:head") == {other.case_id}
    assert [item["type"] for item in (await listed(notifications, "almaty-police:system", made))[0]] == [
        "tereze.task.assigned.v1"
    ]


async def test_the_agency_of_whoever_opened_a_case_in_an_emergency_hears_of_it_at_once_and_of_nothing_else(
    notifications,
):
    story, barred = CaseStory(), CaseStory()
    await notifications.tell(story.opened(), story.opened_in_emergency(INSPECTOR, POLICE), story.assigned(to=CLINIC))
    await notifications.tell(barred.kept_out(POLICE), barred.opened_in_emergency(INSPECTOR, POLICE))
    async with notifications.caller("almaty-police:head") as caller:
        told = (await caller.get("/v1/events")).json()
    assert [(one["subject"], one["type"]) for one in told] == [
        (story.case_id, "tereze.case.emergency-access-opened.v1")
    ]
    assert "staff_id" not in told[0]["data"], "who it was is read by superiors from the list of their people's accesses"


async def test_an_overseer_whose_agency_is_kept_out_does_not_oversee_this_case(notifications):
    story = CaseStory()
    await notifications.tell(story.kept_out(MINISTRY), story.opened())
    assert await subjects(notifications, "ministry:operator") == set()
    assert await subjects(notifications, "ombudsman:ombudsman") == {story.case_id}


async def test_what_waits_is_not_counted_listed_or_replayed(notifications, receiver):
    receiver.answer = refuse
    made = await subscribe(notifications, "almaty-police:system", receiver.url)
    story = CaseStory()
    await notifications.tell(story.opened(), story.assigned(to=POLICE, task=TASK), story.received(TASK, by=POLICE))
    assert (await waiting(notifications, "almaty-police:system"))[0] == 3
    await notifications.tell(story.kept_out(POLICE))
    assert await waiting(notifications, "almaty-police:system") == (0, None)
    assert await listed(notifications, "almaty-police:system", made) == ([], False)
    async with notifications.caller("almaty-police:system") as caller:
        answer = await caller.post(f"/v1/subscriptions/{made['subscription_id']}/replay")
    assert (answer.status_code, answer.json()["pending"]) == (202, 0)


async def test_one_person_is_kept_out_and_colleagues_are_not(notifications):
    story = CaseStory()
    await notifications.tell(story.opened(), story.assigned(to=POLICE), story.kept_out(INSPECTOR))
    assert await subjects(notifications, "almaty-police:member") == set()
    assert await subjects(notifications, "almaty-police:head") == {story.case_id}


async def test_a_subscription_reads_as_whoever_made_it(notifications, receiver):
    await subscribe(notifications, "almaty-police:member", receiver.url)
    story, other = CaseStory(), CaseStory()
    async with delivering(notifications):
        await notifications.tell(story.kept_out(INSPECTOR), story.opened(), story.assigned(to=POLICE))
        await notifications.tell(other.assigned(to=POLICE))
        await until(lambda: receiver.received)
    assert {each.case for each in receiver.received} == {other.case_id}


async def test_a_lifted_exclusion_lets_the_agency_hear_the_case_from_its_start(notifications):
    story, exclusion = CaseStory(), invent("exc")
    await notifications.tell(story.opened(), story.kept_out(POLICE, exclusion=exclusion))
    await notifications.tell(story.referred(by=POLICE))
    assert await subjects(notifications, "almaty-police:member") == set()
    await notifications.tell(story.let_in(POLICE, exclusion=exclusion))
    async with notifications.caller("almaty-police:member") as police:
        seen = (await police.get("/v1/events")).json()
    assert [event["data"]["case_version"] for event in seen] == [1, 2, 3, 4]


async def test_another_exclusion_of_the_same_body_stands(notifications):
    story, lifted = CaseStory(), invent("exc")
    await notifications.tell(story.opened(), story.kept_out(POLICE, exclusion=lifted), story.kept_out(POLICE))
    await notifications.tell(story.let_in(POLICE, exclusion=lifted), story.assigned(to=POLICE))
    assert await subjects(notifications, "almaty-police:member") == set()


async def test_what_was_shown_to_whom_is_written_down_and_read_by_the_desk_only(notifications, receiver):
    await subscribe(notifications, "almaty-police:system", receiver.url)
    story = CaseStory()
    async with delivering(notifications):
        await notifications.tell(story.clock_started(of=DESK), story.assigned(to=POLICE, task=TASK))
        await until(lambda: len(receiver.received) == 2)
    assert await subjects(notifications, "almaty-police:member") == {story.case_id}
    await notifications.tell(story.kept_out(POLICE))
    asked = {"case_id": story.case_id, "body": POLICE}
    async with notifications.caller("almaty-desk:coordinator") as desk:
        answer = await desk.get("/v1/events/disclosures", params=asked)
        assert answer.status_code == 200, answer.text
        page = DisclosurePage.model_validate_json(answer.text)
        first = (await desk.get("/v1/events/disclosures", params={**asked, "limit": 1})).json()
        rest = (await desk.get("/v1/events/disclosures", params={**asked, "cursor": first["cursor"]})).json()
    assert {(shown.door, shown.policy_id) for shown in page.items} == {
        ("feed", "holder-previews-the-case"), ("webhook", "holder-previews-the-case"),
    }  # fmt: skip
    assert Sensitivity.ALLEGATION in page.items[0].labels
    assert [*first["items"], *rest["items"]] == [shown.model_dump(mode="json") for shown in page.items]
    for who in ("almaty-police:head", "almaty-clinic-1:head", "ministry:operator"):
        async with notifications.caller(who) as caller:
            assert (await caller.get("/v1/events/disclosures", params=asked)).status_code == 404


READERS = {
    "almaty-police:head": POLICE,
    "almaty-school-1:head": SCHOOL,
    "almaty-clinic-1:head": CLINIC,
    "almaty-desk:head": DESK,
    "ministry:operator": MINISTRY,
}


@pytest.mark.parametrize("seed", range(2))
async def test_no_history_shows_a_case_to_whoever_is_kept_out_of_it(notifications, seed):
    """Anything may happen to three cases; after each event every reader reads everything."""
    chance = random.Random(seed)  # noqa: S311 - the same histories in every run, no secret
    stories = [CaseStory() for _ in range(3)]
    standing: dict[str, dict[str, str]] = {story.case_id: {} for story in stories}
    for _ in range(25):
        story = chance.choice(stories)
        excluded, agency = standing[story.case_id], chance.choice(sorted(READERS.values()))
        match chance.randrange(6):
            case 0:
                exclusion = invent("exc")
                excluded[exclusion] = agency
                event = story.kept_out(agency, exclusion=exclusion)
            case 1 if excluded:
                exclusion = chance.choice(sorted(excluded))
                event = story.let_in(excluded.pop(exclusion), exclusion=exclusion)
            case 2:
                event = story.referred(by=agency)
            case 3:
                event = story.breached(of=CLINIC, task=None, told=(agency,))
            case 4:
                event = story.rerouted(TASK, away_from=agency, to=chance.choice(sorted(READERS.values())))
            case _:
                event = story.assigned(to=agency)
        await notifications.tell(event)
        for who, reader in READERS.items():
            barred = {case_id for case_id, kept_out in standing.items() if reader in kept_out.values()}
            assert not barred & await subjects(notifications, who, limit=1_000)


async def test_a_courier_that_decides_when_it_queues_would_be_caught(notifications, receiver, monkeypatch):
    """The mutant: rights as they were when the event was lined up. The same scenario then shows what must never be seen."""

    async def as_it_was_queued(_round, waiting, _readers):
        labels = frozenset({Sensitivity.OPERATIONAL})
        return [(item, Decision(allowed=True, policy_id="decided-when-queued", labels=labels)) for item in waiting]

    async def leave_what_waits(*_args):
        return

    monkeypatch.setattr(Round, "_decide", as_it_was_queued)
    monkeypatch.setattr(deliveries, "withhold_case", leave_what_waits)
    assert handlers.deliveries is deliveries
    await subscribe(notifications, "almaty-police:system", receiver.url)
    story = CaseStory()
    await notifications.tell(story.opened(), story.assigned(to=POLICE, task=TASK), story.kept_out(POLICE))
    async with delivering(notifications):
        await until(lambda: receiver.received)
    assert {each.case for each in receiver.received} == {story.case_id}


async def test_what_was_lined_up_before_the_exclusion_is_never_sent(notifications, receiver):
    """The same scenario without the mutant."""
    await subscribe(notifications, "almaty-police:system", receiver.url)
    story, other = CaseStory(), CaseStory()
    await notifications.tell(story.opened(), story.assigned(to=POLICE, task=TASK), story.kept_out(POLICE))
    await notifications.tell(other.assigned(to=POLICE))
    async with delivering(notifications):
        await until(lambda: receiver.received)
    assert {each.case for each in receiver.received} == {other.case_id}
