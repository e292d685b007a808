"""Decides that failing receivers cost nobody else anything, and that nothing is lost, reordered or silently dropped."""

import asyncio
import itertools
import random
import socket
from collections import defaultdict

import pytest
from aiohttp import web

from tereze.contracts.operations import DeliveryGivenUp, GiveUpReason
from tereze.rig.casestory import CaseStory
from tereze.rig.inside import agency_id
from tereze.rig.partner import Receiver, assert_whole_and_in_order, delivering, listening, subscribe, until

POLICE, SCHOOL, CLINIC = agency_id("almaty-police"), agency_id("almaty-school-1"), agency_id("almaty-clinic-1")
QUICK = {"delivery_schedule": (0, *(0.05 for _ in range(40))), "circuit_opens_after": 1_000, "delivery_lease": 120}


@pytest.fixture
async def quick(open_service):
    async with open_service(**QUICK) as inside:
        yield inside


async def view(inside, who, made):
    async with inside.caller(who) as caller:
        return (await caller.get(f"/v1/subscriptions/{made['subscription_id']}")).json()


async def newest(inside, who, made):
    async with inside.caller(who) as caller:
        page = await caller.get("/v1/deliveries", params={"subscription_id": made["subscription_id"]})
    return page.json()["items"]


def versions_by_case(received):
    found = defaultdict(list)
    for each in received:
        found[each.case].append(each.version)
    return found


async def test_a_failing_event_holds_back_its_own_case_and_no_other(quick, receiver):
    sick, well = CaseStory(), CaseStory()

    async def answer(received):
        return 500 if received.case == sick.case_id else 204

    receiver.answer = answer
    await subscribe(quick, "almaty-police:system", receiver.url)
    async with delivering(quick):
        await quick.tell(*(story.assigned(to=POLICE) for story in (sick, well, sick, well, sick, well)))
        await until(lambda: len(receiver.acknowledged) == 3)
        await until(lambda: len(versions_by_case(receiver.received)[sick.case_id]) >= 3)
    assert versions_by_case(receiver.acknowledged) == {well.case_id: [1, 2, 3]}
    assert set(versions_by_case(receiver.received)[sick.case_id]) == {1}


async def test_a_retry_is_the_same_delivery(quick, receiver):
    answers = iter([500, 503, 204, 204])

    async def answer(_received):
        return next(answers)

    receiver.answer = answer
    await subscribe(quick, "almaty-police:system", receiver.url)
    story = CaseStory()
    async with delivering(quick):
        await quick.tell(story.assigned(to=POLICE), story.assigned(to=POLICE))
        await until(lambda: len(receiver.acknowledged) == 2)
    first = receiver.received[:3]
    assert len({each.id for each in first}) == 1
    assert {each.sequence for each in first} == {1}
    assert len({each.body for each in first}) == 1
    assert receiver.received[3].sequence == 2
    assert receiver.received[3].headers["webhook-previous-id"] == first[0].id


async def test_a_hanging_receiver_holds_up_nobody_else(quick, receiver):
    async def hang(_received):
        await asyncio.Event().wait()

    async with listening(Receiver(hang)) as hanging:
        await subscribe(quick, "almaty-school-1:system", hanging.url)
        await subscribe(quick, "almaty-police:system", receiver.url)
        async with delivering(quick):
            for _ in range(60):
                story = CaseStory()
                await quick.tell(story.referred(by=SCHOOL), story.assigned(to=POLICE))
            await until(lambda: len(receiver.acknowledged) == 120)
            assert 0 < len(hanging.received) <= 32, "no more than its own share is under way"


async def test_a_receiver_that_never_answers_is_timed_out_and_retried(open_service, receiver):
    async def hang_once(_received):
        if len(receiver.received) == 1:
            await asyncio.Event().wait()
        return 204

    receiver.answer = hang_once
    async with open_service(**QUICK, delivery_timeout=0.3) as inside:
        made = await subscribe(inside, "almaty-police:system", receiver.url)
        async with delivering(inside):
            await inside.tell(CaseStory().assigned(to=POLICE))
            await until(lambda: receiver.acknowledged)
            await until(lambda: is_delivered(inside, made))
        assert (await newest(inside, "almaty-police:system", made))[0]["attempts"] == 2


async def is_delivered(inside, made):
    items = await newest(inside, "almaty-police:system", made)
    return all(item["state"] == "delivered" for item in items)


async def test_retry_after_is_honoured_for_the_whole_endpoint(quick, receiver):
    async def busy(_received):
        return web.Response(status=429, headers={"Retry-After": "3600"})

    receiver.answer = busy
    made = await subscribe(quick, "almaty-police:system", receiver.url)
    async with delivering(quick):
        await quick.tell(CaseStory().assigned(to=POLICE))
        await until(lambda: attempted(quick, made))
        await quick.tell(CaseStory().assigned(to=POLICE))
        receiver.answer = Receiver().answer
        async with quick.runtime.database.work() as work:
            row = await work.raw.fetchrow(
                "SELECT min(blocked_until) - tereze_now() AS pause, min(due_at) - tereze_now() AS due"
                " FROM subscription JOIN lane USING (subscription_id)"
            )
            assert 3_500 < row["pause"].total_seconds() <= 3_600
        await jump(quick, "59 minutes")
        await quick.tell(CaseStory().assigned(to=POLICE))
        assert receiver.acknowledged == []
        await jump(quick, "61 minutes")
        await until(lambda: len(receiver.acknowledged) == 3)


async def attempted(inside, made):
    items = await newest(inside, "almaty-police:system", made)
    return items and items[0]["attempts"]


async def jump(inside, ahead: str) -> None:
    """Set the domain clock ahead, as the demo does."""
    async with inside.runtime.database.work() as work:
        await work.raw.execute("UPDATE demo_clock SET ahead = $1::text::interval", ahead)
        await work.raw.execute("SELECT pg_notify('tereze_log', '*')")


async def test_gone_ends_the_subscription_and_says_why(quick, receiver):
    async def gone(_received):
        return 410

    receiver.answer = gone
    made = await subscribe(quick, "almaty-police:system", receiver.url)
    story = CaseStory()
    async with delivering(quick):
        await quick.tell(story.assigned(to=POLICE), story.assigned(to=POLICE))
        await until(lambda: ended(quick, made))
        await quick.tell(story.assigned(to=POLICE))
        found = await view(quick, "almaty-police:system", made)
    assert found["ended_because"] == "the receiver answered 410 Gone"
    assert found["pending"] == 0
    assert len(receiver.received) == 1
    assert {item["state"] for item in await newest(quick, "almaty-police:system", made)} == {"failed"}
    assert await owed_to(quick, made) == {GiveUpReason.ENDPOINT_GONE: 2}, "its third event came after the end"


async def owed_to(inside, made) -> dict[GiveUpReason, int]:
    """What operators were told that this subscriber did not hear."""
    told = [event for event in await inside.told() if isinstance(event, DeliveryGivenUp)]
    assert {(event.subscription_id, event.agency_id) for event in told} == {(made["subscription_id"], POLICE)}
    assert len({event.duty_id for event in told}) == 1
    found: dict[GiveUpReason, int] = {}
    for event in told:
        found[event.reason] = found.get(event.reason, 0) + event.deliveries
    return found


async def ended(inside, made):
    return (await view(inside, "almaty-police:system", made))["state"] == "ended"


async def test_what_is_given_up_is_seen_and_the_case_goes_on(open_service, receiver):
    story = CaseStory()

    async def answer(received):
        return 400 if received.version == 1 else 204

    receiver.answer = answer
    async with open_service(delivery_schedule=(0, 0.02, 0.02)) as inside:
        made = await subscribe(inside, "almaty-police:system", receiver.url)
        async with delivering(inside):
            await inside.tell(story.assigned(to=POLICE), story.assigned(to=POLICE))
            await until(lambda: len(receiver.acknowledged) == 1)
            await until(lambda: nothing_pending(inside, made))
        second, first = await newest(inside, "almaty-police:system", made)
        assert await owed_to(inside, made) == {GiveUpReason.RETRIES_EXHAUSTED: 1}
    assert (first["state"], first["attempts"], first["last_status"]) == ("failed", 3, 400)
    assert (second["state"], second["sequence"]) == ("delivered", 2), "the gap in the sequence shows the loss"


async def nothing_pending(inside, made):
    return (await view(inside, "almaty-police:system", made))["pending"] == 0


async def test_a_dead_endpoint_is_only_probed_and_catches_up_in_order_once_it_lives(open_service, receiver):
    alive = asyncio.Event()

    async def answer(_received):
        return 204 if alive.is_set() else 503

    receiver.answer = answer
    stories = [CaseStory() for _ in range(30)]
    settings = {"circuit_opens_after": 5, "circuit_probe_pause": 0.2, "circuit_longest_pause": 0.2}
    async with open_service(delivery_schedule=(0, *(3_600 for _ in range(10))), **settings) as inside:
        await subscribe(inside, "almaty-police:system", receiver.url)
        async with delivering(inside):
            await inside.tell(*(story.assigned(to=POLICE) for story in stories[:5]))
            await until(lambda: len(receiver.received) == 5)
            await inside.tell(*(story.assigned(to=POLICE) for _ in range(3) for story in stories))
            await until(lambda: len(receiver.received) >= 8)
            probes = receiver.received[5:]
            assert all(later.at - earlier.at > 0.1 for earlier, later in itertools.pairwise(probes))
            alive.set()
            await until(lambda: len(receiver.acknowledged) == 95)
    assert all(found == sorted(found) for found in versions_by_case(receiver.acknowledged).values())


async def test_an_endpoint_silent_beyond_every_retry_costs_its_backlog_visibly(open_service, receiver):
    async def refuse(_received):
        return 503

    receiver.answer = refuse
    async with open_service(circuit_opens_after=1) as inside:
        made = await subscribe(inside, "almaty-police:system", receiver.url)
        async with delivering(inside):
            await inside.tell(CaseStory().assigned(to=POLICE))
            await until(lambda: attempted(inside, made))
            await inside.tell(CaseStory().assigned(to=POLICE))
        await jump(inside, "5 days")
        async with delivering(inside):
            await until(lambda: len(receiver.received) >= 2)  # asked once more, in vain
        async with delivering(inside):
            await until(lambda: nothing_pending(inside, made))
        untried, tried = await newest(inside, "almaty-police:system", made)
        assert sum((await owed_to(inside, made)).values()) == 2
    assert tried["state"] == untried["state"] == "failed"
    assert untried["last_error"] == "endpoint-did-not-answer"


async def test_days_in_which_nobody_asked_the_endpoint_give_nothing_up(open_service, receiver):
    refused = asyncio.Event()

    async def refuse_once(_received):
        if refused.is_set():
            return 204
        refused.set()
        return 503

    receiver.answer = refuse_once
    async with open_service(circuit_opens_after=1) as inside:
        made = await subscribe(inside, "almaty-police:system", receiver.url)
        async with delivering(inside):
            await inside.tell(CaseStory().assigned(to=POLICE))
            await until(lambda: attempted(inside, made))
            await inside.tell(CaseStory().assigned(to=POLICE))
        await jump(inside, "5 days")
        async with delivering(inside):
            await until(lambda: nothing_pending(inside, made))
        assert {one["state"] for one in await newest(inside, "almaty-police:system", made)} == {"delivered"}
        assert not [event for event in await inside.told() if isinstance(event, DeliveryGivenUp)]


async def test_redirects_are_not_followed(quick, receiver):
    async with listening(Receiver()) as elsewhere:

        async def redirect(_received):
            return web.Response(status=307, headers={"Location": elsewhere.url})

        receiver.answer = redirect
        made = await subscribe(quick, "almaty-police:system", receiver.url)
        async with delivering(quick):
            await quick.tell(CaseStory().assigned(to=POLICE))
            await until(lambda: attempted(quick, made))
        assert elsewhere.received == []


async def test_a_closed_port_is_a_failure_like_any_other(quick):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    made = await subscribe(quick, "almaty-police:system", f"http://127.0.0.1:{port}/hook")
    async with delivering(quick):
        await quick.tell(CaseStory().assigned(to=POLICE))
        await until(lambda: attempted(quick, made))
    assert (await newest(quick, "almaty-police:system", made))[0]["last_error"] == "connection-failed"


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_in_a_storm_of_failures_every_case_stays_in_order_and_nothing_is_lost(quick, receiver, seed):
    chance = random.Random(seed)  # noqa: S311 - a seeded storm can be told again

    async def moody(_received):
        await asyncio.sleep(chance.uniform(0, 0.01))
        return chance.choice([204, 204, 500, 503, 302])

    receiver.answer = moody
    stories = [CaseStory() for _ in range(12)]
    made = await subscribe(quick, "almaty-police:system", receiver.url)
    told = [story.assigned(to=POLICE) for story in chance.choices(stories, k=150)]
    async with delivering(quick), delivering(quick):  # two couriers share the work
        await quick.tell(*told)
        await until(lambda: nothing_pending(quick, made), 30)
    assert_whole_and_in_order(receiver, told)
    assert len(receiver.acknowledged) == len(told), "nobody crashed: nothing is delivered twice"
    by_event = {each.id: each.sequence for each in receiver.received}
    assert sorted(by_event.values()) == list(range(1, 151)), "each event has its own number and none is left out"
