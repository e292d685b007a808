"""Decides that a unit founded after its body was kept out of a case hears nothing of it: feed, webhook, list, replay, counts."""

from uuid import uuid4

import pytest

from tereze.rig.casestory import CaseStory, invent
from tereze.rig.inside import agency_id
from tereze.rig.partner import delivering, until

POLICE, CLINIC = agency_id("almaty-police"), agency_id("almaty-clinic-1")


async def subscribed(unit, url):
    async with unit.caller("system") as caller:
        headers = {"Idempotency-Key": uuid4().hex}
        answer = await caller.post("/v1/subscriptions", json={"url": url}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def heard(unit):
    async with unit.caller("system") as caller:
        return {event["subject"] for event in (await caller.get("/v1/events")).json()}


@pytest.mark.parametrize("first", ["excluded", "founded"])
async def test_a_unit_below_hears_nothing_whichever_news_came_first(notifications, receiver, first):
    story, other = CaseStory(), CaseStory()
    kept_out = story.kept_out(POLICE, with_units=(POLICE,))
    if first == "excluded":
        await notifications.tell(kept_out)
    unit = await notifications.found("police-post", POLICE, "police", "system")
    made = await subscribed(unit, receiver.url)
    if first == "founded":  # and the referral service had not heard of the unit when it wrote the exclusion
        await notifications.tell(kept_out)
    async with delivering(notifications):
        await notifications.tell(
            story.opened(), story.assigned(to=unit.agency_id, task=invent("tsk")), story.referred(by=unit.agency_id)
        )
        await notifications.tell(other.assigned(to=unit.agency_id))
        await until(lambda: receiver.received)
    assert {each.case for each in receiver.received} == {other.case_id}
    assert await heard(unit) == {other.case_id}
    async with unit.caller("system") as caller:
        [own] = (await caller.get("/v1/subscriptions")).json()["items"]
        asked = {"subscription_id": made["subscription_id"]}
        listed = (await caller.get("/v1/deliveries", params=asked)).json()["items"]
    assert (own["pending"], {item["type"] for item in listed}) == (0, {"tereze.task.assigned.v1"})


async def test_what_already_waits_for_a_unit_is_withheld_with_its_body(notifications, receiver):
    unit = await notifications.found("police-post", POLICE, "police", "system")
    await subscribed(unit, receiver.url)
    story, other = CaseStory(), CaseStory()
    await notifications.tell(story.opened(), story.assigned(to=unit.agency_id, task=invent("tsk")))
    await notifications.tell(story.kept_out(POLICE, with_units=(POLICE,)), other.assigned(to=unit.agency_id))
    async with delivering(notifications):
        await until(lambda: receiver.received)
    assert {each.case for each in receiver.received} == {other.case_id}
    assert await heard(unit) == {other.case_id}


async def test_a_unit_below_a_body_that_is_kept_out_by_itself_hears_its_own(notifications):
    story = CaseStory()
    await notifications.tell(story.kept_out(POLICE), story.opened())
    unit = await notifications.found("police-post", POLICE, "police", "system")
    await notifications.tell(story.assigned(to=unit.agency_id))
    assert await heard(unit) == {story.case_id}


async def test_a_unit_whose_line_is_not_known_to_the_end_waits_until_it_is(notifications):
    story, unknown = CaseStory(), invent("agc")
    await notifications.tell(story.kept_out(CLINIC, with_units=(CLINIC,)), story.opened())
    unit = await notifications.found("lost-post", unknown, "police", "system")
    await notifications.tell(story.assigned(to=unit.agency_id))
    assert await heard(unit) == set()


async def test_lifting_the_exclusion_lets_a_unit_hear(notifications):
    story, exclusion = CaseStory(), invent("exc")
    await notifications.tell(story.kept_out(POLICE, exclusion=exclusion, with_units=(POLICE,)), story.opened())
    unit = await notifications.found("police-post", POLICE, "police", "system")
    await notifications.tell(story.referred(by=unit.agency_id))
    assert await heard(unit) == set()
    await notifications.tell(story.let_in(POLICE, unit.agency_id, exclusion=exclusion))
    assert await heard(unit) == {story.case_id}
