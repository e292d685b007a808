"""Decides that what is lined up arrives: signed, numbered, in order per case, and only at whom it concerns at that moment."""

import json

from aiohttp import web
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from standardwebhooks import Webhook

from tereze.chassis.ids import new_id
from tereze.contracts.directory import AgencyPublished
from tereze.contracts.events import Envelope
from tereze.notifications.handlers import keep_and_address
from tereze.rig.casestory import CaseStory, invent
from tereze.rig.inside import agency_id, demo_agencies
from tereze.rig.partner import Receiver, delivering, listening, subscribe, until

POLICE, SCHOOL, CLINIC = agency_id("almaty-police"), agency_id("almaty-school-1"), agency_id("almaty-clinic-1")
TASK = invent("tsk")


async def states(inside, subscription):
    """The delivery log as its own agency sees it, oldest first."""
    async with inside.caller("almaty-police:system") as caller:
        answer = await caller.get("/v1/deliveries", params={"subscription_id": subscription["subscription_id"]})
    assert answer.status_code == 200, answer.text
    return [item["state"] for item in reversed(answer.json()["items"])]


async def pending(inside) -> int:
    async with inside.runtime.database.work() as work:
        return int(await work.raw.fetchval("SELECT count(*) FROM delivery WHERE state = 'pending'"))


async def settled(inside) -> bool:
    return await pending(inside) == 0


async def test_an_event_reaches_the_agency_it_concerns_signed_and_numbered(notifications, receiver):
    made = await subscribe(notifications, "almaty-police:system", receiver.url)
    story = CaseStory()
    async with delivering(notifications):
        await notifications.tell(story.opened(), story.referred(by=SCHOOL), story.assigned(to=POLICE))
        await until(lambda: len(receiver.received) == 3)
    assert [each.version for each in receiver.received] == [1, 2, 3]
    assert [each.sequence for each in receiver.received] == [1, 2, 3]
    assert [each.headers.get("webhook-previous-id") for each in receiver.received] == [None, *receiver.ids[:2]]
    for each in receiver.received:
        assert Webhook(made["secret"]).verify(each.body, each.headers)["id"] == each.headers["webhook-id"]


async def test_the_body_is_a_cloud_event_with_what_the_reader_may_see(notifications, receiver):
    await subscribe(notifications, "almaty-school-1:system", receiver.url, types=["tereze.task.accepted.v1"])
    story = CaseStory()
    async with delivering(notifications):
        await notifications.tell(story.referred(by=SCHOOL), story.assigned(to=POLICE, task=TASK))
        await notifications.tell(story.accepted(TASK, by=POLICE))
        await until(lambda: receiver.received)
    event = receiver.received[0].event
    assert {name: event[name] for name in ("specversion", "type", "source", "subject", "datacontenttype")} == {
        "specversion": "1.0",
        "type": "tereze.task.accepted.v1",
        "source": "/tereze/test",
        "subject": story.case_id,
        "datacontenttype": "application/json",
    }
    assert receiver.received[0].headers["content-type"].startswith("application/cloudevents+json")
    assert event["data"]["agency_id"] == POLICE
    assert "responsible_staff_id" not in event["data"], "a referrer does not learn colleagues' names of record"
    assert "risk" not in event["data"]


async def test_only_asked_for_types_are_delivered(notifications, receiver):
    await subscribe(notifications, "almaty-police:system", receiver.url, types=["tereze.task.assigned.v1"])
    story = CaseStory()
    async with delivering(notifications):
        await notifications.tell(story.opened(), story.assigned(to=POLICE), story.triaged(by=agency_id("almaty-desk")))
        await notifications.tell(story.assigned(to=CLINIC))
        await until(lambda: len(receiver.received) == 2)
    assert {each.event["type"] for each in receiver.received} == {"tereze.task.assigned.v1"}


async def test_who_takes_no_part_hears_nothing(notifications, receiver):
    await subscribe(notifications, "almaty-clinic-2:system", receiver.url)
    story = CaseStory()
    await notifications.tell(story.opened(), story.referred(by=SCHOOL), story.assigned(to=POLICE))
    assert await pending(notifications) == 0


async def test_the_ombudsman_and_operators_hear_of_every_case(notifications, receiver):
    await subscribe(notifications, "ombudsman:ombudsman", receiver.url)
    async with listening(Receiver()) as operators, delivering(notifications):
        await subscribe(notifications, "ministry:operator", operators.url)
        story = CaseStory()
        await notifications.tell(story.opened(), story.referred(by=SCHOOL))
        await until(lambda: len(receiver.received) == 2 and len(operators.received) == 2)
    assert receiver.received[0].event["data"]["risk"] == "high"
    assert "risk" not in operators.received[0].event["data"]


async def test_a_newcomer_is_told_the_case_from_its_first_event(notifications, receiver):
    await subscribe(notifications, "almaty-clinic-1:system", receiver.url)
    story = CaseStory()
    async with delivering(notifications):
        await notifications.tell(story.opened(), story.referred(by=SCHOOL), story.assigned(to=POLICE, task=TASK))
        await notifications.tell(story.offered(TASK, holder=POLICE, to=CLINIC))
        await until(lambda: len(receiver.received) == 4)
    assert [each.version for each in receiver.received] == [1, 2, 3, 4]


async def test_a_lost_duty_ends_what_is_told_after_it_was_lined_up(notifications, receiver):
    async def refuse(_received):
        return 503

    receiver.answer = refuse
    made = await subscribe(notifications, "almaty-police:system", receiver.url)
    story = CaseStory()
    async with delivering(notifications):
        await notifications.tell(story.assigned(to=POLICE, task=TASK), story.referred(by=SCHOOL))
        await until(lambda: receiver.received)
        await notifications.tell(story.rerouted(TASK, away_from=POLICE, to=CLINIC), story.accepted(TASK, by=CLINIC))
        receiver.answer = Receiver().answer
        await hurry(notifications)
        await until(lambda: settled(notifications))
    assert [each.event["type"] for each in receiver.acknowledged] == [
        "tereze.task.assigned.v1",  # names it
        "tereze.task.rerouted.v1",  # likewise: it hears that the duty is gone
    ]
    assert await states(notifications, made) == ["delivered", "delivered"], "what may not be seen is not listed either"


async def test_an_excluded_agency_hears_nothing_more_not_even_what_was_waiting(notifications, receiver):
    async def refuse(_received):
        return 503

    receiver.answer = refuse
    made = await subscribe(notifications, "almaty-police:system", receiver.url)
    story = CaseStory()
    async with delivering(notifications):
        await notifications.tell(story.opened(), story.assigned(to=POLICE, task=TASK))
        await until(lambda: receiver.received)
        await notifications.tell(story.kept_out(POLICE))
        await notifications.tell(story.rerouted(TASK, away_from=POLICE, to=CLINIC))
        seen = len(receiver.received)
        receiver.answer = Receiver().answer
        await hurry(notifications)
        await until(lambda: settled(notifications))
    assert receiver.acknowledged == []
    assert len(receiver.received) == seen
    assert await states(notifications, made) == []


async def test_a_suspended_agency_hears_nothing(notifications, receiver):
    await subscribe(notifications, "almaty-police:system", receiver.url)
    known = demo_agencies()["almaty-police"]
    suspended = known.model_copy(update={"active": False})
    await notifications.hear(AgencyPublished(key_id=POLICE, version=2, agency=suspended))
    story = CaseStory()
    async with delivering(notifications):
        await notifications.tell(story.assigned(to=POLICE))
        await until(lambda: settled(notifications))
    assert receiver.received == []


async def test_the_delivery_continues_the_trace_of_the_event(notifications, receiver):
    trace.set_tracer_provider(TracerProvider())
    await subscribe(notifications, "almaty-police:system", receiver.url)
    event = CaseStory().assigned(to=POLICE)
    trace_id, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    async with delivering(notifications), notifications.runtime.database.work() as work:
        told = Envelope(new_id("evt"), "/tereze/test", work.now, event, f"00-{trace_id}-{parent}-01")
        await keep_and_address(event, work, told)
    async with delivering(notifications):
        await until(lambda: receiver.received)
    _, found, span, _ = receiver.received[0].headers["traceparent"].split("-")
    assert found == trace_id
    assert span != parent


async def test_nothing_of_the_receiver_s_answer_is_kept(notifications, receiver):
    async def chatter(_received):
        return web.Response(status=500, text="КАНАРЕЙКА" * 50_000)

    receiver.answer = chatter
    made = await subscribe(notifications, "almaty-police:system", receiver.url)
    async with delivering(notifications):
        await notifications.tell(CaseStory().assigned(to=POLICE))
        await until(lambda: receiver.received)
        async with notifications.caller("almaty-police:system") as caller:
            params = {"subscription_id": made["subscription_id"]}

            async def failed():
                page = (await caller.get("/v1/deliveries", params=params)).json()
                return page["items"][0] if page["items"][0]["attempts"] else None

            await until(failed)
            item = await failed()
    assert item["last_status"] == 500
    assert item["last_error"] == "not-acknowledged"
    assert "КАНАРЕЙКА" not in json.dumps(item, ensure_ascii=False)


async def hurry(inside) -> None:
    """Let every retry be due."""
    async with inside.runtime.database.work() as work:
        await work.raw.execute("UPDATE lane SET due_at = tereze_now()")
        await work.raw.execute("UPDATE subscription SET blocked_until = NULL")
        await work.raw.execute("SELECT pg_notify('tereze_log', '*')")
